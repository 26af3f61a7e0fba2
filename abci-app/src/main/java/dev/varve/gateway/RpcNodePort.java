package dev.varve.gateway;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.time.Duration;
import java.util.Base64;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The way to a node's mempool over its JSON-RPC: {@code broadcast_tx_async} on one WebSocket.
 *
 * <p>A connection that broke is made again by the next {@link #send}, whose caller pauses, and
 * every few seconds without one, so that {@link #isUp} is true. Threads: two of its own, {@code
 * varve-uplink-node-N}, on which answers complete.
 */
public final class RpcNodePort implements NodePort {
  /** What CometBFT's {@code max_body_bytes} is unless it is configured. */
  public static final int DEFAULT_MAX_REQUEST_BYTES = 1_000_000;

  private static final Duration CONNECT_LIMIT = Duration.ofSeconds(5);
  private static final int THREADS = 2;
  private static final long RECONNECT_NANOS = TimeUnit.SECONDS.toNanos(3);
  private static final int REQUEST_OVERHEAD_BYTES = 128;

  private final URI endpoint;
  private final int maxRequestBytes;
  private final int window;
  private final Duration answerLimit;
  private final ScheduledThreadPoolExecutor threads;
  private final HttpClient http;
  private final Future<?> watching;

  private long lastId;
  private volatile RpcConnection connection;
  private volatile long triedNanos = System.nanoTime() - RECONNECT_NANOS;
  private final AtomicLong losses = new AtomicLong();
  private volatile boolean up;
  private volatile String problem = "not asked yet";
  private volatile boolean closed;

  /**
   * A port that connects when it is first needed.
   *
   * @param rpc the node's RPC, {@code http://HOST:PORT}
   * @param maxRequestBytes the node's {@code max_body_bytes}: it closes the connection over more
   * @param window transactions sent and not answered at a time
   * @param answerLimit the connection is given up when an answer takes longer
   */
  public RpcNodePort(URI rpc, int maxRequestBytes, int window, Duration answerLimit) {
    this.endpoint = endpoint(rpc);
    this.maxRequestBytes = maxRequestBytes;
    this.window = window;
    this.answerLimit = answerLimit;
    AtomicInteger count = new AtomicInteger();
    this.threads =
        new ScheduledThreadPoolExecutor(
            THREADS,
            run -> {
              Thread thread = new Thread(run, "varve-uplink-node-" + count.incrementAndGet());
              thread.setDaemon(true);
              return thread;
            });
    this.http = HttpClient.newBuilder().executor(threads).connectTimeout(CONNECT_LIMIT).build();
    this.watching = threads.scheduleWithFixedDelay(this::watch, 1, 1, TimeUnit.SECONDS);
  }

  /** The same with CometBFT's limit, 512 at a time and 10 seconds. */
  public RpcNodePort(URI rpc) {
    this(rpc, DEFAULT_MAX_REQUEST_BYTES, 512, Duration.ofSeconds(10));
  }

  private static URI endpoint(URI rpc) {
    String scheme =
        switch (String.valueOf(rpc.getScheme())) {
          case "http", "ws", "tcp" -> "ws";
          case "https", "wss" -> "wss";
          default ->
              throw new IllegalArgumentException(
                  "the node's RPC is " + rpc + ", allowed is http://HOST:PORT");
        };
    return URI.create(scheme + "://" + rpc.getRawAuthority() + "/websocket");
  }

  @Override
  public CompletionStage<Answer> send(ByteString tx) {
    int size = (tx.size() + 2) / 3 * 4 + REQUEST_OVERHEAD_BYTES;
    if (size > maxRequestBytes) {
      return CompletableFuture.completedFuture(
          new Answer(
              Outcome.REFUSED,
              "the request has " + size + " bytes, the node reads at most " + maxRequestBytes));
    }
    try {
      long id = ++lastId;
      return connected().send(id, request(id, tx), answerLimit);
    } catch (IOException e) {
      broken(null, e.getMessage());
      return CompletableFuture.completedFuture(new Answer(Outcome.UNKNOWN, e.getMessage()));
    }
  }

  private static String request(long id, ByteString tx) {
    return "{\"jsonrpc\":\"2.0\",\"id\":"
        + id
        + ",\"method\":\"broadcast_tx_async\",\"params\":{\"tx\":\""
        + Base64.getEncoder().encodeToString(tx.toByteArray())
        + "\"}}";
  }

  private synchronized RpcConnection connected() throws IOException {
    RpcConnection existing = connection;
    if (existing != null && !existing.isBroken()) {
      return existing;
    }
    if (closed) {
      throw new IOException("the gateway is stopping");
    }
    triedNanos = System.nanoTime();
    RpcConnection made = new RpcConnection(window, this::broken, this::answered);
    CompletableFuture<WebSocket> opening =
        http.newWebSocketBuilder().connectTimeout(CONNECT_LIMIT).buildAsync(endpoint, made);
    try {
      made.opened(opening.get(2 * CONNECT_LIMIT.toMillis(), TimeUnit.MILLISECONDS));
    } catch (ExecutionException e) {
      throw new IOException("no connection to " + endpoint + ": " + words(e.getCause()), e);
    } catch (TimeoutException e) {
      opening.cancel(true);
      throw new IOException("no connection to " + endpoint + " in time", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while connecting", e);
    }
    connection = made;
    answered();
    if (closed) {
      made.close("the gateway is stopping");
    }
    return made;
  }

  static String words(Throwable cause) {
    String message = cause.getMessage();
    return message == null || message.isEmpty() ? cause.getClass().getSimpleName() : message;
  }

  private void answered() {
    up = true;
    problem = "";
  }

  private void broken(RpcConnection which, String why) {
    if (which != null) {
      losses.incrementAndGet();
    }
    if (which == null || which == connection) {
      up = false;
      problem = why;
    }
  }

  private void watch() {
    RpcConnection watched = connection;
    if (watched != null && !watched.isBroken()) {
      watched.requireAnswers(answerLimit);
    } else if (!closed && System.nanoTime() - triedNanos >= RECONNECT_NANOS) {
      try {
        connected();
      } catch (IOException e) {
        broken(null, e.getMessage());
      }
    }
  }

  @Override
  public long losses() {
    return losses.get();
  }

  @Override
  public boolean isUp() {
    return up;
  }

  @Override
  public String problem() {
    return problem;
  }

  @Override
  public void close() {
    closed = true;
    RpcConnection last = connection;
    if (last != null) {
      last.close("the gateway is stopping");
    }
    watching.cancel(false);
    threads.shutdown();
  }
}
