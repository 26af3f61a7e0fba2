package dev.varve.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.varve.gateway.UplinkException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The document and the server say the same: every answer of the one is in the other. */
@Timeout(60)
class OpenApiTest {
  private static final String READ = "read-token-0123456789";
  private static final String WRITE = "write-token-0123456789";
  private static final String ADMIN = "admin-token-0123456789";
  private static final String UPLINK = "/v1/uplink";
  private static final String TASK = "/v1/uplink/{id}";
  private static final String REQUEUE = "/v1/uplink/{id}/requeue";
  private static final String BUSY = "/v1/uplink?wait=commit";

  private final Set<String> seen = new TreeSet<>();
  private final AtomicBoolean healthy = new AtomicBoolean(true);
  private OpenApi document;
  private Fixture fixture;

  @Test
  void shouldSayWhatTheServerDoes() throws Exception {
    try (Fixture open = new Fixture()) {
      fixture = open;
      HttpResponse<String> served = open.get("/v1/openapi.json");
      document = new OpenApi(Fixture.json(served));
      submissions();
      tasks();
      reads();
      failures();
    }
    try (Fixture guarded = new Fixture(OpenApiTest::guarded)) {
      fixture = guarded;
      scopes();
    }
    try (Fixture small = new Fixture(OpenApiTest::small)) {
      fixture = small;
      busy();
    }

    assertThat(seen).isEqualTo(document.answers());
  }

  private void submissions() throws Exception {
    ask("post", UPLINK, UPLINK, "{\"text\":\"a=1\"}", 202, "Idempotency-Key", "k");
    ask("post", UPLINK, UPLINK, "{\"text\":\"a=2\"}", 409, "Idempotency-Key", "k");
    ask("post", UPLINK, UPLINK, "[{\"text\":\"b=1\"},{\"hex\":\"613d\"}]", 202);
    ask("post", UPLINK, UPLINK, "{\"text\":\"none\"}", 422);
    ask("post", UPLINK, UPLINK, "{", 400);
    ask("post", UPLINK, UPLINK, "{}", 415, "Content-Type", "text/plain");
    ask("post", UPLINK, UPLINK, "x".repeat(1_000_001), 413);
    fixture.uplink.failWith(new UplinkException.Busy("full"));
    ask("post", UPLINK, UPLINK, "{\"text\":\"a=1\"}", 429);
    fixture.uplink.failWith(new UplinkException.Unavailable("no backup", null));
    ask("post", UPLINK, UPLINK, "{\"text\":\"a=1\"}", 503);
    fixture.uplink.failWith(null);
  }

  private void tasks() throws Exception {
    ask("get", UPLINK, UPLINK + "?state=queued", null, 200);
    ask("get", UPLINK, UPLINK + "?state=none", null, 400);
    ask("get", TASK, UPLINK + "/1", null, 200);
    ask("get", TASK, UPLINK + "/x", null, 400);
    ask("get", TASK, UPLINK + "/99", null, 404);
    ask("post", REQUEUE, UPLINK + "/1/requeue", "", 409);
    ask("post", REQUEUE, UPLINK + "/x/requeue", "", 400);
    ask("post", REQUEUE, UPLINK + "/99/requeue", "", 404);
    ask("delete", TASK, UPLINK + "/x", null, 400);
    ask("delete", TASK, UPLINK + "/99", null, 404);
    fixture.uplink.fail("no attempts left");
    ask("post", REQUEUE, UPLINK + "/1/requeue", "", 202);
    ask("delete", TASK, UPLINK + "/2", null, 200);
    fixture.uplink.commitAtOnce();
    ask("post", UPLINK, UPLINK + "?wait=commit", "[{\"text\":\"c=1\"}]", 200);
    ask("delete", TASK, UPLINK + "/5", null, 409);
  }

  private void reads() throws Exception {
    String tx = "/v1/tx/{hash}";
    ask("get", "/v1/data/{key}", "/v1/data/c", null, 200);
    ask("get", "/v1/data/{key}", "/v1/data/none", null, 404);
    ask("get", "/v1/data/{key}", "/v1/data/" + "k".repeat(1025), null, 400);
    ask("get", "/v1/data", "/v1/data?hex=63", null, 200);
    ask("get", "/v1/data", "/v1/data?hex=ff", null, 404);
    ask("get", "/v1/data", "/v1/data?hex=f", null, 400);
    ask("get", tx, "/v1/tx/" + Fixture.hash("c=1"), null, 200);
    ask("get", tx, "/v1/tx/" + Fixture.hash("none"), null, 404);
    ask("get", tx, "/v1/tx/00", null, 400);
    ask("get", "/v1/status", "/v1/status", null, 200);
    ask("get", "/v1/openapi.json", "/v1/openapi.json", null, 200);
    ask("get", "/metrics", "/metrics", null, 200);
    ask("get", "/health", "/health", null, 200);
    ask("get", "/v1/events", "/v1/events?hash=5", null, 400);
    HttpResponse<InputStream> events =
        fixture.client.send(
            HttpRequest.newBuilder(fixture.uri("/v1/events")).build(),
            HttpResponse.BodyHandlers.ofInputStream());
    seen.add("get /v1/events " + events.statusCode());
    assertThat(document.response("get", "/v1/events", 200).at("/content/text~1event-stream/schema"))
        .isNotEmpty();
    events.body().close();
  }

  private void failures() throws Exception {
    fixture.uplink.failWith(new UplinkException.Unavailable("the node does not answer", null));
    ask("get", "/v1/data/{key}", "/v1/data/c", null, 503);
    ask("get", "/v1/data", "/v1/data?hex=63", null, 503);
    ask("get", "/v1/tx/{hash}", "/v1/tx/" + Fixture.hash("c=1"), null, 503);
    GatewayPages ill =
        new GatewayPages(
            () -> "",
            () -> new GatewayPages.Health(healthy.get(), "disk full\n"),
            () -> "{}",
            fixture.meter);
    healthy.set(false);
    GatewayServerConfig config = GatewayServerConfig.of("127.0.0.1:0", fixture.node.uri());
    try (GatewayServer sick = GatewayServer.start(config, fixture.uplink, ill)) {
      HttpRequest request =
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + sick.port() + "/health")).build();
      check("get", "/health", fixture.client.send(request, bodies()), 503);
    }
  }

  /** Every path without a token, and with one of another scope. */
  private void scopes() throws Exception {
    for (String path : List.of(UPLINK, TASK, "/v1/data", "/v1/data/{key}", "/v1/tx/{hash}")) {
      refused("get", path, WRITE);
    }
    for (String path : List.of("/v1/status", "/v1/events", "/v1/openapi.json", "/metrics")) {
      refused("get", path, WRITE);
    }
    refused("post", UPLINK, READ);
    refused("delete", TASK, WRITE);
    refused("post", REQUEUE, WRITE);
    for (String path : List.of(UPLINK, "/v1/status", "/metrics")) {
      assertThat(fixture.get(path, "Authorization", "Bearer " + ADMIN).statusCode()).isEqualTo(200);
    }
  }

  private void refused(String method, String path, String token) throws Exception {
    ask(method, path, example(path), "", 401);
    ask(method, path, example(path), "", 403, "Authorization", "Bearer " + token);
  }

  /** Every path while as many requests are under way as may be. */
  private void busy() throws Exception {
    CompletableFuture<Void> backup = fixture.uplink.holdBackup();
    CompletableFuture<HttpResponse<String>> first =
        fixture.client.sendAsync(
            HttpRequest.newBuilder(fixture.uri(BUSY))
                .POST(BodyPublishers.ofString("{\"text\":\"a=1\"}"))
                .build(),
            bodies());
    Fixture.await(() -> !fixture.uplink.submitted().isEmpty());
    for (String answer : document.answers()) {
      String[] parts = answer.split(" ", 3);
      if (parts[2].equals("429")) {
        ask(parts[0], parts[1], example(parts[1]), "", 429);
      }
    }
    fixture.uplink.commitAtOnce();
    backup.complete(null);
    assertThat(first.get().statusCode()).isEqualTo(200);
  }

  private static String example(String path) {
    return path.replace("{id}", "1")
        .replace("{key}", "a")
        .replace("{hash}", Fixture.hash("a=1"))
        .replace("/v1/data", path.endsWith("data") ? "/v1/data?hex=61" : "/v1/data");
  }

  private void ask(
      String method, String path, String uri, String body, int status, String... headers)
      throws Exception {
    HttpRequest.Builder request = HttpRequest.newBuilder(fixture.uri(uri));
    boolean post = method.equals("post");
    request.method(
        method.toUpperCase(java.util.Locale.ROOT),
        post ? BodyPublishers.ofString(body) : BodyPublishers.noBody());
    check(method, path, fixture.send(request, headers), status);
  }

  private void check(String method, String path, HttpResponse<String> answer, int status)
      throws Exception {
    String what = method + " " + path + " " + status;
    assertThat(answer.statusCode()).as(what).isEqualTo(status);
    seen.add(what);
    JsonNode response = document.response(method, path, status);
    assertThat(response.isMissingNode()).as(what + " is in the document").isFalse();
    String type = answer.headers().firstValue("Content-Type").orElseThrow().split(";", 2)[0];
    JsonNode schema = response.path("content").path(type).path("schema");
    assertThat(schema.isMissingNode()).as(what + " has " + type).isFalse();
    if (type.equals("application/json")) {
      assertThat(document.faults(schema, Fixture.json(answer), what)).isEmpty();
    }
    response
        .path("headers")
        .fieldNames()
        .forEachRemaining(
            name -> assertThat(answer.headers().firstValue(name)).as(what + name).isPresent());
  }

  private static HttpResponse.BodyHandler<String> bodies() {
    return HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8);
  }

  private static GatewayServerConfig guarded(GatewayServerConfig config) {
    return new GatewayServerConfig(
        config.address(),
        config.node(),
        config.tls(),
        List.of(
            new Token(Scope.READ, READ),
            new Token(Scope.WRITE, WRITE),
            new Token(Scope.ADMIN, ADMIN)),
        List.of(),
        false,
        false,
        config.limits(),
        config.timeouts());
  }

  private static GatewayServerConfig small(GatewayServerConfig config) {
    GatewayLimits d = GatewayLimits.DEFAULT;
    return Fixture.with(
        config,
        new GatewayLimits(
            d.bodyBytes(),
            d.bufferedBytes(),
            d.headerBytes(),
            d.batchItems(),
            d.connections(),
            1,
            d.streams(),
            d.streamEvents(),
            d.readThreads(),
            d.nodeConnections()));
  }
}
