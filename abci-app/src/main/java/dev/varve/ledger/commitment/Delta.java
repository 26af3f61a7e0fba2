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
  static final int ENTRY_BYTES = Long.BYTES + Sha256.LENGTH;

  private static final int KEYS_OFFSET = 17;
  private static final int VANISHED_OFFSET = 25;
  private static final int COUNT_OFFSET = 29;
  private static final int HEADER_BYTES = COUNT_OFFSET + Integer.BYTES;

  private Delta() {}

  /** Collects a segment. Not thread-safe. */
  static final class Writer {
    private byte[] bytes = new byte[HEADER_BYTES + 64 * ENTRY_BYTES];
    private int length;
    private int entries;

    void begin(long height, long firstPosition) {
      bytes[0] = StateCommitment.VERSION;
      Bytes.putLong(bytes, 1, height);
      Bytes.putLong(bytes, 9, firstPosition);
      length = HEADER_BYTES;
      entries = 0;
    }

    /** Adds a group that is no more; all of them before the first entry. */
    void addVanished(long prefix) {
      ensure(Long.BYTES);
      Bytes.putLong(bytes, length, prefix);
      length += Long.BYTES;
    }

    void add(long prefix, byte[] hash) {
      ensure(ENTRY_BYTES);
      Bytes.putLong(bytes, length, prefix);
      System.arraycopy(hash, 0, bytes, length + Long.BYTES, Sha256.LENGTH);
      length += ENTRY_BYTES;
      entries++;
    }

    ByteString end(long keys) {
      Bytes.putLong(bytes, KEYS_OFFSET, keys);
      int vanished = (length - HEADER_BYTES - entries * ENTRY_BYTES) / Long.BYTES;
      Bytes.putInt(bytes, VANISHED_OFFSET, vanished);
      Bytes.putInt(bytes, COUNT_OFFSET, entries);
      return UnsafeByteOperations.unsafeWrap(Arrays.copyOf(bytes, length));
    }

    private void ensure(int more) {
      if (bytes.length - length < more) {
        bytes = Arrays.copyOf(bytes, Math.multiplyExact(bytes.length, 2));
      }
    }
  }

  /**
   * A segment's header; its entries are read from the bytes it came from.
   *
   * @param height the height it was applied at
   * @param firstPosition the position of its first entry
   * @param keys live keys after it
   * @param vanished offset of the prefixes of groups that are no more, which end at {@code start}
   * @param start offset of the first entry, one a position
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
      long entries = readCount(bytes, offset + COUNT_OFFSET) * ENTRY_BYTES;
      if (left - HEADER_BYTES < vanished + entries) {
        throw new IllegalArgumentException(
            "counts at offset "
                + offset
                + " need "
                + (vanished + entries)
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
          start + (int) (vanished + entries));
    }

    private static long readCount(byte[] bytes, int offset) {
      return Integer.toUnsignedLong(Bytes.getInt(bytes, offset));
    }
  }
}
