package dev.varve.gateway;

import java.util.random.RandomGenerator;

/** Pauses that double with each failure, less up to half at random. Not for several threads. */
final class Backoff {
  private final long leastNanos;
  private final long mostNanos;
  private final RandomGenerator random;

  Backoff(GatewayConfig.Retries retries, RandomGenerator random) {
    this.leastNanos = retries.minBackoff().toNanos();
    this.mostNanos = retries.maxBackoff().toNanos();
    this.random = random;
  }

  /**
   * Nanoseconds to wait.
   *
   * @param failures one after the other, 1 or more
   */
  long nanos(int failures) {
    return nanos(failures, mostNanos);
  }

  /** The same with another longest pause. */
  long nanos(int failures, long longestNanos) {
    long pause = leastNanos;
    for (int i = 1; i < failures && pause < longestNanos; i++) {
      pause *= 2;
    }
    pause = Math.min(pause, longestNanos);
    return pause - random.nextLong(pause / 2 + 1);
  }
}
