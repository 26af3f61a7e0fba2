package dev.varve.gateway;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * Does what depends on what other gateways have written until now: asks the shared backup first, on
 * threads that nothing else waits for while a database does not answer.
 *
 * <p>Threads: any; {@code varve-uplink-ask-N} of its own from {@link #start} on, before that the
 * caller's. Their queue is bounded.
 */
final class AskingFirst implements AutoCloseable {
  private static final int THREADS = 4;
  private static final int QUEUE = 1_000;

  private final Sharing sharing;
  private volatile Executor executor = Runnable::run;
  private ThreadPoolExecutor threads;

  AskingFirst(Sharing sharing) {
    this.sharing = sharing;
  }

  void start() {
    AtomicInteger count = new AtomicInteger();
    threads =
        new ThreadPoolExecutor(
            THREADS,
            THREADS,
            1,
            TimeUnit.MINUTES,
            new ArrayBlockingQueue<>(QUEUE),
            run -> {
              Thread thread = new Thread(run, "varve-uplink-ask-" + count.incrementAndGet());
              thread.setDaemon(true);
              return thread;
            });
    threads.allowCoreThreadTimeOut(true);
    executor = threads;
  }

  /** Fails with {@link UplinkException}: too much waits, or the backup does not tell. */
  <T> CompletableFuture<T> then(Supplier<CompletableFuture<T>> action) {
    try {
      return CompletableFuture.runAsync(sharing::catchUp, executor)
          .thenCompose(done -> action.get());
    } catch (RejectedExecutionException e) {
      return CompletableFuture.failedFuture(
          new UplinkException.Busy("too many wait for what other gateways hold, try again"));
    }
  }

  /** What waits is still done; it ends by the time-outs of the backup. */
  @Override
  public void close() {
    if (threads != null) {
      threads.shutdown();
    }
  }
}
