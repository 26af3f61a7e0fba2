package dev.varve.gateway;

import dev.varve.storage.PendingChange;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Changes that the backup must still be told, in their order, and the height followed, which is
 * written with them and never before them. Guarded by the lock of {@link Tasks}.
 */
final class Owed {
  /** So many blocks are followed again after a crash at most. */
  private static final long MAX_UNWRITTEN_BLOCKS = 100;

  /** So many changes are written before the period is over. */
  private static final int MAX_DEFERRED = 10_000;

  private final long periodNanos;
  private final Deque<PendingChange> changes = new ArrayDeque<>();
  private long followed;
  private long writtenFollowed;
  private boolean begun;
  private boolean urgent;
  private long sinceNanos;
  private long notBeforeNanos;

  Owed(GatewayConfig.Backup config, long followed) {
    this.periodNanos = config.deletePeriod().toNanos();
    this.followed = followed;
    this.writtenFollowed = followed;
    this.begun = followed > 0;
  }

  /** A change that only frees space. */
  void add(PendingChange change, long nowNanos) {
    if (changes.isEmpty()) {
      sinceNanos = nowNanos;
    }
    changes.addLast(change);
  }

  /** A change that does not wait for the period. */
  void addUrgent(PendingChange change, long nowNanos) {
    add(change, nowNanos);
    urgent = true;
  }

  void followed(long height) {
    followed = height;
  }

  /** Has the height followed written soon, though nothing else is. */
  void hurry() {
    urgent = true;
  }

  /** Whether there is something to write now for its own sake. */
  boolean isDue(long nowNanos) {
    return nanosUntilDue(nowNanos) == 0;
  }

  /** Nanoseconds until something is to be written; very many where there is nothing. */
  long nanosUntilDue(long nowNanos) {
    long pause = Math.max(0, notBeforeNanos - nowNanos);
    if (urgent
        || changes.size() >= MAX_DEFERRED
        || followed - writtenFollowed >= MAX_UNWRITTEN_BLOCKS) {
      return pause;
    }
    return changes.isEmpty()
        ? Long.MAX_VALUE
        : Math.max(pause, sinceNanos + periodNanos - nowNanos);
  }

  /** Whether a write that is made anyway should take them along. */
  boolean joins(long nowNanos) {
    return notBeforeNanos <= nowNanos && (changes.isEmpty() || isDue(nowNanos));
  }

  /** All of them, to be written. */
  List<PendingChange> take() {
    List<PendingChange> all = new ArrayList<>(changes);
    changes.clear();
    urgent = false;
    if (followed > writtenFollowed) {
      all.add(new PendingChange.Followed(followed));
    }
    return all;
  }

  /** They were written. */
  void written(List<PendingChange> taken) {
    for (PendingChange change : taken) {
      if (change instanceof PendingChange.Followed reached) {
        writtenFollowed = reached.height();
        begun = true;
      }
    }
  }

  /** They were not written: to be taken again, not before a time. */
  void putBack(List<PendingChange> taken, long againNanos) {
    List<PendingChange> back = new ArrayList<>(taken);
    back.removeIf(change -> change instanceof PendingChange.Followed);
    for (int i = back.size() - 1; i >= 0; i--) {
      changes.addFirst(back.get(i));
    }
    urgent = true;
    notBeforeNanos = againNanos;
  }

  boolean isEmpty() {
    return changes.isEmpty() && followed == writtenFollowed;
  }

  /** The first height, where nothing is known of one. */
  void begin(long height) {
    followed = height;
    begun = height == 0;
    urgent = !begun;
  }

  /** Whether a restart would know from where to follow. */
  boolean isBeginWritten() {
    return begun;
  }
}
