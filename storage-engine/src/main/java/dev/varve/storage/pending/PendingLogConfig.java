package dev.varve.storage.pending;

import dev.varve.fallback.Durability;
import dev.varve.fallback.LogConfig;
import java.nio.file.Path;

/**
 * Where uplink tasks are backed up on disk, and how much they may take.
 *
 * <p>Errors: {@link IllegalArgumentException} that names the setting, its value and what is
 * allowed.
 *
 * @param folder the log's own folder; created with the ones above it
 * @param boundBytes the most that its files may take; at least {@value #MIN_SEGMENTS} segments. Of
 *     that, two segments, twice the largest write, or a thirty-second part, whichever is most, are
 *     kept for what frees space
 * @param segmentBytes the size of a segment, 8192 bytes to 1 GiB, rounded up to whole pages; space
 *     is freed a segment at a time
 * @param freeBytesWatermark no segment is made that would leave the file system with fewer free
 *     bytes; 0 or more. Above it new tasks leave what is kept of the bound free on the disk, too
 */
public record PendingLogConfig(
    Path folder, long boundBytes, int segmentBytes, long freeBytesWatermark) {
  static final int MIN_SEGMENTS = 5;
  private static final int MIB = 1 << 20;

  public PendingLogConfig {
    segmentBytes =
        new LogConfig(folder, segmentBytes, boundBytes, freeBytesWatermark, Durability.FORCED)
            .segmentBytes();
    if (boundBytes / segmentBytes < MIN_SEGMENTS) {
      throw new IllegalArgumentException(
          String.format(
              "boundBytes %d is not at least %d (%d segments of %d bytes)",
              boundBytes, (long) MIN_SEGMENTS * segmentBytes, MIN_SEGMENTS, segmentBytes));
    }
  }

  /** 256 MiB in segments of 4 MiB, above 64 MiB of free space. */
  public static PendingLogConfig of(Path folder) {
    return new PendingLogConfig(folder, 256L * MIB, 4 * MIB, 64L * MIB);
  }

  LogConfig log() {
    return new LogConfig(folder, segmentBytes, boundBytes, freeBytesWatermark, Durability.FORCED);
  }
}
