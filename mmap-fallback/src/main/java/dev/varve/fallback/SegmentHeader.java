package dev.varve.fallback;

import java.nio.ByteBuffer;

/**
 * The first bytes of a segment, as this package's page draws them.
 *
 * @param version the format version
 * @param id the number in the file's name
 * @param first the sequence of the first entry; entries from here on in earlier segments are void
 * @param salt random, goes into every checksum of the segment
 */
record SegmentHeader(int version, long id, long first, long salt) {
  static final int BYTES = 64;
  static final int MAGIC = 0x47455356; // "VSEG"
  static final int VERSION = 1;
  private static final int CRC_AT = 60;

  /** What stands at the start of a segment. */
  enum State {
    BLANK,
    VALID,
    DAMAGED
  }

  static State state(ByteBuffer segment) {
    if (segment.capacity() < BYTES) {
      return State.DAMAGED;
    }
    if (Zeros.only(segment, 0, BYTES)) {
      return State.BLANK;
    }
    return segment.getInt(0) == MAGIC
            && segment.getInt(CRC_AT) == Checksums.of(segment, 0, CRC_AT)
            && segment.getLong(16) >= 1
        ? State.VALID
        : State.DAMAGED;
  }

  static SegmentHeader decode(ByteBuffer segment) {
    return new SegmentHeader(
        segment.getInt(4), segment.getLong(8), segment.getLong(16), segment.getLong(24));
  }

  void encode(ByteBuffer segment) {
    segment.putInt(0, MAGIC);
    segment.putInt(4, version);
    segment.putLong(8, id);
    segment.putLong(16, first);
    segment.putLong(24, salt);
    segment.putInt(CRC_AT, Checksums.of(segment, 0, CRC_AT));
  }
}
