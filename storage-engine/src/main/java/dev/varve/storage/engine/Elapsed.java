package dev.varve.storage.engine;

import java.util.function.LongSupplier;

/**
 * Nanoseconds that have passed by a clock that somebody may set: where it is set back, this goes on
 * from where it stood, so that nobody who waits for a moment waits longer than he meant to.
 * Threads: any.
 */
final class Elapsed implements LongSupplier {
  private final LongSupplier clock;
  // Guarded by this.
  private long seen;
  private long elapsed;

  Elapsed(LongSupplier clock) {
    this.clock = clock;
    this.seen = clock.getAsLong();
  }

  @Override
  public synchronized long getAsLong() {
    long now = clock.getAsLong();
    elapsed += Math.max(0, now - seen);
    seen = now;
    return elapsed;
  }
}
