package dev.varve.ledger.commitment;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import java.util.Arrays;

/**
 * One segment of a delta: what one call of {@link StateCommitment#apply} appended to the log.
 *
 * <p>Segments end themselves, so concatenated deltas are a delta. Layout: see the package.
 */
final class Delta {
  /** A group's record: its prefix, the next group's, its digest. */
  static final int RECORD_BYTES = 2 * Long.BYTES + Sha256.LENGTH;

  /** Where in a record the digest begins. */
  static final int DIGEST_OFFSET = 2 * Long.BYTES;

  private static final int KEYS_OFFSET = 17;
  private static final int VANISHED_OFFSET = 25;
  private static final int COUNT_OFFSET = 29;
  private static final int HEADER_BYTES = COUNT_OFFSET + Integer.BYTES;

  private Delta() {}

  /** Collects a segment. Not thread-safe. */
  static final class Writer {
    private byte[] bytes = new byte[HEADER_BYTES + 64 * RECORD_BYTES];
    private int length;
    private int records;

    void begin(long height, long firstPosition) {
      bytes[0] = StateCommitment.VERSION;
      Bytes.putLong(bytes, 1, height);
      Bytes.putLong(bytes, 9, firstPosition);
      length = HEADER_BYTES;
      records = 0;
    }

    /** Adds a group that is no more; all of them before the first record. */
    void addVanished(long prefix) {
      ensure(Long.BYTES);
      Bytes.putLong(bytes, length, prefix);
      length += Long.BYTES;
    }

    /** Adds a record, whose digest is still to be written; returns where it begins. */
    int add(long prefix, long next) {
      ensure(RECORD_BYTES);
      int record = length;
      Bytes.putLong(bytes, record, prefix);
      Bytes.putLong(bytes, record + Long.BYTES, next);
      length += RECORD_BYTES;
      records++;
      return record;
    }

    /** What was written so far, until the next call of an add. */
    byte[] bytes() {
      return bytes;
    }

    ByteString end(long keys) {
      Bytes.putLong(bytes, KEYS_OFFSET, keys);
      int vanished = (length - HEADER_BYTES - records * RECORD_BYTES) / Long.BYTES;
      Bytes.putInt(bytes, VANISHED_OFFSET, vanished);
      Bytes.putInt(bytes, COUNT_OFFSET, records);
      return UnsafeByteOperations.unsafeWrap(Arrays.copyOf(bytes, length));
    }

    private void ensure(int more) {
      if (bytes.length - length < more) {
        bytes = Arrays.copyOf(bytes, Math.multiplyExact(bytes.length, 2));
      }
    }
  }

  /**
   * A segment's header; its records are read from the bytes it came from.
   *
   * @param height the height it was applied at
   * @param firstPosition the position of its first record
   * @param keys live keys after it
   * @param vanished offset of the prefixes of groups that are no more, which end at {@code start}
   * @param start offset of the first record, one a position
   * @param end offset past the last entry, where the next segment begins
   */
  record Segment(long height, long firstPosition, long keys, int vanished, int start, int end) {

    /**
     * Reads the segment at {@code offset}.
     *
     * @throws IllegalArgumentException when the bytes are no segment of this version
     */
    static Segment read(byte[] bytes, int offset) {
      int left = bytes.length - offset;
      if (bytes[offset] != StateCommitment.VERSION) {
        throw new IllegalArgumentException(
            "version " + (bytes[offset] & 0xff) + ", known is " + StateCommitment.VERSION);
      }
      if (left < HEADER_BYTES) {
        throw new IllegalArgumentException(
            left + " bytes left at offset " + offset + ", a header has " + HEADER_BYTES);
      }
      long vanished = readCount(bytes, offset + VANISHED_OFFSET) * Long.BYTES;
      long records = readCount(bytes, offset + COUNT_OFFSET) * RECORD_BYTES;
      if (left - HEADER_BYTES < vanished + records) {
        throw new IllegalArgumentException(
            "counts at offset "
                + offset
                + " need "
                + (vanished + records)
                + " bytes after the header, left are "
                + (left - HEADER_BYTES));
      }
      int start = offset + HEADER_BYTES;
      return new Segment(
          Bytes.getLong(bytes, offset + 1),
          Bytes.getLong(bytes, offset + 9),
          Bytes.getLong(bytes, offset + KEYS_OFFSET),
          start,
          start + (int) vanished,
          start + (int) (vanished + records));
    }

    private static long readCount(byte[] bytes, int offset) {
      return Integer.toUnsignedLong(Bytes.getInt(bytes, offset));
    }
  }
}
