package dev.varve.sharding;

import com.zaxxer.hikari.SQLExceptionOverride;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowType;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
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

  private final String place;
  private final Supplier<String> silence;
  private final CircuitBreaker breaker;
  private volatile String reason = "";
  // That it is down was not logged yet; guarded by this.
  private boolean untold;

  /**
   * {@code silence}: finds out why the server has not answered a probe in time; may take seconds.
   */
  NodeBreaker(String name, String place, Supplier<String> silence) {
    this.place = place;
    this.silence = silence;
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

  /** A caller's connection failed; where it does not say why, the next probe tells. */
  synchronized void failed(SQLException e) {
    open(e, Reasons.words(e));
    if (!Reasons.isSilent(e)) {
      tell();
    }
  }

  private void open(SQLException e, String words) {
    boolean wasClosed = isClosed();
    reason = words;
    breaker.onError(0, TimeUnit.NANOSECONDS, e);
    untold |= wasClosed && !isClosed();
  }

  private void tell() {
    if (untold) {
      untold = false;
      log.warn("{} is down, calls are refused until it answers: {}", place, reason);
    }
  }

  /** A probe has reached the server. */
  synchronized void reached() {
    if (!isClosed()) {
      tell();
      reason = "";
      breaker.transitionToClosedState();
      log.info("{} answers again", place);
    }
  }

  /** A probe has not reached the server. */
  void missed(SQLException e) {
    String words = Reasons.isSilent(e) ? silence.get() : Reasons.words(e);
    synchronized (this) {
      if (isClosed()) {
        open(e, words);
      } else {
        reason = words;
      }
      tell();
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
}
