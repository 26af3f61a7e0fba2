package dev.varve.gateway;

import com.google.protobuf.ByteString;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * Tasks that ended of late, in the order in which they did. Guarded by the lock of {@link Tasks}.
 */
final class Remembered {
  private final GatewayConfig.Backup config;
  private final NavigableMap<Long, Task> byId = new TreeMap<>();
  private final ByKey byHash = new ByKey();
  private final Deque<Task> inOrder = new ArrayDeque<>();

  Remembered(GatewayConfig.Backup config) {
    this.config = config;
  }

  void add(Task task) {
    byId.put(task.id, task);
    byHash.add(task.hash, task.id, task);
    inOrder.addLast(task);
  }

  Task get(long id) {
    return byId.get(id);
  }

  Collection<Task> of(ByteString hash) {
    return byHash.of(hash);
  }

  /** Those with a higher id, by id. */
  Collection<Task> after(long id) {
    return byId.tailMap(id, false).values();
  }

  /** Takes out and returns those that are too old, or too many. */
  List<Task> forget(long nowMs) {
    List<Task> forgotten = new ArrayList<>();
    while (!inOrder.isEmpty() && isOver(inOrder.peekFirst(), nowMs)) {
      Task task = inOrder.pollFirst();
      byId.remove(task.id);
      byHash.remove(task.hash, task.id);
      forgotten.add(task);
    }
    return forgotten;
  }

  private boolean isOver(Task oldest, long nowMs) {
    return inOrder.size() > config.maxRemembered()
        || nowMs - oldest.endedMs > config.remember().toMillis();
  }
}
