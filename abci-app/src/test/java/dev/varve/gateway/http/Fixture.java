package dev.varve.gateway.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.function.UnaryOperator;

/** A server over a fake uplink and a fake node, and a client of it. */
final class Fixture implements AutoCloseable {
  static final ObjectMapper JSON = new ObjectMapper();

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  final CountingMeter meter = new CountingMeter();
  final FakeUplink uplink = new FakeUplink();
  final FakeNode node = new FakeNode();
  final GatewayServer server;
  final HttpClient client = HttpClient.newHttpClient();

  Fixture() throws Exception {
    this(UnaryOperator.identity());
  }

  Fixture(UnaryOperator<GatewayServerConfig> change) throws Exception {
    server =
        GatewayServer.start(
            change.apply(GatewayServerConfig.of("127.0.0.1:0", node.uri())), uplink, pages());
  }

  private GatewayPages pages() {
    return new GatewayPages(
        () -> "varve_uplink_queued 0.0\n",
        () -> new GatewayPages.Health(true, "ok\n"),
        () -> "{\"height\":\"0\"}",
        meter);
  }

  static GatewayServerConfig with(GatewayServerConfig config, GatewayLimits limits) {
    return new GatewayServerConfig(
        config.address(),
        config.node(),
        config.tls(),
        config.tokens(),
        config.origins(),
        config.open(),
        config.chainFirst(),
        limits,
        config.timeouts());
  }

  static GatewayServerConfig with(GatewayServerConfig config, GatewayTimeouts timeouts) {
    return new GatewayServerConfig(
        config.address(),
        config.node(),
        config.tls(),
        config.tokens(),
        config.origins(),
        config.open(),
        config.chainFirst(),
        config.limits(),
        timeouts);
  }

  static GatewayServerConfig withRequestTimeout(GatewayServerConfig config, Duration timeout) {
    GatewayTimeouts t = config.timeouts();
    return with(
        config,
        new GatewayTimeouts(
            timeout, t.idle(), t.sync(), t.commit(), t.node(), t.heartbeat(), t.stop()));
  }

  /** Waits for what must come; fails where it does not in half a minute. */
  static void await(Callable<Boolean> condition) throws Exception {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.call()) {
      if (System.nanoTime() > end) {
        throw new AssertionError("it did not come within " + PATIENCE);
      }
      Thread.onSpinWait();
    }
  }

  URI uri(String path) {
    return URI.create("http://127.0.0.1:" + server.port() + path);
  }

  HttpResponse<String> get(String path, String... headers) throws Exception {
    HttpRequest.Builder request = HttpRequest.newBuilder(uri(path));
    return send(request, headers);
  }

  HttpResponse<String> post(String path, String body, String... headers) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(uri(path)).POST(BodyPublishers.ofString(body));
    return send(request, headers);
  }

  HttpResponse<String> send(HttpRequest.Builder request, String... headers)
      throws IOException, InterruptedException {
    for (int i = 0; i < headers.length; i += 2) {
      request.header(headers[i], headers[i + 1]);
    }
    return client.send(request.timeout(PATIENCE).build(), BodyHandlers.ofString());
  }

  /** A call of JSON-RPC with parameters in JSON. */
  HttpResponse<String> call(String method, String params) throws Exception {
    return post("/", request(1, method, params));
  }

  static String request(int id, String method, String params) {
    return "{\"jsonrpc\":\"2.0\",\"id\":"
        + id
        + ",\"method\":\""
        + method
        + "\",\"params\":"
        + params
        + "}";
  }

  static JsonNode json(HttpResponse<String> response) throws IOException {
    return JSON.readTree(response.body());
  }

  static String base64(String text) {
    return java.util.Base64.getEncoder()
        .encodeToString(text.getBytes(java.nio.charset.StandardCharsets.UTF_8));
  }

  static String hash(String tx) {
    return Json.hex(Sha256.hash(com.google.protobuf.ByteString.copyFromUtf8(tx)));
  }

  @Override
  public void close() throws Exception {
    server.close();
    node.close();
  }
}
