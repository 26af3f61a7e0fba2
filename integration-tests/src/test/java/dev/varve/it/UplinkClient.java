package dev.varve.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

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
import java.util.List;

/** Speaks to {@code /v1} of one gateway as a client does. For one thread. */
final class UplinkClient {
  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final long POLL_MS = 20;
  private static final ObjectMapper JSON = new ObjectMapper();

  private final String base;
  private final HttpClient http = HttpClient.newHttpClient();

  UplinkClient(String base) {
    this.base = base;
  }

  /** Gives it one transaction; an empty key for none. */
  HttpResponse<String> post(byte[] tx, String key) throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(base + "/v1/uplink"))
            .timeout(LIMIT)
            .header("Content-Type", "application/octet-stream")
            .POST(HttpRequest.BodyPublishers.ofByteArray(tx));
    if (!key.isEmpty()) {
      request.header("Idempotency-Key", key);
    }
    return send(request);
  }

  /** Has one transaction accepted; returns the task's id. */
  long accept(byte[] tx, String key) throws IOException, InterruptedException {
    HttpResponse<String> answer = post(tx, key);
    assertThat(answer.statusCode()).as(answer.body()).isIn(200, 202);
    JsonNode task = JSON.readTree(answer.body());
    assertThat(task.path("durable").asBoolean()).isTrue();
    return task.path("id").asLong();
  }

  /** Has transactions accepted, all in one request. */
  void acceptAll(List<byte[]> txs) throws IOException, InterruptedException {
    ObjectNode body = JSON.createObjectNode();
    ArrayNode tasks = body.putArray("tasks");
    txs.forEach(tx -> tasks.addObject().put("tx", tx));
    HttpResponse<String> answer =
        send(
            HttpRequest.newBuilder(URI.create(base + "/v1/uplink"))
                .timeout(LIMIT)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofByteArray(JSON.writeValueAsBytes(body))));
    assertThat(answer.statusCode()).as(answer.body()).isIn(200, 202);
    assertThat(JSON.readTree(answer.body()).path("tasks")).hasSize(txs.size());
  }

  /** Waits until it accepts a transaction again. */
  void awaitAccepts(String text) throws IOException, InterruptedException {
    awaitPost(text, 202);
  }

  /** Gives it a transaction again and again until the answer is of this status. */
  HttpResponse<String> awaitPost(String text, int status) throws IOException, InterruptedException {
    long end = System.nanoTime() + LIMIT.toNanos();
    HttpResponse<String> answer = post(text.getBytes(UTF_8), "");
    while (answer.statusCode() != status) {
      assertThat(System.nanoTime()).as(answer.toString() + answer.body()).isLessThan(end);
      Thread.sleep(POLL_MS);
      answer = post(text.getBytes(UTF_8), "");
    }
    return answer;
  }

  HttpResponse<String> get(String path) throws IOException, InterruptedException {
    return send(HttpRequest.newBuilder(URI.create(base + path)).timeout(LIMIT));
  }

  /** What a key has, with where that is from, as in "pending 1"; "none" for nothing. */
  String value(String key) throws IOException, InterruptedException {
    HttpResponse<String> answer = get("/v1/data/" + key);
    assertThat(answer.statusCode()).as(answer.body()).isIn(200, 404);
    JsonNode value = JSON.readTree(answer.body());
    return answer.statusCode() == 404
        ? "none"
        : value.path("source").asText() + " " + value.path("text").asText();
  }

  void awaitValue(String key, String expected) throws IOException, InterruptedException {
    long end = System.nanoTime() + LIMIT.toNanos();
    String value = value(key);
    while (!value.equals(expected)) {
      assertThat(System.nanoTime()).as("%s has %s", key, value).isLessThan(end);
      Thread.sleep(POLL_MS);
      value = value(key);
    }
  }

  private HttpResponse<String> send(HttpRequest.Builder request)
      throws IOException, InterruptedException {
    return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }
}
