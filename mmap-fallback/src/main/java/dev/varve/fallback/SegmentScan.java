package dev.varve.fallback;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Walks the entries of a segment as it lies on disk and says how they end.
 *
 * @param offsets where the whole entries stand; {@code count} of them
 * @param count the number of whole entries, from the segment's first sequence on
 * @param end the byte behind the last of them
 * @param ending what stands there
 * @param evidence for {@link Ending#DAMAGED}, why it cannot be a torn append
 */
@SuppressWarnings("ArrayRecordComponent") // handed over, not compared
record SegmentScan(int[] offsets, int count, int end, Ending ending, String evidence) {
  /** What stands behind the last whole entry. */
  enum Ending {
    /** The entry the scan was to stop before, or nothing of interest. */
    LIMIT,
    /** A footer: the segment is sealed. */
    SEALED,
    /** Zeros to the end. */
    CLEAN,
    /** Bytes of an append that was never acknowledged. */
    TORN,
    /** An acknowledged entry that does not read back. */
    DAMAGED
  }

  /**
   * Walks up to the entry of sequence {@code limit}, if the segment has it. {@code acknowledged} is
   * a sequence known from elsewhere to have been acknowledged.
   */
  static SegmentScan of(ByteBuffer bytes, SegmentHeader header, long limit, long acknowledged) {
    int[] offsets = new int[16];
    int count = 0;
    int at = SegmentHeader.BYTES;
    long sequence = header.first();
    while (sequence < limit && wholeEntry(bytes, at, header.salt(), sequence)) {
      if (count == offsets.length) {
        offsets = Arrays.copyOf(offsets, count * 2);
      }
      offsets[count++] = at;
      at = EntryFormat.end(bytes, at);
      sequence++;
    }
    if (Footer.valid(bytes, at, header.salt()) && Footer.last(bytes, at) == sequence - 1) {
      return new SegmentScan(offsets, count, at, Ending.SEALED, "");
    }
    if (sequence == limit) {
      return new SegmentScan(offsets, count, at, Ending.LIMIT, "");
    }
    String evidence = evidence(bytes, at, header.salt(), sequence, acknowledged);
    if (evidence.isEmpty() && limit != Long.MAX_VALUE) {
      evidence = "entry " + limit + " was appended after it";
    }
    if (!evidence.isEmpty()) {
      return new SegmentScan(offsets, count, at, Ending.DAMAGED, evidence);
    }
    boolean clean = Zeros.only(bytes, at, bytes.capacity());
    return new SegmentScan(offsets, count, at, clean ? Ending.CLEAN : Ending.TORN, "");
  }

  private static boolean wholeEntry(ByteBuffer bytes, int at, long salt, long sequence) {
    return EntryFormat.headerValid(bytes, at, salt)
        && EntryFormat.sequence(bytes, at) == sequence
        && EntryFormat.bodyValid(bytes, at);
  }

  /** What proves that the entry missing here had been acknowledged; empty when nothing does. */
  private static String evidence(
      ByteBuffer bytes, int from, long salt, long missing, long acknowledged) {
    if (acknowledged >= missing) {
      return "the cursor stands at " + acknowledged;
    }
    for (int at = from; at <= bytes.capacity() - Footer.HEADER_BYTES; at += 8) {
      int magic = bytes.getInt(at);
      if (magic == EntryFormat.MAGIC
          && EntryFormat.headerValid(bytes, at, salt)
          && EntryFormat.forcedThrough(bytes, at) >= missing) {
        return String.format(
            "entry %d at offset %d was written after it", EntryFormat.sequence(bytes, at), at);
      }
      if (magic == Footer.MAGIC
          && Footer.valid(bytes, at, salt)
          && Footer.last(bytes, at) >= missing) {
        return String.format("the footer at offset %d counts it", at);
      }
    }
    return "";
  }
}
