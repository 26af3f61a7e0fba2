package dev.varve.gateway;

import java.time.Duration;
import java.time.Instant;

/** A clock that a test moves. */
final class SimClock {
  private long nanos;

  Time time() {
    return new Time(
        () -> Instant.ofEpochMilli(1_700_000_000_000L + nanos / 1_000_000), () -> nanos);
  }

  void advance(Duration by) {
    nanos += by.toNanos();
  }

  Duration now() {
    return Duration.ofNanos(nanos);
  }
}
