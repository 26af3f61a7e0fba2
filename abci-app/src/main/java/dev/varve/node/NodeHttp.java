package dev.varve.node;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves {@code /metrics}, {@code /health} and {@code /status} over HTTP. At most {@value #THREADS}
 * requests run at once; a client that takes more than ten seconds is cut off.
 */
final class NodeHttp implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(NodeHttp.class);
  private static final int THREADS = 4;
  private static final int MAX_CONNECTIONS = 64;
  private static final String TEXT = "text/plain; charset=utf-8";
  private static final String PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8";
  private static final String JSON = "application/json";

  private final HttpServer server;
  private final ThreadPoolExecutor threads;

  private NodeHttp(HttpServer server, ThreadPoolExecutor threads) {
    this.server = server;
    this.threads = threads;
  }

  /**
   * Starts to serve.
   *
   * @param address HOST:PORT
   * @throws NodeException when the address cannot be bound
   */
  static NodeHttp start(String address, NodeMetrics metrics, Supplier<NodeStatus> status) {
    limitClients();
    int colon = address.lastIndexOf(':');
    String host = address.substring(0, colon).replaceAll("^\\[|]$", "");
    InetSocketAddress socket =
        new InetSocketAddress(host, Integer.parseInt(address.substring(colon + 1)));
    HttpServer server;
    try {
      server = HttpServer.create(socket, MAX_CONNECTIONS);
    } catch (IOException e) {
      throw new NodeException("cannot serve HTTP on " + address + ": " + e.getMessage(), e);
    }
    server.createContext("/metrics", new Page(PROMETHEUS, () -> ok(metrics.scrape())));
    server.createContext("/status", new Page(JSON, () -> ok(status.get().toJson())));
    server.createContext("/health", new Page(TEXT, () -> health(status.get())));
    server.createContext("/", new Page(TEXT, NodeHttp::index));
    ThreadPoolExecutor threads = threads(server.getAddress().getPort());
    server.setExecutor(threads);
    server.start();
    return new NodeHttp(server, threads);
  }

  int port() {
    return server.getAddress().getPort();
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }

  /** The JDK's server takes its limits from system properties only; set ones are left alone. */
  private static void limitClients() {
    String prefix = "sun.net.httpserver.";
    setIfAbsent(prefix + "maxReqTime", 10);
    setIfAbsent(prefix + "maxRspTime", 10);
    setIfAbsent(prefix + "idleInterval", 30);
    setIfAbsent("jdk.httpserver.maxConnections", MAX_CONNECTIONS);
  }

  private static void setIfAbsent(String name, int value) {
    if (System.getProperty(name) == null) {
      System.setProperty(name, Integer.toString(value));
    }
  }

  private static ThreadPoolExecutor threads(int port) {
    AtomicInteger count = new AtomicInteger();
    return new ThreadPoolExecutor(
        THREADS,
        THREADS,
        0,
        TimeUnit.SECONDS,
        new ArrayBlockingQueue<>(MAX_CONNECTIONS),
        task -> {
          Thread thread = new Thread(task, "http-" + port + "-" + count.incrementAndGet());
          thread.setDaemon(true);
          return thread;
        },
        new ThreadPoolExecutor.CallerRunsPolicy());
  }

  private static Answer ok(String body) {
    return new Answer(200, body);
  }

  private static Answer health(NodeStatus status) {
    if (status.healthy()) {
      return ok("ok\n");
    }
    if (status.failure() != null) {
      return new Answer(503, status.failure() + "\n");
    }
    return new Answer(
        503,
        "disk store: "
            + status.engine().diskState()
            + "; memory store: "
            + status.engine().memoryState()
            + "\n");
  }

  private static Answer index() {
    return new Answer(404, "not found; there is /metrics, /health and /status\n");
  }

  private record Answer(int code, String body) {}

  /** One page, read with GET or HEAD. */
  private record Page(String contentType, Supplier<Answer> content)
      implements com.sun.net.httpserver.HttpHandler {
    @Override
    public void handle(HttpExchange exchange) throws IOException {
      try (exchange) {
        String method = exchange.getRequestMethod();
        if (!method.equals("GET") && !method.equals("HEAD")) {
          exchange.getResponseHeaders().set("Allow", "GET, HEAD");
          exchange.sendResponseHeaders(405, -1);
          return;
        }
        Answer answer = answer(exchange);
        byte[] body = answer.body().getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", contentType);
        if (method.equals("HEAD")) {
          exchange.sendResponseHeaders(answer.code(), -1);
          return;
        }
        exchange.sendResponseHeaders(answer.code(), body.length);
        try (OutputStream out = exchange.getResponseBody()) {
          out.write(body);
        }
      }
    }

    private Answer answer(HttpExchange exchange) {
      // The server takes a context's path for a prefix.
      String path = exchange.getHttpContext().getPath();
      if (!exchange.getRequestURI().getPath().equals(path)) {
        return index();
      }
      try {
        return content.get();
      } catch (RuntimeException e) {
        log.warn("{} of {} failed", exchange.getRequestMethod(), exchange.getRequestURI(), e);
        return new Answer(500, e.getMessage() + "\n");
      }
    }
  }
}
