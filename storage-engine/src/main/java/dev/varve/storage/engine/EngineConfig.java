package dev.varve.storage.engine;

import java.time.Duration;
import java.util.Objects;

/**
 * The engine's policy and the bounds of its queues.
 *
 * @param policy where a block goes first
 * @param maxPendingBatches committed batches that wait whole for the memory store; past it the
 *     oldest are passed over: their state keys alone wait, to be removed from memory. When those
 *     are too many, too (16 times as many blocks, or a quarter of maxUndrainedBytes), memory is
 *     dropped and filled anew
 * @param maxPutBacks records read from disk that wait for the memory store; past it they are passed
 *     over
 * @param maxUndrainedBytes encoded bytes of batches kept on the heap until the disk store has them;
 *     past it they are read back from the log. A 64th of it is the number of transactions whose
 *     places are kept, in 24 bytes of heap each
 * @param slowApply with {@link DiskPolicy#THROUGH}, a block that took the store longer than this
 *     sends the next ones to the log, until the store has caught up and taken less for a write
 * @param gather how long blocks in the log wait for further ones with which to share a write to the
 *     disk store, unless there is enough for one before; zero for not at all
 * @param syncPeriod how often the tiers are compared and gaps in memory filled; zero for never
 */
public record EngineConfig(
    DiskPolicy policy,
    int maxPendingBatches,
    int maxPutBacks,
    long maxUndrainedBytes,
    Duration slowApply,
    Duration gather,
    Duration syncPeriod) {
  private static final long MIB = 1L << 20;

  public EngineConfig {
    Objects.requireNonNull(policy, "policy");
    require("maxPendingBatches", maxPendingBatches);
    require("maxPutBacks", maxPutBacks);
    require("maxUndrainedBytes", maxUndrainedBytes);
    require("slowApply", slowApply.toMillis());
    requireNotNegative("gather", gather);
    requireNotNegative("syncPeriod", syncPeriod);
  }

  /**
   * 16 batches, 4,096 records, 64 MiB, 250 and 250 milliseconds; no sync job. With a heap below 1
   * GiB fewer batches and bytes: one for 32 MiB of it, and a sixteenth of it.
   */
  public static EngineConfig of(DiskPolicy policy) {
    return forHeap(policy, Runtime.getRuntime().maxMemory());
  }

  // A block takes on the heap about three times its encoded bytes. A whole store takes 5,000
  // transactions in 91 ms at the 99th percentile; blocks come at one a second by default.
  static EngineConfig forHeap(DiskPolicy policy, long heapBytes) {
    long undrained = Math.max(4 * MIB, Math.min(64 * MIB, heapBytes / 16));
    int pending = (int) Math.max(4, Math.min(16, heapBytes / (32 * MIB)));
    return new EngineConfig(
        policy,
        pending,
        4096,
        undrained,
        Duration.ofMillis(250),
        Duration.ofMillis(250),
        Duration.ZERO);
  }

  /** The same with a sync job. */
  public EngineConfig withSyncPeriod(Duration period) {
    return new EngineConfig(
        policy, maxPendingBatches, maxPutBacks, maxUndrainedBytes, slowApply, gather, period);
  }

  private static void requireNotNegative(String name, Duration value) {
    if (value.isNegative()) {
      throw new IllegalArgumentException(name + " is " + value + ", allowed is 0 up");
    }
  }

  private static void require(String name, long value) {
    if (value < 1) {
      throw new IllegalArgumentException(name + " is " + value + ", allowed is 1 up");
    }
  }
}
