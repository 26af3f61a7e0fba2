package dev.varve.gateway.http;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;

/**
 * What waits for a client of a stream: written in order, one after the other. Where too much waits
 * the client is cut off. Threads: any.
 */
final class Outbox {
  /** The way to the client. Threads: one at a time. */
  interface Wire {
    /** Writes a text; calls {@link Outbox#written} when it is gone, {@link #cutOff} on failure. */
    void write(String text);

    /** Ends the stream. Called once or more. */
    void cutOff(String why);
  }

  private final Wire wire;
  private final int most;
  private final Executor threads;
  private final Queue<Supplier<String>> waiting = new ArrayDeque<>();
  private boolean writing;
  private boolean inWrite;
  private boolean goneAtOnce;
  private boolean closed;

  Outbox(Wire wire, int most, Executor threads) {
    this.wire = wire;
    this.most = most;
    this.threads = threads;
  }

  /** Takes a text, which is made when it is written; false when it is closed. Never waits. */
  boolean offer(Supplier<String> text) {
    boolean full;
    synchronized (this) {
      if (closed) {
        return false;
      }
      full = waiting.size() >= most;
      if (full) {
        close();
      } else {
        waiting.add(text);
        if (writing) {
          return true;
        }
        writing = true;
      }
    }
    if (full) {
      wire.cutOff("too slow: " + most + " messages wait");
      return false;
    }
    try {
      threads.execute(this::writeNext);
    } catch (RejectedExecutionException e) {
      wire.cutOff("the gateway stops");
      return false;
    }
    return true;
  }

  /** The last text is gone. */
  void written() {
    synchronized (this) {
      if (inWrite) {
        // Gone before the call returned: who made it goes on, and does not call deeper and deeper.
        goneAtOnce = true;
        return;
      }
    }
    writeNext();
  }

  synchronized int size() {
    return waiting.size();
  }

  /** Whether a text is on its way. */
  synchronized boolean isWriting() {
    return writing;
  }

  /** Nothing is written any more. */
  synchronized void close() {
    closed = true;
    waiting.clear();
  }

  private void writeNext() {
    boolean more = true;
    while (more) {
      Supplier<String> next;
      synchronized (this) {
        next = waiting.poll();
        writing = next != null;
        if (!writing) {
          return;
        }
        inWrite = true;
        goneAtOnce = false;
      }
      wire.write(next.get());
      synchronized (this) {
        inWrite = false;
        more = goneAtOnce;
      }
    }
  }
}
