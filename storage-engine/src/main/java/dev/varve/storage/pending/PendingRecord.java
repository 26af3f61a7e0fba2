package dev.varve.storage.pending;

import dev.varve.storage.CommittedTask;
import dev.varve.storage.PendingTask;

/** One record in an entry of the log; what each does is in the package description. */
sealed interface PendingRecord {
  /** The task's. */
  long id();

  /** A task, new or at another place. */
  record Task(PendingTask task) implements PendingRecord {
    @Override
    public long id() {
      return task.id();
    }
  }

  /** Why a task is on the failed list. */
  record Failure(long id, long failedMs, int attempts, String reason) implements PendingRecord {}

  /** A task is in a block and remembered. */
  record Committed(CommittedTask task) implements PendingRecord {
    @Override
    public long id() {
      return task.id();
    }
  }

  /** A task is gone. */
  record Dropped(long id) implements PendingRecord {}

  /** A committed task is not remembered any more. */
  record Forgotten(long id) implements PendingRecord {}
}
