package dev.varve.storage.engine;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.function.LongSupplier;

/**
 * The clock that a breaker's pauses are measured by. Not the wall clock, the library's own choice:
 * set back by an hour, that would keep a breaker open, and the log undrained, for an hour more.
 */
final class BreakerClock extends Clock {
  private final LongSupplier nanos;

  BreakerClock(LongSupplier nanos) {
    this.nanos = nanos;
  }

  @Override
  public ZoneId getZone() {
    return ZoneOffset.UTC;
  }

  @Override
  public Clock withZone(ZoneId zone) {
    throw new UnsupportedOperationException("it has no date that a zone could change");
  }

  @Override
  public Instant instant() {
    return Instant.EPOCH.plusNanos(nanos.getAsLong());
  }
}
