package dev.varve.gateway;

import com.google.protobuf.ByteString;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * Tasks by some bytes, and of the same bytes by a number. Trees: no choice of keys makes a look-up
 * slow. Guarded by the lock of {@link Tasks}.
 */
final class ByKey {
  static final Comparator<ByteString> ORDER = ByteString.unsignedLexicographicalComparator();

  private final Map<ByteString, NavigableMap<Long, Task>> tasks = new TreeMap<>(ORDER);

  void add(ByteString key, long number, Task task) {
    tasks.computeIfAbsent(key, any -> new TreeMap<>()).put(number, task);
  }

  void remove(ByteString key, long number) {
    NavigableMap<Long, Task> of = tasks.get(key);
    if (of != null && of.remove(number) != null && of.isEmpty()) {
      tasks.remove(key);
    }
  }

  /** In the order of their numbers. */
  Collection<Task> of(ByteString key) {
    NavigableMap<Long, Task> of = tasks.get(key);
    return of == null ? List.of() : of.values();
  }

  /** The one with the highest number, or null. */
  Task last(ByteString key) {
    NavigableMap<Long, Task> of = tasks.get(key);
    return of == null ? null : of.lastEntry().getValue();
  }

  /** The one with the lowest number, or null. */
  Task first(ByteString key) {
    NavigableMap<Long, Task> of = tasks.get(key);
    return of == null ? null : of.firstEntry().getValue();
  }
}
