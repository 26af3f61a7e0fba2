package dev.varve.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Clients that are slow, greedy, broken, or gone. */
@Timeout(60)
class ClientFaultTest {
  private static final String POST = "POST / HTTP/1.1\r\nHost: h\r\n";
  private static final String CALL =
      Fixture.request(1, "broadcast_tx_commit", "[\"" + Fixture.base64("a=1") + "\"]");

  private Fixture fixture;

  @AfterEach
  void tearDown() throws Exception {
    fixture.close();
  }

  @Test
  void shouldCloseOnSlowHeaders() throws Exception {
    fixture = new Fixture(ClientFaultTest::impatient);
    try (Wire wire = new Wire(fixture.server.port())) {
      wire.send("GET /status HTTP/1.1\r\nHost: h\r\nX: ");
      wire.drip("x");
      assertThat(wire.rest()).isEmpty();
    }
    assertThat(fixture.node.asked()).isEmpty();
  }

  @Test
  void shouldCloseOnSlowHeadersOfALaterRequest() throws Exception {
    fixture = new Fixture(ClientFaultTest::impatient);
    try (Wire wire = new Wire(fixture.server.port())) {
      wire.send("GET /health HTTP/1.1\r\nHost: h\r\n\r\n");
      assertThat(wire.head()).startsWith("HTTP/1.1 200");
      wire.send("GET /status HTTP/1.1\r\nHost: h\r\nX: ");
      wire.drip("x");
      assertThat(wire.rest()).doesNotContain("HTTP/1.1");
    }
    assertThat(fixture.node.asked()).isEmpty();
  }

  @Test
  void shouldCloseOnASlowBodyAndOnSilence() throws Exception {
    fixture = new Fixture(ClientFaultTest::impatient);
    try (Wire body = new Wire(fixture.server.port());
        Wire silent = new Wire(fixture.server.port())) {
      body.send(POST + "Content-Length: 100000\r\n\r\n{");
      body.drip(" ");
      assertThat(body.rest()).isEmpty();
      assertThat(silent.rest()).isEmpty();
    }
    assertThat(fixture.get("/health").statusCode()).isEqualTo(200);
  }

  @Test
  void shouldNotCloseWhileTheGatewayLetsAClientWait() throws Exception {
    fixture = new Fixture(ClientFaultTest::impatient);
    CompletableFuture<Void> backup = fixture.uplink.holdBackup();
    fixture.uplink.commitAtOnce();
    CompletableFuture<HttpResponse<String>> waiting = send(CALL);
    try (Wire other = new Wire(fixture.server.port())) {
      // Longer than a request may take to come.
      other.rest();
    }
    assertThat(waiting).isNotDone();

    backup.complete(null);

    assertThat(Fixture.json(waiting.get()).at("/result/height").asText()).isEqualTo("1");
  }

  @Test
  void shouldRefuseHugeBodies() throws Exception {
    fixture = new Fixture();
    try (Wire announced = new Wire(fixture.server.port());
        Wire chunked = new Wire(fixture.server.port());
        Wire header = new Wire(fixture.server.port())) {
      announced.send(POST + "Content-Length: 2000000000\r\n\r\n{");
      assertThat(announced.rest()).startsWith("HTTP/1.1 413").contains("1000000 bytes");
      chunked.send(POST + "Transfer-Encoding: chunked\r\n\r\n");
      chunked.drip("10000\r\n" + "x".repeat(0x10000) + "\r\n");
      assertThat(chunked.rest()).startsWith("HTTP/1.1 413");
      header.send("GET /?" + "x".repeat(70_000) + " HTTP/1.1\r\nHost: h\r\n\r\n");
      assertThat(header.rest()).startsWith("HTTP/1.1 4").contains("{\"error\":");
    }
  }

  @Test
  void shouldNotWaitForABodyThatItRefuses() throws Exception {
    fixture = new Fixture();
    try (Wire wire = new Wire(fixture.server.port())) {
      String head = POST.replace("POST /", "POST /v1/uplink");
      wire.send(head + "Content-Type: text/html\r\nContent-Length: 100\r\n\r\n");
      assertThat(wire.head()).startsWith("HTTP/1.1 415").contains("Connection: close");
    }
  }

  /**
   * Without reading the rest the connection would be reset, and most such answers lost. Each keeps
   * its place while its rest is read, which a client that has its answer does not wait for.
   */
  @Test
  void shouldHaveClientsReadWhyTheirBodyIsRefused() throws Exception {
    int requests = 30;
    fixture = new Fixture(config -> Fixture.with(config, limits(requests, 1_000_000)));
    String huge = "x".repeat(8_000_000);
    for (int i = 0; i < requests; i++) {
      assertThat(fixture.post("/", huge).statusCode()).isEqualTo(413);
    }
  }

  @Test
  void shouldGiveBackTheBytesOfABodyThatItRefuses() throws Exception {
    fixture = new Fixture(config -> Fixture.with(config, limits(100, 1_000_000)));
    try (Wire chunked = new Wire(fixture.server.port())) {
      chunked.send(POST + "Transfer-Encoding: chunked\r\n\r\n");
      chunked.drip("10000\r\n" + "x".repeat(0x10000) + "\r\n");
      assertThat(chunked.head()).startsWith("HTTP/1.1 413");

      assertThat(fixture.post("/", " ".repeat(900_000)).statusCode())
          .as("while the other still sends")
          .isEqualTo(400);
    }
  }

  @Test
  void shouldRefuseWhatIsNoHttp() throws Exception {
    fixture = new Fixture();
    try (Wire wire = new Wire(fixture.server.port())) {
      wire.send("\u0016\u0003\u0001 hello\r\n\r\n");
      assertThat(wire.rest())
          .startsWith("HTTP/1.1 400")
          .contains("{\"error\":{\"code\":\"http\"")
          .doesNotContain("Exception", "at org.");
    }
  }

  @Test
  void shouldGiveBackWhatAClientHadThatDisconnects() throws Exception {
    fixture = new Fixture(config -> Fixture.with(config, limits(1, 1_000_000)));
    for (int i = 0; i < 5; i++) {
      try (Wire half = new Wire(fixture.server.port())) {
        half.send(POST + "Content-Length: 900000\r\n\r\n" + "x".repeat(500_000));
        half.reset();
      }
      Fixture.await(() -> fixture.get("/health").statusCode() != 429);
    }
    assertThat(fixture.post("/", " ".repeat(900_000)).statusCode()).isEqualTo(400);
  }

  /** What has come by then would do for a task, or for two. */
  @Test
  void shouldAcceptNothingOfABodyThatBreaksOff() throws Exception {
    fixture = new Fixture();
    String task = "{\"text\":\"a=1\"}";
    for (String head :
        List.of("Content-Length: 1000\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\n11\r\n")) {
      for (String body : List.of(task, "[" + task + "," + task + "]")) {
        try (Wire wire = new Wire(fixture.server.port())) {
          wire.send(
              POST.replace("POST /", "POST /v1/uplink")
                  + head.replace("11", Integer.toHexString(body.length()))
                  + body
                  + "\r\n");
          wire.endSending();
          assertThat(wire.rest()).startsWith("HTTP/1.1 400").contains("broke");
        }
      }
    }
    assertThat(fixture.uplink.submitted()).isEmpty();
    assertThat(fixture.meter.told()).isEmpty();
  }

  @Test
  void shouldLetGoOfAClientThatDoesNotReadItsAnswer() throws Exception {
    Duration half = Duration.ofMillis(500);
    GatewayTimeouts timeouts =
        new GatewayTimeouts(half, half.multipliedBy(2), half, half, half, half, half);
    fixture =
        new Fixture(config -> Fixture.with(Fixture.with(config, limits(1, 1_000_000)), timeouts));
    String large = "x".repeat(32 << 20);
    fixture.node.answer(asked -> new FakeNode.Answer(200, large));
    try (Wire deaf = new Wire(fixture.server.port())) {
      deaf.send("GET /genesis HTTP/1.1\r\nHost: h\r\n\r\n");
      Fixture.await(() -> !fixture.node.asked().isEmpty());
      Fixture.await(() -> fixture.get("/v1/data/a").statusCode() != 429);
      assertThat(deaf.rest()).hasSizeLessThan(large.length());
    }
  }

  @Test
  void shouldKeepTheTaskOfAClientThatDisconnects() throws Exception {
    fixture = new Fixture();
    CompletableFuture<Void> backup = fixture.uplink.holdBackup();
    try (Wire wire = new Wire(fixture.server.port())) {
      wire.send(POST + "Content-Length: " + CALL.length() + "\r\n\r\n" + CALL);
      Fixture.await(() -> !fixture.uplink.submitted().isEmpty());
      wire.reset();
    }
    backup.complete(null);
    Fixture.await(() -> !fixture.uplink.task(1).isEmpty());
    fixture.uplink.commit();

    assertThat(Fixture.json(fixture.get("/v1/uplink/1")).get("state").asText())
        .isEqualTo("committed");
  }

  @Test
  void shouldBoundTheBytesOfAllBodies() throws Exception {
    fixture = new Fixture(config -> Fixture.with(config, limits(100, 1_000_000)));
    try (Wire first = new Wire(fixture.server.port());
        Wire second = new Wire(fixture.server.port())) {
      first.send(POST + "Content-Length: 900000\r\n\r\n" + "x".repeat(899_999));
      second.send(POST + "Content-Length: 900000\r\n\r\n");
      second.drip("x".repeat(100_000));
      first.drip("x");

      assertThat(List.of(first.head(), second.head()))
          .as("whose bytes came later was refused")
          .anyMatch(head -> head.startsWith("HTTP/1.1 400"))
          .anyMatch(head -> head.startsWith("HTTP/1.1 429") && head.contains("Retry-After: 1"));
    }
  }

  @Test
  void shouldLetConnectionsWaitWhereThereAreTooMany() throws Exception {
    GatewayLimits d = GatewayLimits.DEFAULT;
    fixture =
        new Fixture(
            config ->
                Fixture.with(
                    config,
                    new GatewayLimits(
                        d.bodyBytes(),
                        d.bufferedBytes(),
                        d.headerBytes(),
                        d.batchItems(),
                        2,
                        d.requests(),
                        2,
                        d.streamEvents(),
                        d.readThreads(),
                        d.nodeConnections())));
    CompletableFuture<HttpResponse<String>> third;
    try (Wire one = new Wire(fixture.server.port());
        Wire two = new Wire(fixture.server.port())) {
      String get = "GET /health HTTP/1.1\r\nHost: h\r\n\r\n";
      one.send(get);
      two.send(get);
      assertThat(one.head()).startsWith("HTTP/1.1 200");
      assertThat(two.head()).startsWith("HTTP/1.1 200");
      third =
          fixture.client.sendAsync(
              HttpRequest.newBuilder(fixture.uri("/v1/status")).build(),
              HttpResponse.BodyHandlers.ofString());
      one.send(get);
      assertThat(one.head()).contains("HTTP/1.1 200");
      assertThat(third).isNotDone();
    }
    assertThat(third.get().statusCode()).isEqualTo(200);
  }

  @Test
  void shouldAnswerWhatIsUnderWayWhenItStops() throws Exception {
    fixture = new Fixture();
    CompletableFuture<Void> backup = fixture.uplink.holdBackup();
    fixture.uplink.commitAtOnce();
    CompletableFuture<HttpResponse<String>> waiting = send(CALL);
    Fixture.await(() -> !fixture.uplink.submitted().isEmpty());
    CompletableFuture<Void> stopping = CompletableFuture.runAsync(fixture.server::close);
    Fixture.await(() -> fixture.server.port() <= 0 || !isListening());
    assertThat(stopping).isNotDone();

    backup.complete(null);

    assertThat(Fixture.json(waiting.get()).at("/result/height").asText()).isEqualTo("1");
    stopping.get();
    assertThat(fixture.uplink.listeners()).isEqualTo(1);
  }

  private boolean isListening() {
    try (Wire wire = new Wire(fixture.server.port())) {
      return true;
    } catch (java.io.IOException e) {
      return false;
    }
  }

  private CompletableFuture<HttpResponse<String>> send(String body) {
    return fixture.client.sendAsync(
        HttpRequest.newBuilder(fixture.uri("/")).POST(BodyPublishers.ofString(body)).build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private static GatewayServerConfig impatient(GatewayServerConfig config) {
    return Fixture.withRequestTimeout(config, Duration.ofMillis(300));
  }

  private static GatewayLimits limits(int requests, int bufferedBytes) {
    GatewayLimits d = GatewayLimits.DEFAULT;
    return new GatewayLimits(
        d.bodyBytes(),
        bufferedBytes,
        d.headerBytes(),
        d.batchItems(),
        d.connections(),
        requests,
        d.streams(),
        d.streamEvents(),
        d.readThreads(),
        d.nodeConnections());
  }
}
