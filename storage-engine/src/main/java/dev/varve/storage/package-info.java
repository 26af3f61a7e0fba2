/**
 * The storage engine's interfaces, and the bytes of the records that stores keep.
 *
 * <p>Entry type: {@link dev.varve.storage.StorageEngine}. Stores implement {@link
 * dev.varve.storage.DiskStore} or {@link dev.varve.storage.MemoryStore}; {@link
 * dev.varve.storage.BlockBatch} is what a block writes. Failures are the kinds of {@link
 * dev.varve.storage.StorageException}.
 *
 * <h2>Value</h2>
 *
 * <pre>
 *  0         1                       5
 * +---------+-----------------------+------------------+
 * | version | CRC32C, big-endian    | payload ...      |
 * | 1 byte  | 4 bytes               | protobuf         |
 * +---------+-----------------------+------------------+
 * </pre>
 *
 * The version is 1. The checksum covers the record type's code (1 byte), the key without any type
 * in front of it, and the payload, in this order: a value under another key, or taken for another
 * type, does not open. It is verified at every read; a damaged version byte is an unknown version.
 * The payload is a message of {@code records.proto}, but for META and COMMITMENT, where it is the
 * bytes as given.
 *
 * <h2>Keys</h2>
 *
 * All numbers are big-endian, so that byte order is number order. Heights are not negative.
 *
 * <pre>
 * BLOCK, TRANSACTION, RESULT, LOG, MARKER (13 bytes)
 *  0                      8        9             13
 * +----------------------+--------+-------------+
 * | height               | type   | slice       |    BLOCK and MARKER: slice 0
 * +----------------------+--------+-------------+
 *
 * INDEX       SHA-256 of the transaction, 32 bytes
 * STATE       the ledger's key
 * META        name, UTF-8
 * COMMITMENT  height, 8 bytes
 * HISTORY     height, 8 bytes
 * UNDO        height, 8 bytes; the last key of the ledger's in the slice
 * DELETION    the ledger's key
 * SEAL        height, 8 bytes
 *
 * Where all types lie in one place (memory): type code, 1 byte, then one of the above.
 * </pre>
 *
 * Slice n of a block holds its transactions, results or logs 64 n to 64 n + 63. MARKER has the
 * highest code: it is the last key of its height, and the last one of all is the applied height.
 *
 * <p>META {@code store.copy} marks a copy that is not finished, see {@code
 * dev.varve.storage.disk.copy}; a MARKER's {@code batch_crc} 0 is not known.
 *
 * <h2>Header and commit</h2>
 *
 * <p>A block is stored as FinalizeBlock carries it. Its SEAL record, a {@code BlockSeal}, is
 * written later, beside it: it is there only while its block is, follows from what the chain's
 * nodes know, may be lost and is fetched again then, and is in no checksum but its own. Blocks are
 * sealed in order; low ones may lack a seal for good, where the node had dropped them.
 *
 * <h2>The lowest height kept</h2>
 *
 * <p>META {@code store.chain_floor}, a decimal number, is there once chain records were dropped:
 * those of lower heights may be there or not and are never answered, nor is an INDEX record that
 * leads there of use. The index leads to the last inclusion that succeeded, else to the last one;
 * one that was dropped leaves later failures of the same bytes without an entry.
 *
 * <h2>History of the state</h2>
 *
 * With its state writes a block leaves what they replace: in UNDO slices, by key, up to 64 entries
 * or, past 64 KiB, fewer; in one HISTORY record what else it changes, with the number of entries;
 * and for each key that it deletes a DELETION record, which says when, since the key has no STATE
 * record then. A deletion of a key that has no value leaves nothing. A slice is found by the first
 * UNDO key at or after (height, key).
 *
 * <p>A key as of height H: its STATE record, if that is not above H; else the entry of the key in
 * the block that wrote it, which holds the record before, and so on. Where there is none the key
 * had no value, from its last deletion on: that block's entry holds the record before, and the
 * height of the deletion before.
 *
 * <p>A HISTORY record's {@code floor} is the first height of the unbroken row of blocks with
 * history that it stands in; the first has no UNDO, as there is nothing to read below it. Pruning
 * takes away records from below, whole heights, so the lowest HISTORY record from {@code floor} on
 * is the lowest height as of which the state can be read.
 *
 * <h2>Golden file</h2>
 *
 * Codes stand in {@link dev.varve.storage.RecordType}; {@code format-4.txt} among the tests holds
 * the bytes, {@code records-1.golden} beside the tests of {@code dev.varve.storage.disk} those of
 * every kind of record.
 */
package dev.varve.storage;
