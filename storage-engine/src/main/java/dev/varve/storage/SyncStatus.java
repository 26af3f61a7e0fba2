package dev.varve.storage;

/**
 * How far the memory store has been warmed from disk, and what keeping the two in step found;
 * counts since the engine was opened.
 *
 * @param warmState {@code waiting} for the memory store, {@code running}, {@code done}, or {@code
 *     stopped} and why
 * @param warmHeight the lowest height that warming has come to
 * @param warmRecords records that warming read from disk into memory
 * @param warmBytes their bytes, keys included
 * @param runs runs of the sync job
 * @param skippedRuns runs left out because the one before, or warming, still went on
 * @param refilled records that the sync job found missing in memory and read from disk
 * @param compared records compared between the tiers
 * @param repaired records in memory that differed from disk's and were replaced or removed
 * @param diskCorruptions records met that disk holds damaged or not at all
 * @param passedOver blocks that were not copied to memory as they came, as that was too far behind
 */
public record SyncStatus(
    String warmState,
    long warmHeight,
    long warmRecords,
    long warmBytes,
    long runs,
    long skippedRuns,
    long refilled,
    long compared,
    long repaired,
    long diskCorruptions,
    long passedOver) {

  /** Of an engine that has no memory store. */
  public static SyncStatus none() {
    return new SyncStatus("done", 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
  }
}
