package dev.varve.fallback;

import java.nio.file.Path;
import java.util.Objects;

/**
 * Where a log lies and how large it may grow.
 *
 * <p>Errors: {@link IllegalArgumentException} that names the setting, its value and what is
 * allowed.
 *
 * @param folder the log's own folder; created with the ones above it
 * @param segmentBytes the size of a segment file, {@value #MIN_SEGMENT_BYTES} bytes to 1 GiB,
 *     rounded up to whole pages of 4,096; an append that does not fit gets a larger one of its own
 * @param capacityBytes the most that the log's files together may take, the one preallocated ahead
 *     included; at least two segments and at most {@value #MAX_SEGMENTS}
 * @param freeBytesWatermark no segment is preallocated that would leave the file system with fewer
 *     free bytes than this; 0 or more
 * @param durability what an append that returned is worth
 */
public record LogConfig(
    Path folder,
    int segmentBytes,
    long capacityBytes,
    long freeBytesWatermark,
    Durability durability) {
  static final int MIN_SEGMENT_BYTES = 8192;
  static final int MAX_SEGMENT_BYTES = 1 << 30;
  static final int PAGE_BYTES = 4096;

  /** Bounds the maps and open files of a log. */
  static final int MAX_SEGMENTS = 4096;

  /** The least capacity of a log with such segments. */
  public static long leastBytes(int segmentBytes) {
    return 2L * wholePages(segmentBytes);
  }

  /** The greatest capacity of a log with such segments. */
  public static long mostBytes(int segmentBytes) {
    return (long) MAX_SEGMENTS * wholePages(segmentBytes);
  }

  private static int wholePages(int segmentBytes) {
    return (segmentBytes + PAGE_BYTES - 1) / PAGE_BYTES * PAGE_BYTES;
  }

  public LogConfig {
    Objects.requireNonNull(folder, "folder");
    Objects.requireNonNull(durability, "durability");
    if (segmentBytes < MIN_SEGMENT_BYTES || segmentBytes > MAX_SEGMENT_BYTES) {
      throw new IllegalArgumentException(
          String.format(
              "segmentBytes %d is not %d to %d",
              segmentBytes, MIN_SEGMENT_BYTES, MAX_SEGMENT_BYTES));
    }
    long least = leastBytes(segmentBytes);
    long most = mostBytes(segmentBytes);
    segmentBytes = wholePages(segmentBytes);
    if (capacityBytes < least || capacityBytes > most) {
      throw new IllegalArgumentException(
          String.format(
              "capacityBytes %d is not %d to %d (2 to %d segments of %d bytes)",
              capacityBytes, least, most, MAX_SEGMENTS, segmentBytes));
    }
    if (freeBytesWatermark < 0) {
      throw new IllegalArgumentException(
          "freeBytesWatermark " + freeBytesWatermark + " is below 0");
    }
  }
}
