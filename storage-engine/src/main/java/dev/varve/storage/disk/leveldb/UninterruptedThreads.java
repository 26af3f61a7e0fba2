package dev.varve.storage.disk.leveldb;

import dev.varve.storage.StorageException;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Runs calls on threads of its own that are never interrupted: an interrupt in the middle of a call
 * would close LevelDB's files for good. A caller's own interrupt is kept until its call is done.
 *
 * <p>Calls wait in line for a thread; each caller has one call at most, so callers bound the line.
 */
final class UninterruptedThreads implements AutoCloseable {
  private final String what;
  private final ThreadGroup group;
  private final ThreadPoolExecutor threads;

  UninterruptedThreads(String name, int count, String what) {
    this.what = what;
    ThreadGroup own = new ThreadGroup(name);
    AtomicInteger next = new AtomicInteger();
    this.group = own;
    this.threads =
        new ThreadPoolExecutor(
            count,
            count,
            0,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            task -> {
              Thread thread = new Thread(own, task, name + "-" + next.getAndIncrement());
              thread.setDaemon(true);
              return thread;
            });
  }

  <T> T call(Callable<T> task) throws ExecutionException {
    try {
      return call(task, Duration.ofDays(10_000));
    } catch (TimeoutException e) {
      throw new IllegalStateException("27 years have passed", e);
    }
  }

  /** After a time-out a task that was begun goes on; those behind it wait for it. */
  <T> T call(Callable<T> task, Duration timeout) throws ExecutionException, TimeoutException {
    // A visitor that reads is on one of the threads already.
    if (isCurrent()) {
      try {
        return task.call();
      } catch (Exception e) {
        throw new ExecutionException(e);
      }
    }
    Future<T> future;
    try {
      future = threads.submit(task);
    } catch (RejectedExecutionException e) {
      throw new StorageException.Closed(what + " was closed");
    }
    try {
      return await(future, timeout);
    } catch (TimeoutException e) {
      // Not begun, it must not be done later; begun, it goes on.
      future.cancel(false);
      threads.purge();
      throw e;
    }
  }

  /** Whether the caller is one of them. */
  boolean isCurrent() {
    return Thread.currentThread().getThreadGroup() == group;
  }

  private static <T> T await(Future<T> future, Duration timeout)
      throws ExecutionException, TimeoutException {
    long deadline = System.nanoTime() + timeout.toNanos();
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return future.get(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Calls in line are still run; the threads end after them. */
  @Override
  public void close() {
    threads.shutdown();
  }
}
