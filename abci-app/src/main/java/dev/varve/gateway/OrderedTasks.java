package dev.varve.gateway;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.List;

/**
 * Which ordered tasks wait for which: one goes when it is the first, by id, on every key that it
 * writes. All gateways on one backup keep the same order, so that none waits for one that waits for
 * it. Guarded by the lock of {@link Tasks}.
 */
final class OrderedTasks {
  private final ByKey byKey = new ByKey();

  /** Adds a task; returns those behind it that were first on a key until now. */
  List<Task> add(Task task) {
    List<Task> behind = new ArrayList<>();
    task.inOrder = true;
    for (ByteString key : task.writes.keySet()) {
      Task first = byKey.first(key);
      if (first != null && first.id < task.id) {
        task.waitsFor++;
      } else if (first != null) {
        first.waitsFor++;
        behind.add(first);
      }
      byKey.add(key, task.id, task);
    }
    return behind;
  }

  /** Takes a task out; returns those that need not wait any more. */
  List<Task> remove(Task task) {
    List<Task> free = new ArrayList<>();
    task.inOrder = false;
    task.waitsFor = 0;
    for (ByteString key : task.writes.keySet()) {
      boolean wasFirst = byKey.first(key) == task;
      byKey.remove(key, task.id);
      Task next = byKey.first(key);
      if (wasFirst && next != null && --next.waitsFor == 0) {
        free.add(next);
      }
    }
    return free;
  }
}
