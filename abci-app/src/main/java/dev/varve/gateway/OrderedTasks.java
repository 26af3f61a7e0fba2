package dev.varve.gateway;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.List;

/**
 * Which ordered tasks wait for which: one goes when it is the first on every key that it writes.
 * Guarded by the lock of {@link Tasks}.
 */
final class OrderedTasks {
  private final ByKey byKey = new ByKey();
  private long lastPlace;

  /** Adds a task behind those that are there. */
  void add(Task task) {
    task.place = ++lastPlace;
    task.waitsFor = 0;
    for (ByteString key : task.writes.keySet()) {
      if (byKey.first(key) != null) {
        task.waitsFor++;
      }
      byKey.add(key, task.place, task);
    }
  }

  /** Takes a task out; returns those that need not wait any more. */
  List<Task> remove(Task task) {
    List<Task> free = new ArrayList<>();
    for (ByteString key : task.writes.keySet()) {
      boolean wasFirst = byKey.first(key) == task;
      byKey.remove(key, task.place);
      Task next = byKey.first(key);
      if (wasFirst && next != null && --next.waitsFor == 0) {
        free.add(next);
      }
    }
    return free;
  }
}
