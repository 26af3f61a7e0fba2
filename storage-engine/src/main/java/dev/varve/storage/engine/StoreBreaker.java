package dev.varve.storage.engine;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.core.IntervalFunction;
import java.time.Duration;
import java.util.function.LongSupplier;

/** The breaker in front of a store: opens on the first failure, probes after 0.1 to 5 seconds. */
final class StoreBreaker {
  private StoreBreaker() {}

  /** {@code nanos}: of a clock that is never set. */
  static CircuitBreaker create(String name, LongSupplier nanos) {
    return CircuitBreaker.of(name, config(nanos));
  }

  private static CircuitBreakerConfig config(LongSupplier nanos) {
    return CircuitBreakerConfig.custom()
        .clock(new BreakerClock(nanos))
        .slidingWindowType(CircuitBreakerConfig.SlidingWindowType.COUNT_BASED)
        .slidingWindowSize(1)
        .minimumNumberOfCalls(1)
        .failureRateThreshold(100)
        .permittedNumberOfCallsInHalfOpenState(1)
        .waitIntervalFunctionInOpenState(
            IntervalFunction.ofExponentialBackoff(Duration.ofMillis(100), 2, Duration.ofSeconds(5)))
        .build();
  }
}
