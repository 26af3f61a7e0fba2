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
  static final int ENTRY_BYTES = Integer.BYTES + Sha256.LENGTH;

  private static final int COUNT_OFFSET = 29;
  private static final int HEADER_BYTES = COUNT_OFFSET + Integer.BYTES;

  private Delta() {}

  /** Collects a segment. Not thread-safe. */
  static final class Writer {
    private byte[] bytes = new byte[HEADER_BYTES + 64 * ENTRY_BYTES];
    private int length;

    void begin(long height, long firstPosition, long keys, int buckets) {
      bytes[0] = StateCommitment.VERSION;
      Bytes.putLong(bytes, 1, height);
      Bytes.putLong(bytes, 9, firstPosition);
      Bytes.putLong(bytes, 17, keys);
      Bytes.putInt(bytes, 25, buckets);
      length = HEADER_BYTES;
    }

    void add(int bucket, byte[] hash) {
      if (bytes.length - length < ENTRY_BYTES) {
        bytes = Arrays.copyOf(bytes, Math.multiplyExact(bytes.length, 2));
      }
      Bytes.putInt(bytes, length, bucket);
      System.arraycopy(hash, 0, bytes, length + Integer.BYTES, Sha256.LENGTH);
      length += ENTRY_BYTES;
    }

    ByteString end() {
      Bytes.putInt(bytes, COUNT_OFFSET, (length - HEADER_BYTES) / ENTRY_BYTES);
      return UnsafeByteOperations.unsafeWrap(Arrays.copyOf(bytes, length));
    }
  }

  /**
   * A segment's header; its entries are read from the bytes it came from.
   *
   * @param height the height it was applied at
   * @param firstPosition the position of its first entry
   * @param keys live keys after it
   * @param buckets buckets after it
   * @param count entries, one a position
   * @param start offset of the first entry
   * @param end offset past the last entry, where the next segment begins
   */
  record Segment(
      long height, long firstPosition, long keys, int buckets, int count, int start, int end) {

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
      int count = Bytes.getInt(bytes, offset + COUNT_OFFSET);
      if (count < 0 || (left - HEADER_BYTES) / ENTRY_BYTES < count) {
        throw new IllegalArgumentException(
            "count "
                + Integer.toUnsignedString(count)
                + " at offset "
                + offset
                + " needs more than the "
                + left
                + " bytes left");
      }
      int start = offset + HEADER_BYTES;
      return new Segment(
          Bytes.getLong(bytes, offset + 1),
          Bytes.getLong(bytes, offset + 9),
          Bytes.getLong(bytes, offset + 17),
          Bytes.getInt(bytes, offset + 25),
          count,
          start,
          start + count * ENTRY_BYTES);
    }
  }
}
