package dev.varve.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.ByteString;
import dev.varve.gateway.Gateway;
import dev.varve.gateway.GatewayConfig;
import dev.varve.gateway.NodePort;
import dev.varve.gateway.TaskState;
import dev.varve.storage.pending.MemoryPendingStore;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A server over a gateway whose queue has three places, and whose node never answers. */
@Timeout(60)
class FullQueueTest {
  private static final String UPLINK = "/v1/uplink";

  private final HttpClient client = HttpClient.newHttpClient();
  private final MemoryPendingStore store = new MemoryPendingStore(1 << 20);
  private final FakeChain chain = new FakeChain();
  private FakeNode node;
  private Gateway gateway;
  private GatewayServer server;

  @BeforeEach
  void setUp() throws Exception {
    GatewayConfig.Limits d = GatewayConfig.Limits.defaults();
    GatewayConfig config =
        GatewayConfig.defaults()
            .withLimits(
                new GatewayConfig.Limits(
                    3,
                    d.maxPendingBytes(),
                    d.maxFailed(),
                    d.maxTxBytes(),
                    d.maxUnderWay(),
                    d.maxListeners(),
                    d.listenerBuffer()));
    node = new FakeNode();
    gateway = Gateway.open(store, chain, new Silent(), config);
    GatewayPages pages =
        new GatewayPages(
            () -> "", () -> new GatewayPages.Health(true, ""), () -> "{}", new CountingMeter());
    server = GatewayServer.start(GatewayServerConfig.of("127.0.0.1:0", node.uri()), gateway, pages);
  }

  @AfterEach
  void tearDown() throws Exception {
    server.close();
    gateway.close();
    store.close();
    node.close();
  }

  @Test
  void shouldAcceptNothingOfABatchThatHasNoRoom() throws Exception {
    assertThat(post(UPLINK, "[{\"text\":\"a=1\"},{\"text\":\"b=1\"}]").statusCode()).isEqualTo(202);

    HttpResponse<String> half = post(UPLINK, "[{\"text\":\"c=1\"},{\"text\":\"d=1\"}]");

    assertThat(half.statusCode()).isEqualTo(429);
    assertThat(half.headers().firstValue("Retry-After")).contains("1");
    assertThat(pending()).isEqualTo(2);
    assertThat(get("/v1/tx/" + Fixture.hash("c=1")).statusCode()).isEqualTo(404);
    assertThat(post(UPLINK, "{\"text\":\"c=1\"}").statusCode()).isEqualTo(202);
    assertThat(post(UPLINK, "{\"text\":\"e=1\"}").statusCode()).isEqualTo(429);
    assertThat(pending()).isEqualTo(3);
  }

  @Test
  void shouldAnswerABatchThatHasNoRoomWithErrors() throws Exception {
    post("/", "[" + async("a=1") + "," + async("b=1") + "]");

    HttpResponse<String> half = post("/", "[" + async("c=1") + "," + async("d=1") + "]");

    JsonNode errors = Fixture.json(half);
    assertThat(errors).hasSize(2);
    assertThat(errors).allMatch(error -> error.at("/error/code").asInt() == -32000);
    assertThat(half.headers().firstValue("Retry-After")).contains("1");
    assertThat(pending()).isEqualTo(2);
    assertThat(get("/broadcast_tx_async?tx=%22c=1%22").statusCode()).isEqualTo(200);
    HttpResponse<String> full = get("/broadcast_tx_async?tx=%22e=1%22");
    assertThat(Fixture.json(full).at("/error/data").asText()).startsWith("busy: ");
    assertThat(full.headers().firstValue("Retry-After")).contains("1");
    assertThat(pending()).isEqualTo(3);
  }

  @Test
  void shouldHaveRoomAgainWhenATaskIsTakenOff() throws Exception {
    for (String tx : new String[] {"a=1", "b=1", "c=1"}) {
      assertThat(post(UPLINK, "{\"text\":\"" + tx + "\"}").statusCode()).isEqualTo(202);
    }
    assertThat(post(UPLINK, "{\"text\":\"d=1\"}").statusCode()).isEqualTo(429);

    chain.commit(List.of(ByteString.copyFromUtf8("a=1")));
    Fixture.await(() -> !gateway.list(TaskState.COMMITTED, 0, 1).isEmpty());

    assertThat(post(UPLINK, "{\"text\":\"d=1\"}").statusCode()).isEqualTo(202);
  }

  private int pending() {
    return gateway.status().queued() + gateway.status().inFlight();
  }

  private HttpResponse<String> post(String path, String body) throws Exception {
    return client.send(
        request(path).POST(BodyPublishers.ofString(body)).build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private HttpResponse<String> get(String path) throws Exception {
    return client.send(request(path).build(), HttpResponse.BodyHandlers.ofString());
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path));
  }

  private static String async(String tx) {
    return Fixture.request(1, "broadcast_tx_async", "[\"" + Fixture.base64(tx) + "\"]");
  }

  /** A node that takes no transaction and refuses none. */
  private static final class Silent implements NodePort {
    @Override
    public CompletionStage<Answer> send(ByteString tx) {
      return new CompletableFuture<>();
    }

    @Override
    public boolean isUp() {
      return true;
    }

    @Override
    public String problem() {
      return "";
    }

    @Override
    public void close() {
      // Holds nothing.
    }
  }
}
