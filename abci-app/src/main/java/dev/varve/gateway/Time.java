package dev.varve.gateway;

import java.time.InstantSource;
import java.util.function.LongSupplier;

/** The gateway's clocks: one that people read, and one for pauses that never goes back. */
final class Time {
  private final InstantSource wall;
  private final LongSupplier nanos;
  private final long start;

  Time(InstantSource wall, LongSupplier nanos) {
    this.wall = wall;
    this.nanos = nanos;
    this.start = nanos.getAsLong();
  }

  /** Milliseconds since 1970. */
  long millis() {
    return wall.millis();
  }

  /** Nanoseconds since this was made, never negative. */
  long nanos() {
    return nanos.getAsLong() - start;
  }
}
