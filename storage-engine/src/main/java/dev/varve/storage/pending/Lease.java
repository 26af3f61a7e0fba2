package dev.varve.storage.pending;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * What this process knows of its lease, by its own monotonic clock.
 *
 * <p>The time counts from before a renewal was asked for, so it is over here before it is over in
 * the database; by a fifth, for what was on its way. Others take over no earlier than a whole lease
 * after they saw the last renewal, so their clocks need not agree with this one. Threads: any.
 */
final class Lease {
  private static final int PARTS = 5;

  private final long nanos;
  private final LongSupplier clock;
  private Identity identity;
  private long since;
  private boolean lost;
  private boolean untold;

  /**
   * Who has a row of {@code uplink_gateways}.
   *
   * @param session a name of its own for each time that a store is opened
   */
  record Identity(int number, String session) {}

  Lease(Duration lease, LongSupplier clock) {
    this.nanos = lease.toNanos();
    this.clock = clock;
  }

  /** How often it is to be renewed. */
  long periodNanos() {
    return nanos / PARTS;
  }

  /** A row was made, or found, by a statement that was sent at a time. */
  synchronized void begin(Identity who, long sentNanos) {
    identity = who;
    since = sentNanos;
    lost = false;
  }

  synchronized void renewed(Identity who, long sentNanos) {
    if (who.equals(identity)) {
      since = sentNanos;
    }
  }

  /**
   * Another has the row. Nothing is sent until the caller knows which tasks it has not any more.
   */
  synchronized void lose(Identity who) {
    if (who.equals(identity)) {
      lost = true;
      untold = true;
    }
  }

  /** The caller knows now what is its own, if that was told to this identity. */
  synchronized void told(Identity who) {
    if (who != null && who.equals(identity) && !lost) {
      untold = false;
    }
  }

  synchronized Identity identity() {
    return identity;
  }

  synchronized boolean isLost() {
    return lost;
  }

  /** Whether nobody can have taken over. */
  synchronized boolean isValid() {
    return !lost && clock.getAsLong() - since < nanos - nanos / PARTS;
  }

  synchronized boolean maySend() {
    return !untold && isValid();
  }
}
