/**
 * The disk store on a SQL cluster, over JDBC alone.
 *
 * <p>Entry type: {@link dev.varve.storage.disk.sql.SqlStore}. What it is given: {@link
 * dev.varve.storage.disk.sql.SqlGroup}s of primaries with replicas, whose tables exist when a
 * connection is handed out, and {@link dev.varve.storage.disk.sql.SqlStoreConfig}. It knows no
 * driver and no router.
 *
 * <h2>Tables</h2>
 *
 * <pre>
 * group      table          key                                        holds
 * both       home           part                                       whose cluster this is
 *            heights        part, height                               MARKER
 * chain      blocks         height                                     BLOCK
 *            headers        height                                     SEAL
 *            transactions   height, tx_index                           a transaction's bytes
 *            locations      hash                                       INDEX
 * execution  tx_results     height, tx_index                           RESULT, without the events
 *            logs           height, tx_index, event_index              an event's type
 *            attributes     height, tx_index, event_index, attr_index  an event's attributes
 *            state          state_key                                  STATE
 *            state_history  state_key, until_height                    what a block replaced
 *            history        height                                     HISTORY
 *            commitments    height                                     COMMITMENT
 *            meta           name                                       META
 * </pre>
 *
 * {@code last_commit} is a {@code CommitInfo} or NULL, {@code misbehavior} a {@code BlockRecord}
 * with that field alone or NULL. A time that was not set is NULL; {@code time} is the same in UTC
 * to the microsecond, for people. {@code names} of {@code history} is the whole {@code
 * HistoryRecord}; its {@code keys} counts the rows of {@code state_history} whose {@code
 * until_height} is that block's.
 *
 * <p>{@code shard}, by which rows are spread over several primaries, is lower-case hex: of a
 * location the first 4 bytes of the transaction's hash; of a state key the first 4 bytes of its
 * SHA-256; of a name the same as of the state key that stands for it, 0xff and the name in UTF-8.
 *
 * <h2>Checksums</h2>
 *
 * {@code crc} is the CRC32C of type code, key and payload, as in the envelope of {@code
 * dev.varve.storage}; it is computed from the record that the columns give, at every read:
 *
 * <pre>
 * table          type         key                                payload
 * blocks         BLOCK        height, type, slice 0              BlockRecord
 * headers        SEAL         height                             BlockSeal
 * transactions   TRANSACTION  height, type, tx_index             the transaction's bytes
 * tx_results     RESULT       height, type, tx_index             TxResult
 *   log_crc      LOG          height, type, tx_index             TxLog: rows of logs and attributes
 * locations      INDEX        hash                               TxLocation
 * state          STATE        state_key                          StateRecord
 * state_history  UNDO         until_height, state_key            StateRecord with from_height
 * history        HISTORY      height                             HistoryRecord
 * commitments    COMMITMENT   height                             delta
 * meta           META         name                               value
 * heights        MARKER       height, type, slice 0              AppliedHeight with batch_crc
 * </pre>
 *
 * A value that was damaged already when a block replaced it stands in {@code state_history} with
 * its checksum inverted. {@code batch_crc} is the CRC32C of the batch's row checksums, 4 bytes
 * each, big-endian: of each transaction its own, its result's and its log's; block; commitment;
 * names in order; state writes in the batch's order, where a deletion has that of no payload,
 * inverted. {@code hash} in {@code transactions} and {@code tx_results}, {@code composite_key},
 * {@code shard}, {@code tx_count} in {@code heights} and {@code complete} are for queries, follow
 * from the rest and are covered by no checksum.
 *
 * <h2>Header and commit</h2>
 *
 * <p>{@code headers} holds a block's header and, from {@code block_hash} on, its commit: {@code
 * signatures} is a {@code BlockCommit} with that field alone; a block id that is absent is NULL. A
 * row is written in one transaction with {@code complete} of {@code blocks} and {@code heights} in
 * the chain's group, after which {@code heights} of the other group follows. A block that is
 * written again is not complete, whether its header is still there or not: so the greatest complete
 * height of a part tells up to where it has what it was given, and the lowest of all parts what is
 * to be given again.
 *
 * <h2>Invariants</h2>
 *
 * <ul>
 *   <li>A run of blocks is one transaction a group: first the group of execution, then that of the
 *       chain. {@code heights} is written last in each, one row a part, so that the greatest height
 *       of a part tells what it holds whole. The store's applied height is the lowest of all parts.
 *   <li>A group that holds more than another skips those blocks, after it compared {@code
 *       batch_crc}. A part that holds more than another of its group takes the blocks again: all
 *       rows are written over, a state row of the same run or above replaces nothing, and what was
 *       kept of the first time stays.
 *   <li>{@code state_history} holds the value that a key had from {@code from_height} on, up to and
 *       without {@code until_height}; state of a key as of H is its row in {@code state}, if that
 *       is not above H, else the row here that covers H, else nothing. Both rows of a key lie on
 *       one primary, and one transaction writes them. A name's value before lies here too, under
 *       0xff and the name: 1 byte, whether there was one, and the value.
 *   <li>The lowest row of {@code history}, from {@code first} of the newest one on, is the lowest
 *       height as of which the state can be read; the first has nothing in {@code state_history}.
 *       What is dropped goes from {@code history} first.
 *   <li>META {@code store.chain_floor} is durable before a block below it is deleted.
 *   <li>Rows that never change are asked of a replica, then of the primary; rows that do, of a
 *       replica only when it has shown the applied height, else of the primary. Both are decided
 *       part by part: a replica that is dead or behind takes no other out of use. A replica that
 *       shows more than was ever written (it has not seen yet that blocks were taken back) is not
 *       trusted before it shows less.
 *   <li>{@code batch_crc} 0 is not known: of blocks that were copied from a store of another kind,
 *       or mended when no part had its marker any more. Such blocks are compared by their hashes.
 *   <li>META {@code store.copy} says that the cluster is a copy that is not finished; it is written
 *       by itself, after the rows that it stands for. The cluster is opened for nothing else then.
 *   <li>What mends a block deletes its rows of transactions, results and logs and writes all anew,
 *       in one transaction a group; nothing is written that contradicts a checksum or a hash that
 *       is left.
 *   <li>A connection is used by one thread, for one group, and no second is open meanwhile.
 * </ul>
 */
package dev.varve.storage.disk.sql;
