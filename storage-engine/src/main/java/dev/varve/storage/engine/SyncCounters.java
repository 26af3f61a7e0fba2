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

  SyncStatus status() {
    return new SyncStatus(
        warmState,
        warmHeight,
        warmRecords.sum(),
        warmBytes.sum(),
        runs.sum(),
        skippedRuns.sum(),
        refilled.sum(),
        compared.sum(),
        repaired.sum(),
        diskCorruptions.sum());
  }
}
