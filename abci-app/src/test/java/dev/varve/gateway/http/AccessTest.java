package dev.varve.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AccessTest {
  private static final String READ = "read-token-0123456789";
  private static final String WRITE = "write-token-0123456789";
  private static final String ADMIN = "admin-token-0123456789";
  private static final String PAGE = "https://page.example";

  private Fixture fixture;

  @BeforeEach
  void setUp() throws Exception {
    fixture =
        new Fixture(
            config ->
                new GatewayServerConfig(
                    config.address(),
                    config.node(),
                    config.tls(),
                    List.of(
                        Token.parse("read " + READ),
                        Token.parse("write " + WRITE),
                        Token.parse("admin " + ADMIN)),
                    List.of(PAGE),
                    config.open(),
                    config.chainFirst(),
                    config.limits(),
                    config.timeouts()));
  }

  @AfterEach
  void tearDown() throws Exception {
    fixture.close();
  }

  @ParameterizedTest
  @CsvSource({
    "GET,/v1/data/a,read,404",
    "GET,/v1/data/a,write,403",
    "GET,/v1/data/a,admin,404",
    "GET,/v1/data/a,,401",
    "GET,/v1/data/a,wrong,401",
    "GET,/broadcast_tx_async?tx=%22a=1%22,read,403",
    "GET,/broadcast_tx_async?tx=%22a=1%22,write,200",
    "GET,/abci_query?data=%22a%22,write,403",
    "GET,/status,read,200",
    "GET,/status,write,403",
    "GET,/unsafe_flush_mempool,read,403",
    "GET,/unsafe_flush_mempool,admin,200",
    "DELETE,/v1/uplink/1,write,403",
    "DELETE,/v1/uplink/1,admin,404",
    "POST,/v1/uplink/1/requeue,write,403",
    "POST,/v1/uplink,read,403",
    "GET,/metrics,write,403",
    "GET,/metrics,read,200",
    "GET,/health,,200",
    "POST,/,,401",
  })
  void shouldAskForAScope(String method, String path, String who, int status) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(fixture.uri(path))
            .method(method, HttpRequest.BodyPublishers.noBody());

    HttpResponse<String> answer =
        who == null
            ? fixture.send(request)
            : fixture.send(request, "Authorization", "Bearer " + token(who));

    assertThat(answer.statusCode()).isEqualTo(status);
    if (status == 401) {
      assertThat(answer.headers().firstValue("WWW-Authenticate")).contains("Bearer");
    }
  }

  @Test
  void shouldAskForAScopeInEachRequestOfABatch() throws Exception {
    String batch =
        "["
            + Fixture.request(1, "broadcast_tx_async", "[\"YT0x\"]")
            + ","
            + Fixture.request(2, "status", "{}")
            + "]";

    var answer = Fixture.json(fixture.post("/", batch, "Authorization", "Bearer " + READ));

    assertThat(answer.at("/0/error/data").asText()).contains("scope write");
    assertThat(answer.at("/1/result").asText()).isEqualTo("of the node");
    assertThat(fixture.uplink.submitted()).isEmpty();
  }

  @Test
  void shouldLetAnAllowedPageUseIt() throws Exception {
    HttpResponse<String> preflight =
        fixture.send(
            HttpRequest.newBuilder(fixture.uri("/"))
                .method("OPTIONS", HttpRequest.BodyPublishers.noBody()),
            "Origin",
            PAGE);
    HttpResponse<String> allowed =
        fixture.get("/status", "Origin", PAGE, "Authorization", "Bearer " + READ);
    HttpResponse<String> other =
        fixture.get(
            "/status", "Origin", "https://other.example", "Authorization", "Bearer " + READ);

    assertThat(preflight.statusCode()).isEqualTo(204);
    assertThat(preflight.headers().firstValue("Access-Control-Allow-Headers").orElseThrow())
        .contains("Authorization", "Idempotency-Key");
    assertThat(allowed.headers().allValues("Access-Control-Allow-Origin")).containsExactly(PAGE);
    assertThat(other.statusCode()).isEqualTo(403);
    assertThat(other.headers().firstValue("Access-Control-Allow-Origin")).isEmpty();
  }

  @Test
  void shouldRefuseToBeOpenUnlessTold() {
    URI node = URI.create("http://127.0.0.1:1");

    assertThatThrownBy(() -> GatewayServerConfig.of("0.0.0.0:0", node))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("without tokens");
    assertThat(GatewayServerConfig.of("[::1]:80", node).host()).isEqualTo("::1");
    assertThatThrownBy(() -> Token.parse("root " + READ)).hasMessageContaining("scope is \"root\"");
    assertThatThrownBy(() -> Token.parse("read short"))
        .hasMessageContaining("5 characters")
        .hasMessageNotContaining("short");
  }

  private static String token(String who) {
    return switch (who) {
      case "read" -> READ;
      case "write" -> WRITE;
      case "admin" -> ADMIN;
      default -> "no-token-of-this-gateway";
    };
  }
}
