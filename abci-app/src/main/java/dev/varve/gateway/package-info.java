/**
 * The uplink gateway: a transaction is backed up before it is sent, is readable at once, is sent
 * until it is in a block, and only then leaves the backup.
 *
 * <p>Entry types: {@link dev.varve.gateway.Uplink} is what servers and tools use, {@link
 * dev.varve.gateway.Gateway} makes one. HTTP, JSON-RPC and WebSocket are in {@code
 * dev.varve.gateway.http}; bytes on disk are {@link dev.varve.storage.PendingStore}'s.
 *
 * <h2>Who owns a task when</h2>
 *
 * <pre>
 * submit     -> checked against limits and the application's CheckTx; waits for the backup
 * backup     -> varve-uplink-backup writes what waits as one group, one force; indexes it for
 *               reads; acknowledges it; queues it                                   QUEUED
 * send       -> varve-uplink-send gives tasks to the node in order of acceptance over one
 *               connection, many under way                                          SENT
 * answer     -> taken by the node                                                   IN_MEMPOOL
 *               refused for good (CheckTx, too large)                               FAILED
 *               mempool full, error, garbage: again after a pause                   QUEUED
 *               connection lost: all under way again, in order, at no attempt's cost QUEUED
 * block      -> varve-uplink-follow looks through each committed block; code 0      COMMITTED
 *               another code (not a replay of its own success)                      FAILED
 * no block   -> after {@code resendBlocks} blocks, or when the node's mempool may be new  QUEUED
 * attempts used up                                                                  FAILED
 * </pre>
 *
 * A failed task stays on the failed list until an operator requeues it, as a new task, or drops it.
 *
 * <h2>How it is sent</h2>
 *
 * With {@code broadcast_tx_async} over one WebSocket: the node handles the requests of a connection
 * one after the other, so the order of entry into its mempool is the order of sending, and it does
 * not wait for CheckTx between them. ({@code broadcast_tx_sync} waits up to 20 ms each, as the node
 * flushes CheckTx calls by a timer; a JSON-RPC batch is limited to 10.) What async does not tell, a
 * refusal by CheckTx, is asked of the application before the backup, and again when no block has
 * the task. "Already in cache" means that the node has it, or had it of late: it is waited for as
 * if taken. Bytes that were committed before may be refused so until the node's cache forgets them.
 *
 * <h2>Header and commit</h2>
 *
 * <p>{@link dev.varve.gateway.BlockSealer} completes the engine's blocks: varve-uplink-seal asks
 * the node for {@code /commit} one block behind the last, compares what it is given with the block
 * and with the hash of the header, and gives it to the engine. It stands apart from tasks, and
 * nobody waits for it.
 *
 * <h2>Several gateways on one backup</h2>
 *
 * Where the backup is shared ({@link dev.varve.storage.PendingStore#othersChanges}) each gateway
 * has the tasks of all, and sends its own:
 *
 * <pre>
 * varve-uplink-share asks every sharePeriod what others have written
 *   accepted, elsewhere            found by reads here, not sent
 *   accepted, one of ours          another has taken it over: let go, not sent here any more
 *   in a block, failed, dropped    likewise here; in a block not before that block is seen here
 * and every second for tasks of gateways that are gone
 *   ours from now on               sent as if from the backup; what was seen in a block is written
 * </pre>
 *
 * A gateway whose lease has run out sends nothing. Once it reaches the backup again it goes on
 * under a new number, and sends again when it was told which tasks another has taken. A write that
 * it began before is refused whole, so its tasks were never accepted.
 *
 * <p>Ordered tasks wait for each other in the order of their ids, everywhere the same: what one
 * gateway was given reaches the chain in that order, whoever sends it. Between what was given to
 * one and to another there is none. Who takes over sends again what it does not know to be in a
 * block: of blocks that it looked through before it heard of a task it remembers 16, and where it
 * was itself ended meanwhile it follows again from where the other one was.
 *
 * <p>Before a new idempotency key is accepted, and before a failed task is requeued, the backup is
 * asked what others have written until then: who comes to a second gateway after the first has
 * answered gets the same task. Only of two gateways that are asked within the time of one write
 * both accept: then the bytes are sent twice, an envelope still takes effect once. Bytes that were
 * accepted by two gateways are sent by both, and one inclusion may complete a task of each.
 *
 * <p>{@link dev.varve.gateway.LateGateway} stands in while such a backup cannot be opened yet.
 *
 * <h2>Invariants</h2>
 *
 * <ul>
 *   <li>Nothing is acknowledged or sent before the force of its backup has returned.
 *   <li>An acknowledged task is pending, in a block, or on the failed list with a reason.
 *   <li>An inclusion completes one task: of those with its bytes the oldest that was sent, else the
 *       oldest that does not wait for another. Removal and the height followed are written
 *       together: after a restart blocks are followed again from there.
 *   <li>Of ordered tasks that write a key in common, one is under way at a time, in order of
 *       acceptance; a later one is sent when the earlier is in a block or failed.
 *   <li>A read that finds a pending write answers it only if no block was committed since the index
 *       was brought up to the chain's height; else it looks again. So a task stops answering as
 *       pending in the step that makes its commit visible, and a read never goes back.
 *   <li>Of several pending writes of a key the last accepted one answers; of those of several
 *       gateways, the one of the highest number.
 *   <li>Queue, bytes, failed list, listeners and connections are bounded; what does not fit is
 *       refused before anything of it is kept.
 * </ul>
 */
package dev.varve.gateway;
