package dev.varve.storage.engine;

import dev.varve.storage.SyncStatus;
import java.util.concurrent.atomic.LongAdder;

/** What warming and the sync job have done since the engine was opened. Threads: any. */
final class SyncCounters {
  final LongAdder warmRecords = new LongAdder();
  final LongAdder warmBytes = new LongAdder();
  final LongAdder runs = new LongAdder();
  final LongAdder skippedRuns = new LongAdder();
  final LongAdder refilled = new LongAdder();
  final LongAdder compared = new LongAdder();
  final LongAdder repaired = new LongAdder();
  final LongAdder diskCorruptions = new LongAdder();
  volatile String warmState = "waiting";
  volatile long warmHeight;

  /** {@code current} is false when the memory store in use is one that warming has not met yet. */
  SyncStatus status(boolean current, long passedOver) {
    return new SyncStatus(
        current ? warmState : "waiting",
        warmHeight,
        warmRecords.sum(),
        warmBytes.sum(),
        runs.sum(),
        skippedRuns.sum(),
        refilled.sum(),
        compared.sum(),
        repaired.sum(),
        diskCorruptions.sum(),
        passedOver);
  }
}
