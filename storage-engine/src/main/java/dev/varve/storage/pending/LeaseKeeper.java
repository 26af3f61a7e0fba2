package dev.varve.storage.pending;

import dev.varve.storage.StorageException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Renews the lease, and begins anew when another has it; between that it looks after the tables.
 *
 * <p>Threads: one of its own, {@code varve-uplink-lease}, from {@link #start} to {@link #close}.
 */
final class LeaseKeeper implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LeaseKeeper.class);
  private static final long JOIN_MILLIS = 15_000;

  private final UplinkDatabase database;
  private final SqlPendingConfig config;
  private final Lease lease;
  private final Registration registration;
  private final OthersChanges others;
  private final Housekeeping housekeeping;
  private final LongSupplier clock;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition closed = lock.newCondition();
  private final Thread thread = new Thread(this::run, "varve-uplink-lease");
  private boolean closing; // guarded by lock

  // Of the thread.
  private long nextNanos;
  private boolean failing;

  /** What is done when the lease needs nothing. */
  interface Housekeeping {
    /** {@code between} is to be called now and then. */
    void run(Runnable between);
  }

  LeaseKeeper(
      UplinkDatabase database,
      SqlPendingConfig config,
      Lease lease,
      Registration registration,
      OthersChanges others,
      Housekeeping housekeeping,
      LongSupplier clock) {
    this.database = database;
    this.config = config;
    this.lease = lease;
    this.registration = registration;
    this.others = others;
    this.housekeeping = housekeeping;
    this.clock = clock;
    thread.setDaemon(true);
  }

  void start() {
    nextNanos = clock.getAsLong() + lease.periodNanos();
    thread.start();
  }

  private void run() {
    while (await()) {
      try {
        renewWhenDue();
        housekeeping.run(this::renewWhenDue);
        if (failing) {
          LOG.info("the lease of uplink gateway {} is renewed again", lease.identity().number());
          failing = false;
        }
      } catch (StorageException.Closed e) {
        return;
      } catch (StorageException e) {
        failed(e.getMessage());
      } catch (RuntimeException e) {
        failed(e.toString()); // nothing must end this thread but its end
      }
    }
  }

  private void failed(String why) {
    if (!failing) {
      LOG.warn(
          "the lease of uplink gateway {} is not looked after, nothing is sent once it has run"
              + " out: {}",
          lease.identity().number(),
          why);
      failing = true;
    }
  }

  private void renewWhenDue() {
    long now = clock.getAsLong();
    if (now - nextNanos < 0) {
      return;
    }
    nextNanos = now + lease.periodNanos();
    Lease.Identity who = lease.identity();
    if (!lease.isLost()) {
      if (database.write(connection -> GatewayRows.renew(connection, who, config))) {
        lease.renewed(who, now);
        return;
      }
      lease.lose(who);
    }
    registration.openAnew();
    others.beginAnew(lease.identity().number());
    LOG.warn(
        "the lease of uplink gateway {} ran out and another has its tasks; it goes on as gateway"
            + " {}",
        who.number(),
        lease.identity().number());
  }

  private boolean await() {
    lock.lock();
    try {
      long left = nextNanos - clock.getAsLong();
      while (!closing && left > 0) {
        left = Math.min(closed.awaitNanos(left), nextNanos - clock.getAsLong());
      }
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
      closed.signalAll();
    } finally {
      lock.unlock();
    }
    boolean interrupted = false;
    try {
      // What it waits for ends by a time-out of its own.
      thread.join(JOIN_MILLIS);
    } catch (InterruptedException e) {
      interrupted = true;
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
