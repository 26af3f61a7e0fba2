package dev.varve.cli;

import java.io.PrintWriter;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * Standard output and error as a person sees them: whole lines, and on a terminal one line at the
 * bottom that is written over. Safe for use from any thread.
 */
final class Console {
  private static final long PERIOD_SECONDS = 10;
  private static final String CLEAR_LINE = "\r\u001b[2K";

  private final PrintWriter out;
  private final PrintWriter err;
  private final boolean terminal;
  private final boolean colour;
  private final int columns;
  private String live = "";

  Console(PrintWriter out, PrintWriter err, boolean terminal, boolean colour, int columns) {
    this.out = out;
    this.err = err;
    this.terminal = terminal;
    this.colour = terminal && colour;
    this.columns = columns;
  }

  boolean terminal() {
    return terminal;
  }

  boolean colour() {
    return colour;
  }

  /** Prints a line to standard output. */
  synchronized void line(String text) {
    clearLive();
    out.println(text);
    redrawLive();
  }

  /** Prints a line to standard error. */
  synchronized void error(String text) {
    clearLive();
    err.println(text);
    err.flush();
    redrawLive();
  }

  /** Puts text in place of the live line; nothing where there is no terminal. */
  synchronized void live(String text) {
    if (!terminal) {
      return;
    }
    clearLive();
    live = text.length() < columns ? text : text.substring(0, Math.max(0, columns - 1));
    redrawLive();
  }

  /** Takes the live line away. */
  synchronized void endLive() {
    clearLive();
    live = "";
    out.flush();
  }

  String good(String text) {
    return paint("32", text);
  }

  String bad(String text) {
    return paint("31", text);
  }

  String strong(String text) {
    return paint("1", text);
  }

  /**
   * Says what goes on until closed, once it takes more than two seconds: with the seconds counted
   * up on a terminal, else on standard error, at most every ten seconds.
   */
  Progress progress(String text) {
    return new Progress(text);
  }

  private String paint(String code, String text) {
    return colour ? "\u001b[" + code + "m" + text + "\u001b[0m" : text;
  }

  private void clearLive() {
    if (!live.isEmpty()) {
      out.print(CLEAR_LINE);
    }
  }

  private void redrawLive() {
    out.print(live);
    out.flush();
  }

  /** Something that takes a while. */
  final class Progress implements AutoCloseable {
    private final long start = System.nanoTime();
    private final Thread ticker = new Thread(this::tick, "progress");
    private volatile String text;
    private volatile boolean done;

    private Progress(String text) {
      this.text = text;
      ticker.setDaemon(true);
      ticker.start();
    }

    /** Something else goes on now. */
    void update(String next) {
      text = next;
    }

    private void tick() {
      String printed = "";
      long printedAt = -PERIOD_SECONDS;
      try {
        while (!done) {
          TimeUnit.MILLISECONDS.sleep(500);
          long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start);
          String now = text;
          if (done || seconds < 2) {
            continue;
          }
          if (terminal) {
            live(String.format(Locale.ROOT, "%s ... %d s", now, seconds));
          } else if (!now.equals(printed) && seconds - printedAt >= PERIOD_SECONDS) {
            error(now + " ...");
            printed = now;
            printedAt = seconds;
          }
        }
      } catch (InterruptedException e) {
        done = true;
      }
    }

    @Override
    public void close() {
      done = true;
      ticker.interrupt();
      try {
        ticker.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      endLive();
    }
  }
}
