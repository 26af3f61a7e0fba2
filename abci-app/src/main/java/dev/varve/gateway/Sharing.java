package dev.varve.gateway;

import dev.varve.storage.CommittedTask;
import dev.varve.storage.FailedTask;
import dev.varve.storage.PendingChange;
import dev.varve.storage.PendingStore;
import dev.varve.storage.PendingTask;
import dev.varve.storage.StorageException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Keeps up with what other gateways write to a shared backup: their tasks are found by reads here
 * and sent by them, until their lease has run out; and those of this gateway are sent by another,
 * once it has taken them over. Threads: any.
 */
final class Sharing {
  private final Tasks tasks;
  private final PendingStore store;
  private final RecentInclusions recent;
  private final SharedCall round = new SharedCall(this::takeUp);

  /** Held while the store is asked and its answer taken up, in this order with every other. */
  private final Object turn = new Object();

  Sharing(Tasks tasks, PendingStore store, RecentInclusions recent) {
    this.tasks = tasks;
    this.store = store;
    this.recent = recent;
  }

  /** Takes up what others had written when this was called. */
  void step() {
    round.get();
  }

  /**
   * Does so where others may have written what matters to a request.
   *
   * @throws UplinkException.Unavailable when the backup does not tell
   */
  void catchUp() {
    try {
      step();
    } catch (StorageException e) {
      throw new UplinkException.Unavailable(
          "the backup cannot be asked what other gateways hold: " + e.getMessage(), e);
    }
  }

  private long takeUp() {
    synchronized (turn) {
      List<PendingChange> changes = store.othersChanges();
      Set<Long> ended = ended(changes);
      for (PendingChange change : changes) {
        tasks.lock.lock();
        try {
          take(change, ended);
        } finally {
          tasks.lock.unlock();
        }
      }
      return changes.size();
    }
  }

  /** Tasks of which more is told than that they were accepted. */
  private static Set<Long> ended(List<PendingChange> changes) {
    Set<Long> ended = new HashSet<>();
    for (PendingChange change : changes) {
      if (change instanceof PendingChange.Committed committed) {
        ended.add(committed.task().id());
      } else if (change instanceof PendingChange.Failed failed) {
        ended.add(failed.failed().task().id());
      } else if (change instanceof PendingChange.Dropped dropped) {
        ended.add(dropped.id());
      }
    }
    return ended;
  }

  private void take(PendingChange change, Set<Long> ended) {
    if (change instanceof PendingChange.Accepted accepted) {
      accepted(accepted.task(), ended);
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

  private void accepted(PendingTask kept, Set<Long> ended) {
    Task there = tasks.find(kept.id()).orElse(null);
    if (there == null || isUndone(there, ended)) {
      Task task = Task.of(kept);
      tasks.linkForeign(task);
      tasks.changed(task);
      completeIfIncluded(task);
    } else if (there.isPending() && !there.foreign) {
      tasks.letGo(there);
    }
  }

  /**
   * Whether it was given up here after another gateway had taken it over, which so knows nothing of
   * that and sends it.
   */
  private static boolean isUndone(Task there, Set<Long> ended) {
    boolean givenUp = there.state == TaskState.FAILED || there.state == TaskState.DROPPED;
    return givenUp && !there.foreign && !ended.contains(there.id);
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
    synchronized (turn) {
      for (PendingTask kept : store.takeOver()) {
        tasks.lock.lock();
        try {
          adopt(kept);
        } finally {
          tasks.lock.unlock();
        }
      }
    }
  }

  private void adopt(PendingTask kept) {
    Task task = tasks.find(kept.id()).orElse(null);
    if (task == null) {
      task = Task.of(kept);
      tasks.linkForeign(task);
      completeIfIncluded(task);
    }
    if (!task.foreign) {
      return;
    }
    task.foreign = false;
    // Where it ended here its gateway was gone before it could write that.
    if (task.state == TaskState.COMMITTED) {
      tasks.owed.add(new PendingChange.Committed(task.remembered()), tasks.time.nanos());
      tasks.backupWork.signal();
    } else if (task.state == TaskState.FAILED) {
      tasks.owed.addUrgent(new PendingChange.Failed(task.failure()), tasks.time.nanos());
      tasks.backupWork.signal();
    } else if (task.isPending()) {
      // Its gateway may have had it, and later ones, in blocks not looked through yet.
      tasks.doubts++;
      tasks.enqueue(task);
      tasks.changed(task);
    }
  }
}
