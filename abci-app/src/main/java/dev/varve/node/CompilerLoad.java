package dev.varve.node;

import java.lang.management.CompilationMXBean;
import java.lang.management.ManagementFactory;
import java.util.concurrent.TimeUnit;

/** Tells when Java's compilers have come to rest. Threads: one at a time. */
final class CompilerLoad {
  private static final long WINDOW_NANOS = TimeUnit.SECONDS.toNanos(1);
  // Of a window; compilers that have the code of a block behind them stay below it.
  private static final double IDLE_SHARE = 0.15;

  private final CompilationMXBean compilers = ManagementFactory.getCompilationMXBean();
  private final boolean known =
      compilers != null && compilers.isCompilationTimeMonitoringSupported();
  private long windowStart = System.nanoTime();
  private long compiledMillis = total();

  /**
   * Whether they did next to nothing in the last whole second; false before there was one, and
   * where Java does not tell.
   */
  boolean idle() {
    if (!known) {
      return false;
    }
    long now = System.nanoTime();
    long window = now - windowStart;
    if (window < WINDOW_NANOS) {
      return false;
    }
    long compiled = total();
    long spent = TimeUnit.MILLISECONDS.toNanos(compiled - compiledMillis);
    windowStart = now;
    compiledMillis = compiled;
    return spent < IDLE_SHARE * window;
  }

  private long total() {
    return known ? compilers.getTotalCompilationTime() : 0;
  }
}
