/**
 * The embedded disk store on iq80 LevelDB, for hosts without native code.
 *
 * <p>Entry type: {@link dev.varve.storage.disk.leveldb.LevelDbStore}. Its folder holds the marker
 * {@code FORMAT} ({@code leveldb 4}), {@code lock}, and LevelDB's files in {@code db}, where {@code
 * VERIFIED} (decimal height, space, CRC32C of its digits as 8 hexadecimal ones, line feed; the
 * height and the line feed alone up to version 3) tells up to which height the store was verified
 * last. All records lie in one key space: the type's code, 1 byte, then the key, as drawn in {@code
 * dev.varve.storage}. The last marker is kept a second time, under the greatest height there can
 * be.
 *
 * <p>LevelDB 0.12 needs guards; each answers to a fault that was seen:
 *
 * <ul>
 *   <li>no memory maps ({@code leveldb.mmap} is set to false before its first class is loaded, and
 *       a store does not open where that came too late);
 *   <li>threads of its own that nobody interrupts, for reads and for writes;
 *   <li>no compression and no snapshots; a checked envelope around every value;
 *   <li>the first failed write or background failure makes an opening useless; it is closed and
 *       opened again before the next write, and blocks are refused below a free-space watermark;
 *   <li>before each opening MANIFEST, logs and new tables are read and their checksums verified:
 *       torn tails are cut, a damaged log ends in front of the damage, a damaged MANIFEST or table
 *       is reported;
 *   <li>what a write appended to the log is read back: LevelDB does not notice that a full disk
 *       took a part of it;
 *   <li>a record that the block says there is, and is not found, is reported as missing;
 *   <li>a read that finds a table just deleted is asked again, once.
 * </ul>
 *
 * <p>Invariants: all records of a block are in one write, forced before {@code apply} returns, with
 * both its markers, which are read back. What {@code verify} returned lies in tables that were
 * forced and found whole by a later opening, under names that were forced. A marker's {@code
 * batch_crc} compares within one store only.
 *
 * <p>To open it for reading changes nothing of it: the same checks are made, and LevelDB is given a
 * copy in the folder for temporary files, in which tables are links; what an opening would cut or
 * drop is told.
 *
 * <p>What stays: while a store is open its tables are not checked again, so a bit that flips on the
 * disk in a key is found at the next opening only; in a value at once.
 */
package dev.varve.storage.disk.leveldb;
