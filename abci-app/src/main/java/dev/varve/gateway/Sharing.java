package dev.varve.gateway;

import dev.varve.storage.CommittedTask;
import dev.varve.storage.FailedTask;
import dev.varve.storage.PendingChange;
import dev.varve.storage.PendingStore;
import dev.varve.storage.PendingTask;

/**
 * Keeps up with what other gateways write to a shared backup: their tasks are found by reads here
 * and sent by them, until their lease has run out. Threads: one at a time.
 */
final class Sharing {
  private final Tasks tasks;
  private final PendingStore store;
  private final RecentInclusions recent;

  Sharing(Tasks tasks, PendingStore store, RecentInclusions recent) {
    this.tasks = tasks;
    this.store = store;
    this.recent = recent;
  }

  /** Takes up what others have written. */
  void step() {
    for (PendingChange change : store.othersChanges()) {
      tasks.lock.lock();
      try {
        take(change);
      } finally {
        tasks.lock.unlock();
      }
    }
  }

  private void take(PendingChange change) {
    if (change instanceof PendingChange.Accepted accepted) {
      accepted(accepted.task());
    } else if (change instanceof PendingChange.Committed committed) {
      committed(committed.task());
    } else if (change instanceof PendingChange.Failed failed) {
      failed(failed.failed());
    } else if (change instanceof PendingChange.Dropped dropped) {
      Task task = tasks.pending.get(dropped.id());
      task = task == null ? tasks.failed.get(dropped.id()) : task;
      if (task != null) {
        tasks.drop(task);
      }
    }
  }

  private void accepted(PendingTask kept) {
    if (tasks.find(kept.id()).isPresent()) {
      return;
    }
    Task task = Task.of(kept);
    task.foreign = true;
    tasks.pendingBytes += task.bytes;
    tasks.link(task);
    tasks.changed(task);
    completeIfIncluded(task);
  }

  /** Its block may have been looked through before anything was heard of it. */
  private void completeIfIncluded(Task task) {
    RecentInclusions.Place place = recent.take(task.hash);
    if (place != null && place.code() == 0) {
      tasks.commit(task, place.height(), place.index(), place.code());
    }
  }

  /** Not before its block is seen here, too: a read would go back. */
  private void committed(CommittedTask kept) {
    Task task = tasks.pending.get(kept.id());
    if (task == null) {
      if (!kept.idempotencyKey().isEmpty() && tasks.find(kept.id()).isEmpty()) {
        Task remembered = Task.of(kept);
        remembered.foreign = true;
        tasks.remember(remembered);
      }
    } else if (kept.height() <= tasks.followed) {
      tasks.commit(task, kept.height(), kept.index(), kept.code());
    } else {
      task.foreignHeight = kept.height();
      task.index = kept.index();
      task.code = kept.code();
    }
  }

  private void failed(FailedTask kept) {
    Task task = tasks.pending.get(kept.task().id());
    if (task != null && task.foreign) {
      task.attempts = kept.attempts();
      tasks.fail(task, kept.reason());
    }
  }

  /** Sends from now on what gateways that are gone have left. */
  void takeOver() {
    for (PendingTask kept : store.takeOver()) {
      tasks.lock.lock();
      try {
        adopt(kept);
      } finally {
        tasks.lock.unlock();
      }
    }
  }

  private void adopt(PendingTask kept) {
    Task task = tasks.find(kept.id()).orElse(null);
    if (task == null) {
      task = Task.of(kept);
      task.foreign = true;
      tasks.pendingBytes += task.bytes;
      tasks.link(task);
      completeIfIncluded(task);
    }
    if (!task.foreign) {
      return;
    }
    task.foreign = false;
    if (task.state == TaskState.COMMITTED) {
      // Its gateway was gone before it could write this.
      tasks.owed.add(new PendingChange.Committed(task.remembered()), tasks.time.nanos());
      tasks.backupWork.signal();
    } else if (task.isPending()) {
      tasks.enqueue(task);
      tasks.changed(task);
    }
  }
}
