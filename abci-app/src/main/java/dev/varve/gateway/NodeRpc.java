package dev.varve.gateway;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Asks a node's JSON-RPC over HTTP.
 *
 * <p>Errors: {@link UplinkException.Unavailable} where there is no answer, {@link Refusal} for an
 * error as an answer. Threads: any; {@code varve-uplink-rpc-N} of its own.
 */
final class NodeRpc implements AutoCloseable {
  private static final Duration CONNECT_LIMIT = Duration.ofSeconds(5);
  private static final int THREADS = 2;

  /** Above what a block of 100 MB takes as base64, with what else an answer has. */
  private static final int MAX_ANSWER_BYTES = 256 << 20;

  private final URI endpoint;
  private final Duration limit;
  private final ExecutorService threads;
  private final HttpClient http;

  /** The node's own words in place of a result. */
  static final class Refusal extends Exception {
    private static final long serialVersionUID = 1L;

    Refusal(String words) {
      super(words, null, false, false);
    }
  }

  NodeRpc(URI rpc, Duration limit) {
    this.endpoint = rpc.resolve("/");
    this.limit = limit;
    AtomicInteger count = new AtomicInteger();
    this.threads =
        Executors.newFixedThreadPool(
            THREADS,
            run -> {
              Thread thread = new Thread(run, "varve-uplink-rpc-" + count.incrementAndGet());
              thread.setDaemon(true);
              return thread;
            });
    this.http =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .executor(threads)
            .connectTimeout(CONNECT_LIMIT)
            .build();
  }

  URI endpoint() {
    return endpoint;
  }

  /**
   * The result of a call.
   *
   * @param params a JSON object
   */
  Object call(String method, String params) throws Refusal {
    String body =
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"" + method + "\",\"params\":" + params + "}";
    HttpRequest request =
        HttpRequest.newBuilder(endpoint)
            .timeout(limit)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build();
    try {
      HttpResponse<InputStream> response =
          http.send(request, HttpResponse.BodyHandlers.ofInputStream());
      byte[] answer;
      try (InputStream in = response.body()) {
        answer = in.readNBytes(MAX_ANSWER_BYTES);
      }
      return result(method, RpcJson.read(answer));
    } catch (IOException e) {
      throw unavailable(method, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new UplinkException.Unavailable("interrupted while asking " + endpoint, e);
    }
  }

  private static Object result(String method, Object answer) throws Refusal, IOException {
    Object error = RpcJson.at(answer, "error");
    if (error != null) {
      String data = RpcJson.text(error, "data");
      throw new Refusal(data.isEmpty() ? RpcJson.text(error, "message") : data);
    }
    Object result = RpcJson.at(answer, "result");
    if (result == null) {
      throw new IOException("no result of " + method);
    }
    return result;
  }

  UplinkException.Unavailable unavailable(String method, Exception cause) {
    return new UplinkException.Unavailable(
        "the node at " + endpoint + " does not answer " + method + ": " + RpcNodePort.words(cause),
        cause);
  }

  @Override
  public void close() {
    threads.shutdown();
  }
}
