package dev.varve.storage.engine;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What waits for the thread that fills memory, in order. Bounded: what reads ask for by a count,
 * committed blocks by those that the view names, and of the rest each kind waits once. Threads:
 * any.
 */
final class MemoryTasks {
  private final LinkedBlockingQueue<Runnable> tasks = new LinkedBlockingQueue<>();
  private final AtomicInteger offered = new AtomicInteger();
  private final int maxOffered;

  MemoryTasks(int maxOffered) {
    this.maxOffered = maxOffered;
  }

  void add(Runnable task) {
    tasks.add(task);
  }

  /** Adds what a read found to do; passes it over when too much of that waits. */
  void offer(Runnable task) {
    if (offered.incrementAndGet() > maxOffered) {
      offered.decrementAndGet();
      return;
    }
    tasks.add(
        () -> {
          offered.decrementAndGet();
          task.run();
        });
  }

  Runnable take() throws InterruptedException {
    return tasks.take();
  }

  int size() {
    return tasks.size();
  }

  /** Returns when what was added before has been worked on. */
  void awaitIdle() {
    CountDownLatch reached = new CountDownLatch(1);
    tasks.add(reached::countDown);
    try {
      reached.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
