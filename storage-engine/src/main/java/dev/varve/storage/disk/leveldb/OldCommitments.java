package dev.varve.storage.disk.leveldb;

import dev.varve.storage.BlockBatch;
import dev.varve.storage.RecordType;

/**
 * Deletes commitments that blocks no longer need. A range deletion does not exist; a bounded number
 * a block catches up with any floor. Threads: one at a time.
 */
final class OldCommitments {
  private static final int DELETES_PER_BLOCK = 2048;

  private final Records records;
  // The first height that has one, or -1.
  private long first;

  OldCommitments(Records records) {
    this.records = records;
  }

  void load() {
    first = records.first(RecordType.COMMITMENT);
  }

  /** Adds the deletions that come with a block. */
  void delete(BlockEntries entries, BlockBatch batch) {
    if (first < 0) {
      first = batch.height();
    }
    long to = Math.min(batch.commitmentFloor(), first + DELETES_PER_BLOCK);
    if (to > first) {
      entries.deleteCommitments(first, to);
      first = to;
    }
  }
}
