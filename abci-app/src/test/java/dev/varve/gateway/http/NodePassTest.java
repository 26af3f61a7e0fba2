package dev.varve.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class NodePassTest {
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
  void shouldPassOnWhatItDoesNotAnswer() throws Exception {
    fixture.node.answer(asked -> new FakeNode.Answer(418, "anything \u00e9"));
    String body = " {\"id\" : 5, \"method\":\"status\",\n\"params\":[1.0]} ";

    HttpResponse<String> post = fixture.post("/", body, "Content-Type", "text/plain");
    HttpResponse<String> get = fixture.get("/block?height=5&x=%22%27");

    assertThat(post.statusCode()).isEqualTo(418);
    assertThat(post.body()).isEqualTo("anything \u00e9");
    assertThat(post.headers().firstValue("Cache-Control")).contains("public, max-age=86400");
    assertThat(post.headers().firstValue("Varve-Source")).isEmpty();
    assertThat(post.headers().firstValue("Access-Control-Allow-Origin")).isEmpty();
    assertThat(get.statusCode()).isEqualTo(418);
    assertThat(fixture.node.asked())
        .containsExactly(
            new FakeNode.Asked("POST", "/", "text/plain", body),
            new FakeNode.Asked("GET", "/block?height=5&x=%22%27", null, ""));
  }

  @Test
  void shouldPassOnTheListOfMethods() throws Exception {
    fixture.get("/");
    fixture.post("/", "");

    assertThat(fixture.node.asked())
        .extracting(FakeNode.Asked::method)
        .containsExactly("GET", "POST");
  }

  @Test
  void shouldPassOnLargeAnswers() throws Exception {
    String large = "x".repeat(20 << 20);
    fixture.node.answer(asked -> new FakeNode.Answer(200, large));

    assertThat(fixture.get("/genesis").body()).isEqualTo(large);
  }

  @Test
  void shouldSayThatTheNodeIsGone() throws Exception {
    fixture.node.close();

    HttpResponse<String> get = fixture.get("/status");
    HttpResponse<String> post = fixture.call("status", "{}");
    HttpResponse<String> own = fixture.get("/broadcast_tx_async?tx=%22a=1%22");

    assertThat(get.statusCode()).isEqualTo(502);
    assertThat(Fixture.json(get).at("/error/data").asText()).contains("the node does not answer");
    assertThat(post.statusCode()).isEqualTo(200);
    assertThat(Fixture.json(post).get("id").asInt()).isEqualTo(1);
    assertThat(Fixture.json(post).at("/error/code").asInt()).isEqualTo(-32603);
    assertThat(own.statusCode()).isEqualTo(200);
  }

  @Test
  void shouldAnswerItsOwnWhileTheNodeHangs() throws Exception {
    CompletableFuture<Void> held = fixture.node.hold();
    var hanging =
        java.util.stream.IntStream.range(0, 100)
            .mapToObj(
                i ->
                    fixture.client.sendAsync(
                        java.net.http.HttpRequest.newBuilder(fixture.uri("/status")).build(),
                        HttpResponse.BodyHandlers.ofString()))
            .toList();

    assertThat(fixture.get("/broadcast_tx_async?tx=%22a=1%22").statusCode()).isEqualTo(200);
    assertThat(hanging).noneMatch(CompletableFuture::isDone);
    held.complete(null);
    assertThat(hanging).allMatch(one -> one.join().statusCode() == 200);
  }
}
