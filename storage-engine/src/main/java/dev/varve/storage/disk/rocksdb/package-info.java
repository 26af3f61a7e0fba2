/**
 * The embedded disk store on RocksDB.
 *
 * <p>Entry type: {@link dev.varve.storage.disk.rocksdb.RocksDbStore}. Its folder holds the marker
 * {@code FORMAT} ({@code rocksdb 4}), the file {@code DURABLE}, which tells what must be there,
 * RocksDB's files in {@code db} and its unpacked library in {@code native}. Column families, with
 * the record types in them:
 *
 * <pre>
 * default      META
 * chain        BLOCK, TRANSACTION, RESULT, LOG, MARKER, in height order: appended, dropped by range
 * index        INDEX
 * state        STATE
 * commitment   COMMITMENT
 * history      HISTORY, UNDO, in height order: appended, and dropped by range
 * deletion     DELETION
 * seal         SEAL, in height order: appended, and dropped by range
 * </pre>
 *
 * <p>Invariants: all records of a block are in one write batch, forced before {@code apply}
 * returns, with its marker; so the last marker tells the height that is held whole. Seals go into
 * the log behind their blocks without a force. A marker's {@code batch_crc} is the CRC32C of the
 * batch's records as they are encoded here, without index and marker, and compares within one store
 * only. The index entry of a transaction points to the last success, else to the last inclusion.
 *
 * <p>The write batch is encoded by hand: sequence (8 bytes, 0) and count (4 bytes), little-endian,
 * then records of tag, family number (varint, none for the default one), key and value, each with
 * its length as varint in front.
 */
package dev.varve.storage.disk.rocksdb;
