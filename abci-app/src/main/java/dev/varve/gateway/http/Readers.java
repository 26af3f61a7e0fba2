package dev.varve.gateway.http;

import dev.varve.gateway.UplinkException;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/** Threads for what may wait for a disk or for the node. */
final class Readers implements AutoCloseable {
  private static final int QUEUED_PER_THREAD = 128;

  private final ThreadPoolExecutor threads;

  Readers(int threadCount, String name) {
    AtomicInteger count = new AtomicInteger();
    threads =
        new ThreadPoolExecutor(
            threadCount,
            threadCount,
            0,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(threadCount * QUEUED_PER_THREAD),
            task -> {
              Thread thread = new Thread(task, name + "-" + count.incrementAndGet());
              thread.setDaemon(true);
              return thread;
            });
  }

  /** Fails with {@link UplinkException.Busy} when too many wait. */
  <T> CompletableFuture<T> call(Supplier<T> read) {
    try {
      return CompletableFuture.supplyAsync(read, threads);
    } catch (RejectedExecutionException e) {
      return CompletableFuture.failedFuture(
          new UplinkException.Busy("too many reads are under way, try again"));
    }
  }

  /** Reads that wait are given up. */
  @Override
  public void close() {
    threads.shutdownNow();
  }
}
