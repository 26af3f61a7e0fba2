package dev.varve.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A gateway that stands alone, in front of a node that does not answer. */
class GatewayNodeTest {
  @TempDir Path folder;

  private final HttpClient http = HttpClient.newHttpClient();
  private NodeHome home;
  private NodeConfig config;

  @BeforeEach
  void setUp() throws IOException {
    String gateway = "127.0.0.1:" + freePort();
    String node = "http://127.0.0.1:" + freePort();
    home = new NodeHome(folder.resolve("home"));
    home.create(
        Map.of(
            "http.address",
            gateway,
            "gateway.node",
            node,
            "gateway.sync_millis",
            "10",
            "fallback.free_bytes",
            "0"));
    config = NodeConfig.load(home, Map.of());
  }

  @Test
  void shouldAcknowledgeAndShowWhatIsPendingWhileTheNodeIsAway() throws Exception {
    try (GatewayNode gateway = GatewayNode.start(home, config)) {
      HttpResponse<String> accepted = post("/v1/uplink", "{\"text\":\"a=1\"}");
      assertThat(accepted.statusCode()).as(accepted.body()).isEqualTo(202);
      assertThat(accepted.body()).contains("\"state\":\"queued\"", "\"durable\":true");
      HttpResponse<String> async = post("/", broadcast("broadcast_tx_async", "Yj0y"));
      assertThat(async.body()).contains("\"code\":0");
      HttpResponse<String> sync = post("/", broadcast("broadcast_tx_sync", "Yz0z"));
      assertThat(sync.body()).contains("\"code\":0", "\"codespace\":\"uplink\"", "queued");

      assertThat(get("/v1/data/a").body()).contains("\"text\":\"1\"", "\"source\":\"pending\"");
      HttpResponse<String> tx = get("/v1/tx/" + hash(accepted.body()));
      assertThat(tx.statusCode()).as(tx.body()).isEqualTo(200);
      assertThat(tx.body()).contains("\"source\":\"pending\"");
      assertThat(get("/tx?hash=0x" + hash(accepted.body())).body()).contains("\"YT0x\"");
      assertThat(get("/v1/data/never").statusCode()).isEqualTo(503);
    }
  }

  private static String broadcast(String method, String tx) {
    return "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"%s\",\"params\":{\"tx\":\"%s\"}}"
        .formatted(method, tx);
  }

  private static String hash(String task) {
    int at = task.indexOf("\"hash\":\"") + "\"hash\":\"".length();
    return task.substring(at, at + 64);
  }

  private static int freePort() throws IOException {
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return free.getLocalPort();
    }
  }

  private HttpResponse<String> get(String path) throws IOException, InterruptedException {
    return http.send(request(path).build(), HttpResponse.BodyHandlers.ofString());
  }

  private HttpResponse<String> post(String path, String body)
      throws IOException, InterruptedException {
    return http.send(
        request(path)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create("http://" + config.http().address() + path));
  }
}
