package dev.varve.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Streams: WebSocket and server-sent events. */
class WsTest {
  private Fixture fixture;

  @BeforeEach
  void setUp() throws Exception {
    fixture = new Fixture();
  }

  @AfterEach
  void tearDown() throws Exception {
    fixture.close();
  }

  @Test
  void shouldAnswerItsOwnAndPassOnTheRest() throws Exception {
    Client client = new Client();
    client.send(Fixture.request(1, "broadcast_tx_async", "[\"YT0x\"]"));
    assertThat(client.next().at("/result/hash").asText()).isEqualTo(Fixture.hash("a=1"));
    assertThat(fixture.node.sockets()).isEmpty();

    fixture.node.answer(asked -> new FakeNode.Answer(200, "{\"id\":2,\"result\":\"ws\"}"));
    client.send(Fixture.request(2, "subscribe", "[\"tm.event='NewBlock'\"]"));
    assertThat(client.next().get("result").asText()).isEqualTo("ws");
    fixture
        .node
        .sockets()
        .get(0)
        .sendText("{\"id\":2,\"result\":{}}", org.eclipse.jetty.websocket.api.Callback.NOOP);
    assertThat(client.next().get("id").asInt()).isEqualTo(2);
    assertThat(fixture.node.asked())
        .extracting(FakeNode.Asked::body)
        .containsExactly(Fixture.request(2, "subscribe", "[\"tm.event='NewBlock'\"]"));

    client.send("nonsense");
    assertThat(client.next().at("/error/code").asInt()).isEqualTo(-32700);
    client.socket.sendClose(WebSocket.NORMAL_CLOSURE, "").join();
    Fixture.await(() -> fixture.node.sockets().isEmpty());
  }

  @Test
  void shouldTellOfTasks() throws Exception {
    Client client = new Client();
    String query = "tm.event='Uplink' AND tx.hash='" + Fixture.hash("a=1") + "'";
    client.send(Fixture.request(1, "subscribe", "{\"query\":\"" + query + "\"}"));
    assertThat(client.next().get("result").isEmpty()).isTrue();

    client.send(Fixture.request(2, "broadcast_tx_async", "[\"Yj0x\"]"));
    assertThat(client.next().get("id").asInt()).isEqualTo(2);
    fixture.get("/broadcast_tx_async?tx=%22a=1%22");
    fixture.uplink.commit();

    JsonNode queued = client.next();
    assertThat(queued.get("id").asInt()).isEqualTo(1);
    assertThat(queued.at("/result/query").asText()).isEqualTo(query);
    assertThat(queued.at("/result/data/type").asText()).isEqualTo("varve/uplink");
    assertThat(queued.at("/result/data/value/state").asText()).isEqualTo("queued");
    assertThat(queued.at("/result/events/tx.hash/0").asText()).isEqualTo(Fixture.hash("a=1"));
    assertThat(client.next().at("/result/data/value/state").asText()).isEqualTo("committed");

    client.send(Fixture.request(3, "unsubscribe", "{\"query\":\"" + query + "\"}"));
    assertThat(client.next().get("id").asInt()).isEqualTo(3);
    client.send(Fixture.request(4, "unsubscribe", "{\"query\":\"" + query + "\"}"));
    assertThat(client.next().at("/error/data").asText()).isEqualTo("subscription not found");
    assertThat(fixture.node.asked()).isEmpty();
  }

  @Test
  void shouldStreamEvents() throws Exception {
    HttpResponse<InputStream> events =
        fixture.client.send(
            HttpRequest.newBuilder(fixture.uri("/v1/events?hash=" + Fixture.hash("a=1"))).build(),
            HttpResponse.BodyHandlers.ofInputStream());
    assertThat(events.headers().firstValue("Content-Type")).contains("text/event-stream");
    BufferedReader lines =
        new BufferedReader(new InputStreamReader(events.body(), StandardCharsets.UTF_8));
    assertThat(lines.readLine()).isEqualTo(": alive");
    assertThat(lines.readLine()).isEmpty();

    fixture.get("/broadcast_tx_async?tx=%22b=1%22");
    fixture.get("/broadcast_tx_async?tx=%22a=1%22");

    assertThat(lines.readLine()).isEqualTo("event: task");
    String data = lines.readLine();
    assertThat(data).startsWith("data: ");
    assertThat(Fixture.JSON.readTree(data.substring(6)).get("hash").asText())
        .isEqualTo(Fixture.hash("a=1"));
    assertThat(fixture.get("/v1/events?hash=5").statusCode()).isEqualTo(400);
  }

  /** A client that keeps what it is sent. */
  private final class Client implements WebSocket.Listener {
    private final BlockingQueue<String> messages = new LinkedBlockingQueue<>();
    private final StringBuilder part = new StringBuilder();
    private final WebSocket socket;

    Client() {
      socket =
          fixture
              .client
              .newWebSocketBuilder()
              .buildAsync(
                  URI.create("ws://127.0.0.1:" + fixture.server.port() + "/websocket"), this)
              .join();
    }

    void send(String text) {
      socket.sendText(text, true).join();
    }

    JsonNode next() throws Exception {
      return Fixture.JSON.readTree(messages.poll(20, TimeUnit.SECONDS));
    }

    @Override
    public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
      part.append(data);
      if (last) {
        messages.add(part.toString());
        part.setLength(0);
      }
      from.request(1);
      return CompletableFuture.completedFuture(null);
    }
  }
}
