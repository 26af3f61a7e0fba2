package dev.varve.storage.pending;

import java.util.HashSet;
import java.util.Set;

/** Ids of the tasks that the caller holds, as far as it was told or has written. Threads: any. */
final class KnownTasks {
  private final Set<Long> own = new HashSet<>();
  private final Set<Long> others = new HashSet<>();

  synchronized void addOwn(long id) {
    others.remove(id);
    own.add(id);
  }

  synchronized boolean isOthers(long id) {
    return others.contains(id);
  }

  /** It is another gateway's, or gone. */
  synchronized void setOthers(long id, boolean there) {
    remove(id);
    if (there) {
      others.add(id);
    }
  }

  synchronized boolean contains(long id) {
    return own.contains(id) || others.contains(id);
  }

  synchronized void remove(long id) {
    own.remove(id);
    others.remove(id);
  }

  /** All of them, a copy. */
  synchronized Set<Long> all() {
    Set<Long> all = new HashSet<>(own);
    all.addAll(others);
    return all;
  }
}
