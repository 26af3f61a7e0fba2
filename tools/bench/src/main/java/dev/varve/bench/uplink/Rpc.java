package dev.varve.bench.uplink;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HexFormat;

/** The requests of the benchmarks, and what their answers say. */
final class Rpc {
  private static final ObjectMapper JSON = new ObjectMapper();

  private Rpc() {}

  /** A request of {@code broadcast_tx_async}. */
  static String broadcast(String tx) {
    return "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"broadcast_tx_async\",\"params\":{\"tx\":\""
        + Base64.getEncoder().encodeToString(tx.getBytes(StandardCharsets.UTF_8))
        + "\"}}";
  }

  /** A request of {@code abci_query} for a key's value. */
  static String query(String key) {
    return "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"abci_query\",\"params\":"
        + "{\"path\":\"/store\",\"data\":\""
        + HexFormat.of().formatHex(key.getBytes(StandardCharsets.UTF_8))
        + "\"}}";
  }

  static String call(String method) {
    return "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"" + method + "\",\"params\":{}}";
  }

  /** Sends a transaction; an answer that is not code 0 ends the benchmark. */
  static void send(HttpConnection connection, String tx) throws IOException {
    String answer = connection.post(broadcast(tx));
    // Cheap for what is sent thousands of times a second, and exact: errors have no "hash".
    if (!answer.contains("\"code\":0") || !answer.contains("\"hash\"")) {
      throw new IOException("broadcast_tx_async was answered: " + answer.strip());
    }
  }

  /** Whether the key has a value now. */
  static boolean isReadable(HttpConnection connection, String key) throws IOException {
    String answer = connection.post(query(key));
    if (answer.contains("\"error\"")) {
      throw new IOException("abci_query was answered: " + answer.strip());
    }
    JsonNode value = JSON.readTree(answer).at("/result/response/value");
    return value.isTextual() && !value.asText().isEmpty();
  }

  static JsonNode result(HttpConnection connection, String method) throws IOException {
    return JSON.readTree(connection.post(call(method))).path("result");
  }
}
