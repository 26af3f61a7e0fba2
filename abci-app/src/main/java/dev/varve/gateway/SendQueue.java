package dev.varve.gateway;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Tasks that may be sent, at once in order of acceptance or after a pause, and those under way.
 * Guarded by the lock of {@link Tasks}.
 */
final class SendQueue {
  private final NavigableMap<Long, Task> ready = new TreeMap<>();
  private final NavigableSet<Task> paused =
      new TreeSet<>(
          Comparator.<Task>comparingLong(task -> task.notBeforeNanos)
              .thenComparingLong(task -> task.id));
  private final NavigableMap<Long, Task> underWay = new TreeMap<>();

  void addReady(Task task) {
    ready.put(task.id, task);
  }

  void addPaused(Task task, long notBeforeNanos) {
    task.notBeforeNanos = notBeforeNanos;
    paused.add(task);
  }

  /** Takes a task out, wherever it is. */
  void remove(Task task) {
    if (ready.remove(task.id) == null && underWay.remove(task.id) == null) {
      paused.remove(task);
    }
  }

  /** The next task to send, moved to those under way, or null. */
  Task next(long nowNanos) {
    while (!paused.isEmpty() && paused.first().notBeforeNanos <= nowNanos) {
      addReady(paused.pollFirst());
    }
    if (ready.isEmpty()) {
      return null;
    }
    Task task = ready.pollFirstEntry().getValue();
    underWay.put(task.id, task);
    return task;
  }

  /** Nanoseconds until a task may be sent, 0 for at once; very many where there is none. */
  long nextNanos(long nowNanos) {
    if (!ready.isEmpty()) {
      return 0;
    }
    return paused.isEmpty()
        ? Long.MAX_VALUE
        : Math.max(0, paused.first().notBeforeNanos - nowNanos);
  }

  Collection<Task> underWay() {
    return underWay.values();
  }

  int underWayCount() {
    return underWay.size();
  }

  /** Of those under way, how many the node has taken. */
  int inMempoolCount() {
    int count = 0;
    for (Task task : underWay.values()) {
      count += task.state == TaskState.IN_MEMPOOL ? 1 : 0;
    }
    return count;
  }

  /** Empties and returns what is under way, in order of acceptance. */
  List<Task> takeUnderWay() {
    List<Task> all = new ArrayList<>(underWay.values());
    underWay.clear();
    return all;
  }
}
