package dev.varve.it;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.function.IntConsumer;

/**
 * A gateway's client that sends each request once. Errors: {@link IOException} where no answer
 * came, a {@link java.net.ConnectException} where nothing was sent. Threads: any.
 */
final class UplinkHttp {
  /** Nothing in the gateway takes longer. */
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private static final long POLL_MS = 50;
  private static final ObjectMapper JSON = new ObjectMapper();

  private final URI base;
  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(10))
          .build();

  UplinkHttp(URI base) {
    this.base = base;
  }

  /** What came. */
  record Answer(int status, JsonNode body) {
    @Override
    public String toString() {
      String text = body.toString();
      return status + " " + text.substring(0, Math.min(400, text.length()));
    }
  }

  /** One task as {@code POST /v1/uplink} takes it. */
  static ObjectNode json(LoggedTask task) {
    ObjectNode json = JSON.createObjectNode();
    if (task.isAcceptedOnce()) {
      json.put("tx", Base64.getEncoder().encodeToString(task.tx.toByteArray()));
    } else {
      json.put("text", task.tx.toStringUtf8());
    }
    json.put("ordered", task.isOrdered());
    if (!task.idempotencyKey.isEmpty()) {
      json.put("idempotency_key", task.idempotencyKey);
    }
    return json;
  }

  /** Several tasks, all or none. */
  Answer submitAll(List<LoggedTask> tasks) throws IOException {
    ArrayNode list = JSON.createArrayNode();
    tasks.forEach(task -> list.add(json(task)));
    return post("/v1/uplink", "application/json", "", list.toString().getBytes(UTF_8));
  }

  Answer submit(LoggedTask task, String wait) throws IOException {
    byte[] body = json(task).toString().getBytes(UTF_8);
    return post("/v1/uplink?wait=" + wait, "application/json", "", body);
  }

  Answer submitRaw(LoggedTask task) throws IOException {
    return post(
        "/v1/uplink?ordered=" + task.isOrdered(),
        "application/octet-stream",
        task.idempotencyKey,
        task.tx.toByteArray());
  }

  /** A JSON-RPC call for each task, in one batch; {@code method} broadcast_tx_... */
  Answer broadcast(String method, List<LoggedTask> tasks) throws IOException {
    ArrayNode calls = JSON.createArrayNode();
    for (int i = 0; i < tasks.size(); i++) {
      ObjectNode call = JSON.createObjectNode().put("jsonrpc", "2.0").put("id", i);
      call.put("method", method)
          .putObject("params")
          .put("tx", Base64.getEncoder().encodeToString(tasks.get(i).tx.toByteArray()));
      calls.add(call);
    }
    return post("/", "application/json", "", calls.toString().getBytes(UTF_8));
  }

  /** A key's value as {@code /v1} tells it. */
  Answer data(String key) throws IOException {
    return get("/v1/data/" + key);
  }

  /** The same as JSON-RPC tells it. */
  Answer abciQuery(String key) throws IOException {
    String hex = HexFormat.of().formatHex(key.getBytes(UTF_8));
    return get("/abci_query?path=\"\"&data=0x".replace("\"", "%22") + hex);
  }

  JsonNode status() throws IOException {
    return get("/v1/status").body();
  }

  /** Returns when nothing is pending; {@code meanwhile} is called with how much still is. */
  void awaitNothingPending(Duration limit, IntConsumer meanwhile) throws IOException {
    long deadline = System.nanoTime() + limit.toNanos();
    JsonNode status = status();
    while (status.path("queued").asInt() + status.path("under_way").asInt() > 0) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("still pending after " + limit + ": " + status);
      }
      meanwhile.accept(status.path("queued").asInt() + status.path("under_way").asInt());
      Pause.ms(POLL_MS);
      status = status();
    }
  }

  Answer get(String path) throws IOException {
    return send(HttpRequest.newBuilder(base.resolve(path)).GET());
  }

  private Answer post(String path, String type, String idempotencyKey, byte[] body)
      throws IOException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(base.resolve(path))
            .header("Content-Type", type)
            .POST(HttpRequest.BodyPublishers.ofByteArray(body));
    if (!idempotencyKey.isEmpty()) {
      request.header("Idempotency-Key", idempotencyKey);
    }
    return send(request);
  }

  private Answer send(HttpRequest.Builder request) throws IOException {
    try {
      HttpResponse<byte[]> answer =
          http.send(request.timeout(LIMIT).build(), HttpResponse.BodyHandlers.ofByteArray());
      return new Answer(answer.statusCode(), JSON.readTree(answer.body()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }
}
