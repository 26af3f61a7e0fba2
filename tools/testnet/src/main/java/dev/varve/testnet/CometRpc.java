package dev.varve.testnet;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.HexFormat;

/**
 * A client of a node's JSON-RPC; every call returns the {@code result} member.
 *
 * <p>For use by several threads. Errors: {@link CometRpcException} when the node answers with an
 * error, {@link TestnetException} when it does not answer within 30 s.
 */
public final class CometRpc {
  private static final Duration CONNECT_LIMIT = Duration.ofSeconds(5);
  private static final Duration CALL_LIMIT = Duration.ofSeconds(30);
  private static final Duration POLL_PAUSE = Duration.ofMillis(50);
  private static final ObjectMapper JSON = new ObjectMapper();

  private final URI base;
  private final HttpClient http;

  /** A client of the RPC at {@code base}, http://127.0.0.1:26657. */
  public CometRpc(URI base) {
    this.base = base;
    this.http =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(CONNECT_LIMIT)
            .build();
  }

  public URI base() {
    return base;
  }

  /** Asks as a browser would: {@code call("/block?height=5")}. */
  public JsonNode call(String pathAndQuery) {
    return send(HttpRequest.newBuilder(base.resolve(pathAndQuery)).GET());
  }

  /** Asks a method by JSON-RPC. */
  public JsonNode call(String method, ObjectNode params) {
    ObjectNode request = JSON.createObjectNode();
    request.put("jsonrpc", "2.0").put("id", 1).put("method", method).set("params", params);
    return send(
        HttpRequest.newBuilder(base)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(request.toString())));
  }

  public JsonNode status() {
    return call("/status");
  }

  /** The last height the node has committed. */
  public long height() {
    return status().path("sync_info").path("latest_block_height").asLong();
  }

  /** Returns when CheckTx has answered. */
  public JsonNode broadcastTxSync(byte[] tx) {
    return call("broadcast_tx_sync", txParams(tx));
  }

  /** Returns when the transaction is in a committed block, or after the node's own limit (10 s). */
  public JsonNode broadcastTxCommit(byte[] tx) {
    return call("broadcast_tx_commit", txParams(tx));
  }

  public JsonNode block(long height) {
    return call("/block?height=" + height);
  }

  public JsonNode blockResults(long height) {
    return call("/block_results?height=" + height);
  }

  /** The {@code response} of the application's Query of the last committed state. */
  public JsonNode abciQuery(String path, byte[] data) {
    ObjectNode params = JSON.createObjectNode().put("path", path);
    params.put("data", HexFormat.of().formatHex(data)).put("height", "0").put("prove", false);
    return call("abci_query", params).path("response");
  }

  public JsonNode abciQuery(String path, String data) {
    return abciQuery(path, data.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Waits until the node has committed {@code height}.
   *
   * @return the height it has then
   * @throws TestnetException when it has not within the limit, with what it answered last
   */
  public long waitForHeight(long height, Duration limit) {
    long deadline = System.nanoTime() + limit.toNanos();
    String last;
    do {
      try {
        long now = height();
        if (now >= height) {
          return now;
        }
        last = "it is at height " + now;
      } catch (TestnetException e) {
        last = e.getMessage();
      }
      pause();
    } while (System.nanoTime() < deadline);
    throw new TestnetException(
        "%s did not reach height %d within %d s: %s"
            .formatted(base, height, limit.toSeconds(), last));
  }

  private ObjectNode txParams(byte[] tx) {
    return JSON.createObjectNode().put("tx", Base64.getEncoder().encodeToString(tx));
  }

  private JsonNode send(HttpRequest.Builder builder) {
    HttpRequest request = builder.timeout(CALL_LIMIT).build();
    try {
      HttpResponse<String> response = http.send(request, HttpResponse.BodyHandlers.ofString());
      return result(response);
    } catch (JsonProcessingException e) {
      throw new TestnetException(base + " did not answer with JSON", e);
    } catch (IOException e) {
      throw new TestnetException("no answer from " + request.uri() + ": " + e, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new TestnetException("interrupted while asking " + base, e);
    }
  }

  private static JsonNode result(HttpResponse<String> response) throws JsonProcessingException {
    JsonNode body = JSON.readTree(response.body());
    JsonNode error = body.path("error");
    if (!error.isMissingNode() && !error.isNull()) {
      String data = error.path("data").asText("");
      throw new CometRpcException(
          error.path("message").asText() + (data.isEmpty() ? "" : ": " + data),
          error.path("code").asInt());
    }
    return body.path("result");
  }

  private static void pause() {
    try {
      Thread.sleep(POLL_PAUSE.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new TestnetException("interrupted while waiting", e);
    }
  }
}
