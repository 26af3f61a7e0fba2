/**
 * The two-tier engine: memory store and disk store, each with a fallback log.
 *
 * <p>Entry type: {@link dev.varve.storage.engine.TieredEngine}; nothing else is of use outside but
 * its configuration and, for tools on a stopped engine, {@link
 * dev.varve.storage.engine.LoggedBlocks} and {@link dev.varve.storage.engine.EngineRollback}.
 *
 * <h2>Who owns a block when</h2>
 *
 * <pre>
 * Commit     -> BEHIND:  disk log, forced            THROUGH: disk store, forced; when it fails, is
 *               slow, or the log holds anything: disk log, forced
 * answered   -> view:    the batch itself, until the memory store has it; when too many wait, of
 *                        the oldest just the keys, until memory has let go of them
 * afterwards -> memory:  varve-memory-fill copies it; while memory is down, to the memory log
 *               store:   varve-disk-drain gives the log's blocks to the store, in order, several in
 *                        one write; then moves the cursor and trims the log
 * after a start, and whenever memory was made anew or dropped
 *            -> memory:  varve-memory-sync reads what it lacks from log and store, newest first
 * each sync period
 *            -> memory:  the same for gaps, a stretch at a time; and a sample is compared
 * every 5 s  -> store:   varve-disk-prune has it drop history and blocks below what is kept,
 *                        in small steps
 * </pre>
 *
 * <h2>Invariants</h2>
 *
 * <ul>
 *   <li>An acknowledged block is durable in the disk store or in the disk log. The log's first
 *       block is never past the store's last one plus 1.
 *   <li>While the log holds a block that the store lacks, the next one goes behind it.
 *   <li>A read asks: batches not copied yet, memory (or its log), the disk log's blocks after the
 *       store's height, the store; memory not for a key that a batch wrote which was passed over.
 *       None of them can answer with something older than what a later one in this order holds, for
 *       the key asked.
 *   <li>State as of an earlier height comes from the disk log's blocks between the store's height
 *       and that one, else from the store; what the log let go of while it was searched, the store
 *       has when it is asked.
 *   <li>A scan visits the store's keys with what the log's blocks wrote laid over them, so that it
 *       waits for no store that takes no blocks: the app hash is rebuilt while one does not. It
 *       reads the log once for each stretch of keys that a bound of heap takes.
 *   <li>While the store cannot be read, the log answers with all that it has, blocks that the store
 *       has taken included. Of what can change it answers only where it reaches the last block, and
 *       of a hash only with a success: an earlier one in the store would outweigh a failure.
 *   <li>Where a transaction stands is known without the disk for the last ones, about a million:
 *       the newest place whose transaction memory has and that has the hash asked for.
 *   <li>Below the disk store's floor nothing of a block is answered, though memory may hold it yet:
 *       what was dropped is dropped for every reader. Only blocks that the store has are dropped.
 *   <li>Header and commit of a block, which come later, go to the store alone and only while it is
 *       up; memory has them apart from the block, so that a partial block never replaces a complete
 *       one. A block that is read is complete once the store has said so, but where the store has
 *       its header alone and is down.
 *   <li>A block that neither log nor store takes is held, and Commit with it, until one does.
 *   <li>Warming brings blocks, transactions, results and logs, which never change; it pushes
 *       nothing out, so it ends when memory is full, and what it brought goes before anything
 *       newer. State is not warmed: it comes by the writes of new blocks and by reads, since
 *       neither store nor log can tell which keys were written last without a scan of all.
 *   <li>Where a sample differs disk wins, and memory's copy is replaced, or removed if disk has no
 *       state of that key. A copy on disk that is damaged, or missing though disk has its block or
 *       the one below, is told as Corruption, and memory's is left as it is; what disk deleted goes
 *       from memory too.
 *   <li>At open the store's marker decides what is drained; the log's cursor only spares work.
 *   <li>A draft of the next block is encoded for the log ahead of its commit and changes nothing; a
 *       commit uses it if its batch has become of it, and encodes the batch itself otherwise.
 * </ul>
 *
 * <h2>A block in the log</h2>
 *
 * The payload of a log entry, whose sequence is the height; all numbers big-endian:
 *
 * <pre>
 *  0         1          9                    17              21
 * +---------+----------+--------------------+---------------+-------------
 * | version | height   | commitment floor   | records       | record ...
 * | 1 byte  | 8 bytes  | 8 bytes            | 4 bytes       |
 * +---------+----------+--------------------+---------------+-------------
 *
 * record: type code, 1 byte; key length, varint; key; value length, varint; value
 *         a deleted key: type code + 128; key length, varint; key
 * </pre>
 *
 * The version is 1. Keys and values are those of the store, see {@code dev.varve.storage}, value
 * checksums included, so that one record can be read on its own. Order: BLOCK; TRANSACTION, RESULT
 * and LOG slices; STATE in the batch's order; INDEX in block order, one a transaction, whether it
 * succeeded or not; COMMITMENT; META by name. The entry's own checksum covers the whole. {@code
 * entry-1.golden} among the tests holds two blocks.
 *
 * <p>Each record is indexed in the log under 64 bits of type and key: {@code h = ((length + 1) * M)
 * ^ code}; then for every word {@code w} of 8 key bytes, big-endian, and last for the rest of 0 to
 * 7 bytes: {@code h = (h ^ w) * M; h = h ^ (h >>> 32)}, with {@code M = 0x9E3779B97F4A7C15}, modulo
 * 2^64. Keys are compared, so a hash that two share costs time only.
 */
package dev.varve.storage.engine;
