package dev.varve.storage.engine;

import dev.varve.storage.DiskStore;
import dev.varve.storage.StorageException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has the disk store drop what it is not to keep, a small step at a time.
 *
 * <p>Threads: one of its own, {@code varve-disk-prune}, until {@link #close}. A failure is told
 * once and tried again at the next round.
 */
final class Pruner implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Pruner.class);
  private static final long ROUND_MILLIS = 5_000;
  private static final long PAUSE_MILLIS = 5;

  private final DiskStore disk;
  private final long roundMillis;
  private final Thread thread = new Thread(this::run, "varve-disk-prune");
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition closed = lock.newCondition();
  private boolean closing;
  private boolean failed;

  Pruner(DiskStore disk) {
    this(disk, ROUND_MILLIS);
  }

  /** With another pause between rounds. */
  Pruner(DiskStore disk, long roundMillis) {
    this.disk = disk;
    this.roundMillis = roundMillis;
    thread.setDaemon(true);
    thread.start();
  }

  private void run() {
    while (!awaitClose(roundMillis)) {
      while (step()) {
        if (awaitClose(PAUSE_MILLIS)) {
          return;
        }
      }
    }
  }

  private boolean step() {
    try {
      boolean more = disk.prune();
      failed = false;
      return more;
    } catch (StorageException e) {
      if (!failed) {
        LOG.warn("old history and blocks are not dropped for now: {}", e.getMessage());
      }
    } catch (RuntimeException | Error e) {
      if (!failed) {
        LOG.error("old history and blocks are not dropped for now", e);
      }
    }
    failed = true;
    return false;
  }

  private boolean awaitClose(long millis) {
    long left = TimeUnit.MILLISECONDS.toNanos(millis);
    lock.lock();
    try {
      while (!closing && left > 0) {
        try {
          left = closed.awaitNanos(left);
        } catch (InterruptedException e) {
          // Nobody interrupts it to end it.
          LOG.debug("interrupted", e);
        }
      }
      return closing;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    lock.lock();
    try {
      closing = true;
      closed.signalAll();
    } finally {
      lock.unlock();
    }
    Threads.join(thread);
  }
}
