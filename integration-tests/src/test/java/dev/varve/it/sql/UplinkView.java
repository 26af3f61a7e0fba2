package dev.varve.it.sql;

import dev.varve.storage.CommittedTask;
import dev.varve.storage.FailedTask;
import dev.varve.storage.PendingChange;
import dev.varve.storage.PendingContents;
import dev.varve.storage.PendingTask;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * What a gateway holds of all gateways' tasks, by what it was told; told twice is told once.
 * Threads: any.
 */
final class UplinkView {
  private final NavigableMap<Long, PendingTask> pending = new TreeMap<>();
  private final NavigableMap<Long, FailedTask> failed = new TreeMap<>();
  private final NavigableMap<Long, CommittedTask> committed = new TreeMap<>();

  synchronized UplinkView add(PendingContents contents) {
    contents.tasks().forEach(task -> pending.put(task.id(), task));
    contents.failed().forEach(each -> failed.put(each.task().id(), each));
    contents.committed().forEach(each -> committed.put(each.id(), each));
    return this;
  }

  synchronized UplinkView apply(List<PendingChange> changes) {
    changes.forEach(this::apply);
    return this;
  }

  private void apply(PendingChange change) {
    if (change instanceof PendingChange.Accepted accepted) {
      long id = accepted.task().id();
      if (!failed.containsKey(id) && !committed.containsKey(id)) {
        pending.put(id, accepted.task());
      }
    } else if (change instanceof PendingChange.Failed given) {
      long id = given.failed().task().id();
      if (pending.remove(id) != null || failed.containsKey(id)) {
        failed.put(id, given.failed());
      }
    } else if (change instanceof PendingChange.Committed inBlock) {
      long id = inBlock.task().id();
      pending.remove(id);
      failed.remove(id);
      if (!inBlock.task().idempotencyKey().isEmpty()) {
        committed.put(id, inBlock.task());
      }
    } else if (change instanceof PendingChange.Dropped dropped) {
      pending.remove(dropped.id());
      failed.remove(dropped.id());
    } else if (change instanceof PendingChange.Forgotten forgotten) {
      committed.remove(forgotten.id());
    }
  }

  synchronized List<PendingTask> pending() {
    return new ArrayList<>(pending.values());
  }

  synchronized List<FailedTask> failed() {
    return new ArrayList<>(failed.values());
  }

  synchronized List<CommittedTask> committed() {
    return new ArrayList<>(committed.values());
  }

  /** All of it in short, for messages. */
  synchronized List<String> ids() {
    return List.of(
        "pending " + pending.keySet(),
        "failed " + failed.keySet(),
        "committed " + committed.keySet());
  }

  /** All of it. */
  synchronized PendingContents contents() {
    return new PendingContents(pending(), failed(), committed(), 0);
  }
}
