package dev.varve.bench.report;

import java.io.PrintStream;

/** One line on a terminal that says what is under way; silent elsewhere. */
public final class Progress {
  private static final String CLEAR_LINE = "\r\u001B[K";
  private static final long INTERVAL_NANOS = 200_000_000;

  private final PrintStream err;
  private final boolean on;
  private long shownAt;

  public Progress(PrintStream err, boolean on) {
    this.err = err;
    this.on = on;
    this.shownAt = System.nanoTime() - INTERVAL_NANOS;
  }

  /** Shows a line, at most five times a second. */
  public void show(String line) {
    long now = System.nanoTime();
    if (on && now - shownAt >= INTERVAL_NANOS) {
      shownAt = now;
      err.print(CLEAR_LINE + line);
      err.flush();
    }
  }

  public void clear() {
    if (on) {
      err.print(CLEAR_LINE);
      err.flush();
    }
  }
}
