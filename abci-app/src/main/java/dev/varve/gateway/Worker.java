package dev.varve.gateway;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A thread that does rounds until it is closed; never interrupted, since it may be writing. */
final class Worker implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Worker.class);
  private static final long PAUSE_SECONDS = 1;

  private final Round round;
  private final Thread thread;
  private final CountDownLatch closing = new CountDownLatch(1);

  /** Does what there is to do, then waits for more, for about a second at most. */
  @FunctionalInterface
  interface Round {
    void run(Worker worker) throws InterruptedException;
  }

  Worker(String name, Round round) {
    this.round = round;
    this.thread = new Thread(this::run, name);
    thread.setDaemon(true);
  }

  Worker start() {
    thread.start();
    return this;
  }

  boolean isClosing() {
    return closing.getCount() == 0;
  }

  /** Waits, not longer than until it is closed. */
  void pause(long nanos) throws InterruptedException {
    closing.await(nanos, TimeUnit.NANOSECONDS);
  }

  private void run() {
    while (!isClosing()) {
      try {
        round.run(this);
      } catch (InterruptedException e) {
        LOG.debug("{} goes on after an interrupt; close ends it", thread.getName());
      } catch (RuntimeException e) {
        LOG.error("{} failed and goes on", thread.getName(), e);
        pauseAfterFailure();
      }
    }
  }

  private void pauseAfterFailure() {
    try {
      pause(TimeUnit.SECONDS.toNanos(PAUSE_SECONDS));
    } catch (InterruptedException e) {
      LOG.debug("{} goes on after an interrupt; close ends it", thread.getName());
    }
  }

  /** Has it end after its round; {@link #close} waits for that. */
  void stop() {
    closing.countDown();
  }

  @Override
  public void close() {
    stop();
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
