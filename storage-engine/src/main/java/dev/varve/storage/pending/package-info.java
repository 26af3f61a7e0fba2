/**
 * Backups of the uplink's tasks: in memory, in a forced log on disk, or in a table that several
 * gateways share. Entry types: the implementations of {@link dev.varve.storage.PendingStore}.
 *
 * <h2>The log on disk</h2>
 *
 * {@link dev.varve.storage.pending.LogPendingStore} appends what changes to a forced {@link
 * dev.varve.fallback.FallbackLog}: one entry for each call of {@code write}, so that all of its
 * changes are there or none, with one force. The log's own bytes are drawn in {@code
 * dev.varve.fallback}; the payload of an entry, all numbers big-endian:
 *
 * <pre>
 *  0           1         2           10            18           22
 * +-----------+---------+-----------+-------------+------------+------------
 * | 'P', 0x50 | version | last id   | followed    | records    | record ...
 * | 1 byte    | 1 byte  | 8 bytes   | 8 bytes     | 4 bytes    |
 * +-----------+---------+-----------+-------------+------------+------------
 *
 * record: type, 1 byte; id of the task, 8 bytes; then by type
 *   1 TASK       accepted ms, 8; flags, 1 (1: ordered); hash, 32; idempotency key; transaction
 *   2 FAILURE    failed ms, 8; attempts, 4; reason
 *   3 COMMITTED  committed ms, 8; height, 8; index, 4; code, 4; hash; idempotency key
 *   4 DROPPED
 *   5 FORGOTTEN
 *
 * keys, reasons, transactions and the hash of COMMITTED: length, 4 bytes; bytes (text is UTF-8)
 * </pre>
 *
 * The version is 1. {@code last id} is the highest id given out, {@code followed} the height up to
 * which blocks were looked through; the newest entry is never trimmed, so that both outlive every
 * task. The entry's own checksum covers the whole. An entry of another first byte is another
 * owner's log.
 *
 * <p>Records take effect in their order, whatever is there:
 *
 * <ul>
 *   <li>TASK: the task is pending, or failed if a FAILURE of it came before; a later TASK of the
 *       same id says the same at another place.
 *   <li>FAILURE: the task is on the failed list.
 *   <li>COMMITTED: the task is gone, what is said here is remembered. Of a task without an
 *       idempotency key DROPPED is written instead.
 *   <li>DROPPED: the task is gone, and its failure. FORGOTTEN: what was remembered is gone.
 * </ul>
 *
 * <p>Golden file: {@code pending-log-1.txt} among the tests.
 *
 * <h2>Space</h2>
 *
 * A record is live until a later one undoes or repeats it. What is before the oldest live record is
 * trimmed, a segment at a time. Once more is dead than live, live records from the log's beginning
 * are repeated at its end, some with each write, so that no task holds the log however long it is
 * stuck. A FAILURE may so come to stand before its TASK. What frees space still finds room when
 * tasks do not any more.
 *
 * <h2>Tables that several gateways share</h2>
 *
 * {@link dev.varve.storage.pending.SqlPendingStore} is given plain connections to the one primary
 * that has the tables. Why they are as they are: ADR 0013.
 *
 * <pre>
 * table            key              holds
 * uplink_state     one              whose chain it is, the next gateway's number
 * uplink_gateways  number           a gateway: its home, the session of its process, its lease, the
 *                                   height it followed to, its last id, bytes and change
 * uplink_tasks     id               a pending, failed or remembered task, and which gateway's it is
 * uplink_feed      gateway, seq     which task a gateway's change touched, and of one in a block
 *                                   where it is
 * uplink_readers   reader, gateway  how far a gateway has read another's changes
 * </pre>
 *
 * An id is the gateway's number, 17 bits, and a count, 36 bits. {@code crc} is the CRC32C of id,
 * accepted ms and ordered (0 or 1), 8 bytes each, and of hash, idempotency key and transaction,
 * each after its length in 8 bytes; {@code end_crc} that of a failed task's id, failed ms, attempts
 * and reason, or of a committed task's id, committed ms, height, index, code, hash and idempotency
 * key, in the same form. All big-endian, text in UTF-8.
 *
 * <p>Invariants:
 *
 * <ul>
 *   <li>Whoever changes tasks as a gateway holds the lock of its row until the commit, and has
 *       found its own session there. It is the first lock of the transaction.
 *   <li>A gateway's changes are numbered without gaps in the order of their commits.
 *   <li>A state {@code taken} is for ever, and so is a number.
 *   <li>A pending task is sent by the gateway in its row and by no other, and by that only while
 *       its lease is valid by its own clock.
 *   <li>The sum of {@code net_bytes} is the sum of the tasks' {@code bytes}.
 * </ul>
 */
package dev.varve.storage.pending;
