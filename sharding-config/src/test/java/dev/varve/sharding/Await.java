package dev.varve.sharding;

import java.sql.SQLException;
import java.util.concurrent.Callable;

/** Waits for what comes about by itself, for at most half a minute. */
final class Await {
  private static final long LIMIT_NANOS = 30_000_000_000L;

  private Await() {}

  static void until(String what, Callable<Boolean> condition) throws Exception {
    long end = System.nanoTime() + LIMIT_NANOS;
    Exception last = null;
    while (System.nanoTime() < end) {
      try {
        if (condition.call()) {
          return;
        }
      } catch (SQLException e) {
        last = e;
      }
      Thread.sleep(50);
    }
    throw new AssertionError("after 30 s still not: " + what, last);
  }
}
