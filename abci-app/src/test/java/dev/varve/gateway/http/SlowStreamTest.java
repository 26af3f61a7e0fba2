package dev.varve.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.WebSocket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Streams whose clients do not read, and the bound of their number. */
@Timeout(60)
class SlowStreamTest {
  private static final int EVENTS = 8;
  private static final String HANDSHAKE =
      "GET /websocket HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n";
  private static final String KEY = "dGhlIHNhbXBsZSBub25jZQ==";
  private static final String LARGE = "x".repeat(1 << 20);

  private Fixture fixture;

  @BeforeEach
  void setUp() throws Exception {
    GatewayLimits d = GatewayLimits.DEFAULT;
    GatewayTimeouts t = GatewayTimeouts.DEFAULT;
    fixture =
        new Fixture(
            config ->
                Fixture.with(
                    Fixture.with(
                        config,
                        new GatewayLimits(
                            d.bodyBytes(),
                            d.bufferedBytes(),
                            d.headerBytes(),
                            d.batchItems(),
                            d.connections(),
                            d.requests(),
                            1,
                            EVENTS,
                            d.readThreads(),
                            d.nodeConnections())),
                    new GatewayTimeouts(
                        t.request(),
                        t.idle(),
                        t.sync(),
                        t.commit(),
                        t.node(),
                        Duration.ofMillis(50),
                        t.stop())));
  }

  @AfterEach
  void tearDown() throws Exception {
    fixture.close();
  }

  @Test
  void shouldCutOffAClientThatDoesNotReadEvents() throws Exception {
    try (Wire slow = new Wire(fixture.server.port())) {
      slow.send("GET /v1/events HTTP/1.1\r\nHost: h\r\n\r\n");
      assertThat(slow.head()).startsWith("HTTP/1.1 200");
      assertThat(fixture.get("/v1/events").statusCode()).isEqualTo(429);

      flood();

      assertThat(slow.rest()).hasSizeLessThan(10 * EVENTS * LARGE.length());
    }
    untilThereIsRoom();
  }

  @Test
  void shouldCutOffAClientThatDoesNotReadMessages() throws Exception {
    Deaf deaf = new Deaf();
    WebSocket socket = connect(deaf);
    socket.sendText(Fixture.request(1, "subscribe", "[\"tm.event='Uplink'\"]"), true).join();
    socket.request(1);
    deaf.subscribed.get(30, TimeUnit.SECONDS);

    flood();

    untilThereIsRoom();
    socket.abort();
  }

  @Test
  void shouldCutOffAClientThatSendsTooLargeAMessage() throws Exception {
    Deaf client = new Deaf();
    WebSocket socket = connect(client);
    socket.request(1);
    socket
        .sendText("x".repeat(1_000_001), true)
        .exceptionally(failure -> null) // Its end may be seen while it still sends.
        .get(30, TimeUnit.SECONDS);

    assertThat(client.code.get(30, TimeUnit.SECONDS)).isEqualTo(1009);
    untilThereIsRoom();
    assertThat(fixture.uplink.submitted()).isEmpty();
  }

  @Test
  void shouldGiveBackThePlaceOfAHandshakeThatFails() throws Exception {
    for (String rest :
        List.of(
            "",
            "Sec-WebSocket-Version: 13\r\n",
            "Sec-WebSocket-Version: 12\r\nSec-WebSocket-Key: " + KEY + "\r\n")) {
      try (Wire wire = new Wire(fixture.server.port())) {
        wire.send(HANDSHAKE + rest + "\r\n");
        assertThat(wire.head()).as(rest).startsWith("HTTP/1.1 4").doesNotContain("429");
      }
    }
  }

  @Test
  void shouldGiveBackThePlaceOfAClientThatIsGoneAtOnce() throws Exception {
    for (int i = 0; i < 50; i++) {
      try (Wire gone = new Wire(fixture.server.port())) {
        gone.send(
            HANDSHAKE + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: " + KEY + "\r\n\r\n");
        gone.reset();
      }
    }
    untilThereIsRoom();
  }

  @Test
  void shouldSeeThatAClientOfEventsIsGone() throws Exception {
    try (Wire gone = new Wire(fixture.server.port())) {
      gone.send("GET /v1/events HTTP/1.1\r\nHost: h\r\n\r\n");
      assertThat(gone.head()).startsWith("HTTP/1.1 200");
      gone.reset();
    }
    untilThereIsRoom();
  }

  @Test
  void shouldEndStreamsWhenItStops() throws Exception {
    try (Wire events = new Wire(fixture.server.port())) {
      events.send("GET /v1/events HTTP/1.1\r\nHost: h\r\n\r\n");
      assertThat(events.head()).startsWith("HTTP/1.1 200");

      fixture.server.close();

      assertThat(events.rest()).endsWith("0\r\n\r\n");
    }
    assertThat(fixture.uplink.listeners()).isZero();
  }

  private WebSocket connect(WebSocket.Listener listener) {
    return fixture
        .client
        .newWebSocketBuilder()
        .buildAsync(URI.create("ws://127.0.0.1:" + fixture.server.port() + "/websocket"), listener)
        .join();
  }

  /** More than sockets and queue hold. */
  private void flood() throws Exception {
    for (int i = 0; i < 10 * EVENTS; i++) {
      fixture.get("/broadcast_tx_async?tx=%22a=" + i + "%22");
      fixture.uplink.fail(LARGE);
    }
  }

  private void untilThereIsRoom() throws Exception {
    Fixture.await(() -> openEvents().startsWith("HTTP/1.1 200"));
  }

  private String openEvents() throws Exception {
    try (Wire next = new Wire(fixture.server.port())) {
      next.send("GET /v1/events HTTP/1.1\r\nHost: h\r\n\r\n");
      return next.head();
    }
  }

  /** Reads the first message alone. */
  private static final class Deaf implements WebSocket.Listener {
    private final CompletableFuture<Void> subscribed = new CompletableFuture<>();
    private final CompletableFuture<Integer> code = new CompletableFuture<>();

    @Override
    public void onOpen(WebSocket socket) {
      // Asks for nothing.
    }

    @Override
    public CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
      subscribed.complete(null);
      return null;
    }

    @Override
    public CompletionStage<?> onClose(WebSocket socket, int statusCode, String reason) {
      code.complete(statusCode);
      return null;
    }

    @Override
    public void onError(WebSocket socket, Throwable failure) {
      code.completeExceptionally(failure);
    }
  }
}
