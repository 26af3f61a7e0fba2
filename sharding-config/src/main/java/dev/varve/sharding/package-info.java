/**
 * The SQL cluster: cluster.yaml to routed data sources, schema and health.
 *
 * <p>Entry: {@link dev.varve.sharding.ClusterConfig#load} reads and validates the file, {@link
 * dev.varve.sharding.Cluster#open} gives its {@link dev.varve.sharding.ClusterGroup groups}, and
 * each of them connections with the logical names of tables. This module alone knows
 * ShardingSphere; others see {@link java.sql.Connection}s.
 *
 * <h2>Layout</h2>
 *
 * <pre>
 *   cluster = 1 or 2 groups   execution (results, logs, state), chain (blocks, transactions)
 *   group   = k parts         part i = primary i with 0..n replicas
 *   group   = N shards        N a multiple of k; table t -> t_0 .. t_{N-1}, t_s on part s mod k
 *   N = 1                     the tables have their plain names
 *
 *   spread by                    tables
 *   part   (MOD k)               home, heights: t_i on part i
 *   height (HASH_MOD N)          blocks, headers, transactions, tx_results, logs, attributes,
 *                                history, commitments
 *   shard  (HASH_MOD N)          locations; state, state_history, meta
 * </pre>
 *
 * The column {@code shard} is the hex of the first four bytes of SHA-256 of the key: ShardingSphere
 * hashes a {@code byte[]} by identity, so bytes must never be what a table is spread by. Columns
 * and indexes: {@code schema-1.sql} and {@code schema-2.sql} beside this class. Two tables more are
 * in each primary's database: {@code varve_schema_history} of Flyway and {@code varve_layout}, one
 * row: records, part, parts, shards.
 *
 * <p>The tables of the uplink gateway, {@code uplink_*}, lie with their plain names on part 0 of
 * the group with execution records, in every layout, and are not routed: {@link
 * dev.varve.sharding.Cluster#uplink}. They are made at its first use, apart from the others: {@code
 * schema-uplink-1.sql}, versions in {@code varve_uplink_schema_history}. What they hold: {@code
 * dev.varve.storage.pending}.
 *
 * <h2>Invariants</h2>
 *
 * <ul>
 *   <li>Opening needs no database. A group's schemas are migrated, and ShardingSphere is started,
 *       at the first use; who comes meanwhile is refused, nobody waits but the one who tries.
 *   <li>A layout never changes: what a database was made for is written before its first table and
 *       compared at each start. A schema that a later version made is refused, and so is a
 *       read-only server as a primary.
 *   <li>{@code connect} never reads from a replica. {@code read} does so outside of transactions
 *       only, and from none that its caller does not admit.
 *   <li>A server is refused from its first failure on, until a probe (one a second) has reached it
 *       again: only probes pay for a server that is down. A server that does not answer holds a
 *       call for no longer than the time-outs of its pool.
 *   <li>No message, record or repository shows a password.
 * </ul>
 */
package dev.varve.sharding;
