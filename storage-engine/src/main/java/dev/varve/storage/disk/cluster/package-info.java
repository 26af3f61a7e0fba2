/**
 * A SQL cluster as a node's disk store.
 *
 * <p>Entry type: {@link dev.varve.storage.disk.cluster.ClusterStore}. The cluster holds all records
 * of the chain. What the ledger needs to execute the next block it holds a second time, in an
 * embedded store on the node's own disk, so that a node starts and commits with every database
 * down: state, history of the state, commitments and META. Without them the app hash could not be
 * rebuilt at start, nor an envelope be told from one that was accepted before.
 *
 * <pre>
 * blocks of the log ──► cluster, all records ──► local store, without transactions, results, logs
 *
 * reads   block, transactions, results, logs, hash index     cluster
 *         state, history, commitments, META                  local store
 * </pre>
 *
 * <p>Invariants: a block is in the cluster before it is in the local store, so the local store's
 * last height never tells of a block that the cluster lacks; it is what is known while the cluster
 * has not been reached. The one exception is a cluster that fell back, because a replica that lags
 * became primary: as soon as that is known the cluster's height counts, and the engine gives the
 * blocks in between once more. The local store takes each of them once, compares it when it comes
 * again, and is never ahead of the log.
 *
 * <p>In the local store a block's record says that it has no transactions; its blocks are read by
 * nobody but this package, and dropped below the history that is kept.
 */
package dev.varve.storage.disk.cluster;
