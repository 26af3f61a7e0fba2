package dev.varve.it;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Sends transactions at a fixed rate whatever becomes of them, many to a request; each writes a key
 * of its own.
 */
final class SteadyLoad implements AutoCloseable {
  private static final int BATCH = 10; // CometBFT's default bound of a request
  private static final int THREADS = 4;
  private static final int VALUE_BYTES = 200;

  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final URI node;
  private final long start = System.nanoTime();
  private final double perNano;
  private final AtomicLong batches = new AtomicLong();
  private final AtomicLong refused = new AtomicLong();
  private final List<Thread> threads = new ArrayList<>();
  private volatile boolean closed;

  SteadyLoad(URI node, int txPerSecond) {
    this.node = node;
    this.perNano = txPerSecond / 1e9;
    for (int i = 0; i < THREADS; i++) {
      Thread thread = new Thread(this::run, "steady-load-" + i);
      thread.setDaemon(true);
      threads.add(thread);
      thread.start();
    }
  }

  long sent() {
    return batches.get() * BATCH;
  }

  /** Those that were in requests which the node did not take whole. */
  long refused() {
    return refused.get();
  }

  private void run() {
    while (!closed) {
      long batch = batches.getAndIncrement();
      long due = start + (long) (batch * BATCH / perNano);
      long wait;
      while (!closed && (wait = due - System.nanoTime()) > 0) {
        LockSupport.parkNanos(wait);
      }
      if (!closed) {
        send(batch);
      }
    }
  }

  private void send(long batch) {
    HttpRequest request =
        HttpRequest.newBuilder(node)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body(batch)))
            .build();
    try {
      String answer = http.send(request, HttpResponse.BodyHandlers.ofString()).body();
      if (answer.contains("\"error\"")) {
        refused.addAndGet(BATCH);
      }
    } catch (IOException e) {
      refused.addAndGet(BATCH);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      closed = true;
    }
  }

  private static String body(long batch) {
    StringBuilder body = new StringBuilder("[");
    for (int i = 0; i < BATCH; i++) {
      long number = batch * BATCH + i;
      String key = "load-" + Long.toHexString(number * 0x9E3779B97F4A7C15L);
      String tx = key + "=" + (number + "-").repeat(VALUE_BYTES).substring(0, VALUE_BYTES);
      body.append(i == 0 ? "" : ",")
          .append("{\"jsonrpc\":\"2.0\",\"id\":")
          .append(i)
          .append(",\"method\":\"broadcast_tx_async\",\"params\":{\"tx\":\"")
          .append(Base64.getEncoder().encodeToString(tx.getBytes(UTF_8)))
          .append("\"}}");
    }
    return body.append(']').toString();
  }

  @Override
  public void close() {
    closed = true;
    for (Thread thread : threads) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
