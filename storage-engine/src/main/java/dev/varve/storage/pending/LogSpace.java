package dev.varve.storage.pending;

import dev.varve.fallback.FallbackLog;
import dev.varve.fallback.LogStats;
import dev.varve.fallback.io.FileIo;
import dev.varve.storage.StorageException;
import java.io.IOException;

/**
 * How much room a log has: for new tasks, and, when there is none for them, for what frees space.
 *
 * <p>Of the bound and of the disk so much is kept for removals, and for live records on their way
 * out of the oldest segment, as these take until enough is dead: two segments, twice the largest
 * write, or a part of the bound, whichever is most. What other programs take of the disk after that
 * cannot be kept. Threads: one.
 */
final class LogSpace {
  /** What a segment takes beside its entries, and an entry beside its payload; more than enough. */
  private static final int OVERHEAD_BYTES = 256;

  private static final int RESERVE_PART = 32;

  private final PendingLogConfig config;
  private final FallbackLog log;
  private final FileIo files;
  private long largestWrite;

  LogSpace(PendingLogConfig config, FallbackLog log, FileIo files) {
    this.config = config;
    this.log = log;
    this.files = files;
  }

  /** Something of this size was written. */
  void wrote(long payloadBytes) {
    largestWrite = Math.max(largestWrite, payloadBytes);
  }

  /** Whether new tasks of so many bytes leave enough for what frees space later. */
  boolean admits(long payloadBytes) {
    return isWithin(needBytes(payloadBytes) + reserveBytes(payloadBytes));
  }

  /** Whether new tasks are refused, or will be a segment or two from now. */
  boolean isShort() {
    return !isWithin(3 * needBytes(0) + reserveBytes(0));
  }

  /** Whether the disk has no room for another segment. */
  boolean isDiskFull() {
    return availableBytes() < needBytes(0);
  }

  private boolean isWithin(long bytes) {
    return usedBytes() + bytes <= config.boundBytes() && availableBytes() >= bytes;
  }

  /** Bytes that still go into the log's newest segment, whose entries take so many. */
  long leftInSegment(long entryBytes) {
    return Math.max(0, config.segmentBytes() - OVERHEAD_BYTES - entryBytes);
  }

  /** Why new tasks of so many bytes are refused. */
  StorageException.DiskFull refusal(long payloadBytes) {
    long need = needBytes(payloadBytes);
    long reserve = reserveBytes(payloadBytes);
    String what =
        usedBytes() + need + reserve > config.boundBytes()
            ? String.format(
                "is full: its files take %d bytes of %d, of which %d are kept for what frees space",
                usedBytes(), config.boundBytes(), reserve)
            : String.format(
                "has no room on its disk: %d bytes are free above the watermark of %d, a segment"
                    + " takes %d, and %d are kept for what frees space",
                availableBytes(), config.freeBytesWatermark(), need, reserve);
    return new StorageException.DiskFull(
        "backup of uplink tasks " + config.folder() + " " + what, null);
  }

  private long usedBytes() {
    LogStats stats = log.stats();
    return stats.fileBytes() - (long) stats.preallocated() * config.segmentBytes();
  }

  private long needBytes(long payloadBytes) {
    return Math.max(config.segmentBytes(), payloadBytes + OVERHEAD_BYTES);
  }

  private long reserveBytes(long payloadBytes) {
    return Math.max(
        2 * needBytes(Math.max(largestWrite, payloadBytes)), config.boundBytes() / RESERVE_PART);
  }

  /** Bytes of the disk that the log may still take, with those of the segment made ahead. */
  private long availableBytes() {
    try {
      return files.freeBytes(config.folder())
          - config.freeBytesWatermark()
          + (long) log.stats().preallocated() * config.segmentBytes();
    } catch (IOException e) {
      throw new StorageException.Unavailable(
          "backup of uplink tasks " + config.folder() + ": " + e.getMessage(), e);
    }
  }
}
