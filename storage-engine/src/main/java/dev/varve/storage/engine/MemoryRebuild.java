package dev.varve.storage.engine;

import dev.varve.storage.MemoryStore;
import io.github.resilience4j.core.IntervalFunction;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes a fresh memory store after one has failed: after a pause that grows with each attempt, on a
 * thread of its own, {@code varve-memory-rebuild}, that ends with it. Threads: any.
 */
final class MemoryRebuild implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(MemoryRebuild.class);
  private static final IntervalFunction PAUSE =
      IntervalFunction.ofExponentialBackoff(Duration.ofSeconds(1), 2, Duration.ofMinutes(1));

  private static final long LOOK_MILLIS = 100;

  /** A store that lasted this long did not fail for what the one before it did. */
  private static final long LASTED_NANOS = Duration.ofMinutes(5).toNanos();

  private final Supplier<MemoryStore> source;
  private final Consumer<MemoryStore> ready;
  private final LongSupplier nanos;
  // Guarded by this.
  private Thread thread;
  private int attempts;
  private long handed;
  private boolean closed;

  /** {@code nanos}: of a clock that is never set. */
  MemoryRebuild(Supplier<MemoryStore> source, Consumer<MemoryStore> ready, LongSupplier nanos) {
    this.nanos = nanos;
    this.source = source;
    this.ready = ready;
  }

  /** Begins, unless it is at it. */
  synchronized void start() {
    if (closed || thread != null) {
      return;
    }
    if (nanos.getAsLong() - handed > LASTED_NANOS) {
      attempts = 0;
    }
    thread = new Thread(this::run, "varve-memory-rebuild");
    thread.setDaemon(true);
    thread.start();
  }

  private void run() {
    while (pause()) {
      try {
        hand(source.get());
        return;
      } catch (RuntimeException | Error e) {
        LOG.warn("memory store cannot be made anew, trying on: {}", e.toString());
      }
    }
  }

  /** Returns whether to go on. */
  private synchronized boolean pause() {
    attempts++;
    long end = nanos.getAsLong() + Duration.ofMillis(PAUSE.apply(attempts)).toNanos();
    while (!closed && nanos.getAsLong() < end) {
      try {
        wait(LOOK_MILLIS);
      } catch (InterruptedException e) {
        LOG.debug("goes on after an interrupt; close ends it", e);
      }
    }
    return !closed;
  }

  private synchronized void hand(MemoryStore store) {
    thread = null;
    handed = nanos.getAsLong();
    if (closed) {
      store.close();
    } else {
      ready.accept(store);
    }
  }

  @Override
  public void close() {
    Thread running;
    synchronized (this) {
      closed = true;
      running = thread;
      notifyAll();
    }
    if (running != null) {
      Threads.join(running);
    }
  }
}
