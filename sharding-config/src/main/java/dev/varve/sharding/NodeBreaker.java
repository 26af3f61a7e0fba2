package dev.varve.sharding;

import com.zaxxer.hikari.SQLExceptionOverride;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowType;
import java.net.SocketTimeoutException;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Refuses calls to a server from the first failure on, until a probe has reached it again.
 *
 * <p>Only probes try a server that is down, so that nobody else waits for it. Safe for use by many
 * threads.
 */
final class NodeBreaker implements SQLExceptionOverride {
  private static final Logger log = LoggerFactory.getLogger(NodeBreaker.class);

  // Should probes end for a reason that nobody foresaw, callers find out by themselves.
  private static final Duration WITHOUT_PROBES = Duration.ofMinutes(1);

  private static final String CLOSED_BY_DRIVER = "No operations allowed after connection closed";

  private final String place;
  private final CircuitBreaker breaker;
  private volatile String reason = "";

  NodeBreaker(String name, String place) {
    this.place = place;
    this.breaker =
        CircuitBreaker.of(
            name,
            CircuitBreakerConfig.custom()
                .slidingWindowType(SlidingWindowType.COUNT_BASED)
                .slidingWindowSize(1)
                .minimumNumberOfCalls(1)
                .failureRateThreshold(100)
                .permittedNumberOfCallsInHalfOpenState(1)
                .waitDurationInOpenState(WITHOUT_PROBES)
                .build());
  }

  boolean isClosed() {
    return breaker.getState() == CircuitBreaker.State.CLOSED;
  }

  /** Why calls are refused; empty while they are not. */
  String reason() {
    return reason;
  }

  /** Refuses the call at once while the server is down. */
  void acquire() throws SQLException {
    if (!breaker.tryAcquirePermission()) {
      throw new SQLTransientConnectionException(place + " is down: " + reason, "08001");
    }
  }

  void succeeded() {
    breaker.onSuccess(0, TimeUnit.NANOSECONDS);
    if (isClosed()) {
      reason = "";
    }
  }

  /** The call failed for a reason that says nothing about the server. */
  void released() {
    breaker.releasePermission();
  }

  synchronized void failed(SQLException e) {
    String words = words(e);
    boolean wasClosed = isClosed();
    reason = words;
    breaker.onError(0, TimeUnit.NANOSECONDS, e);
    if (wasClosed && !isClosed()) {
      log.warn("{} is down, calls are refused until it answers: {}", place, words);
    }
  }

  /** A probe has reached the server. */
  void reached() {
    if (!isClosed()) {
      reason = "";
      breaker.transitionToClosedState();
      log.info("{} answers again", place);
    }
  }

  /** A probe has not reached the server. */
  void missed(SQLException e) {
    if (isClosed()) {
      failed(e);
    } else {
      reason = words(e);
    }
  }

  /**
   * Learns of connections that broke in the middle of a statement; the pool drops them anyway. One
   * that lacks a privilege is dropped too: a server tells it of a new one only when it is made.
   */
  @java.lang.Override
  public Override adjudicate(SQLException e) {
    if (isLost(e)) {
      failed(e);
    }
    return Schema.isDenied(e) ? Override.MUST_EVICT : Override.CONTINUE_EVICT;
  }

  /** Whether the connection, not the statement, is what failed. */
  static boolean isLost(SQLException e) {
    String state = e.getSQLState();
    return state != null && state.startsWith("08");
  }

  /**
   * The innermost reason, which is what names the fault; without what the driver says around it.
   */
  private static String words(SQLException e) {
    Throwable cause = e;
    while (cause.getCause() != null && cause.getCause() != cause) {
      cause = cause.getCause();
    }
    // A connection that did not pass its test in time was closed by the driver.
    boolean silent =
        cause instanceof SocketTimeoutException
            || cause instanceof SQLTransientConnectionException
            || String.valueOf(cause.getMessage()).startsWith(CLOSED_BY_DRIVER);
    return silent ? "no answer in time" : Schema.firstLine(cause);
  }
}
