package dev.varve.bench.uplink;

import dev.varve.bench.report.Samples;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Requests over many connections, a thread each.
 *
 * <p>At a rate, request n is due n / rate seconds after the start, and its time runs from then: a
 * server that stalls is charged for the requests that had to wait. Without a rate each connection
 * asks again as soon as it was answered, and the time runs from the request.
 */
final class Load {
  private final URI server;
  private final int connections;

  /** One request; {@code number} counts all of a run from 0. */
  @FunctionalInterface
  interface Request {
    void send(HttpConnection connection, long number) throws IOException;
  }

  /** What came of a run. */
  record Result(Samples times, double seconds) {
    double perSecond() {
      return times.count() / seconds;
    }
  }

  Load(URI server, int connections) {
    this.server = server;
    this.connections = connections;
  }

  /** Sends {@code count} requests at {@code rate} a second. */
  Result atRate(double rate, long count, Request request) throws IOException, InterruptedException {
    long start = System.nanoTime();
    return run(
        start,
        number -> number < count,
        number -> {
          long due = start + (long) (number * 1e9 / rate);
          for (long wait = due - System.nanoTime(); wait > 0; wait = due - System.nanoTime()) {
            LockSupport.parkNanos(wait);
          }
          return due;
        },
        request);
  }

  /** Sends as fast as answers come, for a time. */
  Result saturated(double seconds, Request request) throws IOException, InterruptedException {
    long start = System.nanoTime();
    long end = start + (long) (seconds * 1e9);
    return run(start, number -> System.nanoTime() < end, number -> System.nanoTime(), request);
  }

  private interface Due {
    long await(long number);
  }

  private interface More {
    boolean test(long number);
  }

  private Result run(long start, More more, Due due, Request request)
      throws IOException, InterruptedException {
    AtomicLong numbers = new AtomicLong();
    AtomicInteger names = new AtomicInteger();
    ExecutorService threads =
        Executors.newFixedThreadPool(
            connections, task -> new Thread(task, "bench-client-" + names.incrementAndGet()));
    try {
      List<Future<Samples>> clients = new ArrayList<>();
      for (int i = 0; i < connections; i++) {
        clients.add(threads.submit(() -> client(numbers, more, due, request)));
      }
      Samples all = new Samples();
      for (Future<Samples> client : clients) {
        all.addAll(client.get());
      }
      return new Result(all, (System.nanoTime() - start) / 1e9);
    } catch (ExecutionException e) {
      throw new IOException(e.getCause().getMessage(), e.getCause());
    } finally {
      threads.shutdownNow();
    }
  }

  private Samples client(AtomicLong numbers, More more, Due due, Request request)
      throws IOException {
    Samples samples = new Samples();
    try (HttpConnection connection = new HttpConnection(server)) {
      for (long n = numbers.getAndIncrement(); more.test(n); n = numbers.getAndIncrement()) {
        long from = due.await(n);
        request.send(connection, n);
        samples.add(System.nanoTime() - from);
      }
    }
    return samples;
  }
}
