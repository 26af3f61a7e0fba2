package dev.varve.storage.disk.sql;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Asks the replicas for their markers: often while one of them is behind, seldom else.
 *
 * <p>Threads: one of its own, {@code varve-sql-markers}, from construction to {@link #close}.
 */
final class MarkerPoll implements AutoCloseable {
  private static final long IDLE_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
  private static final long JOIN_MILLIS = 10_000;

  private final List<ReplicaMarkers> groups;
  private final long periodNanos;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Thread thread = new Thread(this::run, "varve-sql-markers");
  // Guarded by lock.
  private boolean closing;
  private boolean nudged;
  private long polls;

  MarkerPoll(List<ReplicaMarkers> groups, Duration period) {
    this.groups = groups;
    this.periodNanos = period.toNanos();
    thread.setDaemon(true);
    thread.start();
  }

  /** Something was written. */
  void nudge() {
    lock.lock();
    try {
      nudged = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void run() {
    while (await()) {
      groups.forEach(ReplicaMarkers::poll);
      lock.lock();
      try {
        polls++;
        changed.signalAll();
      } finally {
        lock.unlock();
      }
    }
  }

  private boolean await() {
    lock.lock();
    try {
      boolean first = polls == 0;
      boolean waiting = groups.stream().anyMatch(ReplicaMarkers::isWaiting);
      long left = first ? 0 : waiting ? periodNanos : IDLE_NANOS;
      while (!closing && left > 0 && (waiting || !nudged)) {
        left = changed.awaitNanos(left);
      }
      nudged = false;
      return !closing;
    } catch (InterruptedException e) {
      return !closing; // only close ends it
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    lock.lock();
    try {
      closing = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    boolean interrupted = false;
    try {
      thread.join(JOIN_MILLIS); // what it waits for ends by a time-out of its own
    } catch (InterruptedException e) {
      interrupted = true;
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
