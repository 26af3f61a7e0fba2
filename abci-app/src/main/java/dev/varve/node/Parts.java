package dev.varve.node;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What was opened, closed in reverse order. A part that does not close keeps those below it open:
 * they may still be in use.
 */
final class Parts {
  private static final Logger log = LoggerFactory.getLogger(Parts.class);

  private final Deque<Part> parts = new ArrayDeque<>();
  private volatile String closing = "";

  /** Adds what was just opened. */
  <T extends AutoCloseable> T add(String name, T part) {
    parts.push(new Part(name, part));
    return part;
  }

  /**
   * Closes everything, in a thread of its own.
   *
   * @return whether it was done within the limit
   */
  boolean close(Duration limit) {
    Thread thread = new Thread(this::closeAll, "node-close");
    thread.setDaemon(true);
    thread.start();
    try {
      thread.join(limit.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (thread.isAlive()) {
      log.error("{} did not close within {} s, left as it is", closing, limit.toSeconds());
      return false;
    }
    return true;
  }

  private void closeAll() {
    while (!parts.isEmpty()) {
      Part part = parts.pop();
      closing = part.name();
      try {
        part.resource().close();
      } catch (Exception e) {
        log.error("closing the {} failed", part.name(), e);
      }
    }
  }

  private record Part(String name, AutoCloseable resource) {}
}
