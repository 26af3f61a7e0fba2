package dev.varve.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RpcUriTest {
  private Fixture fixture;

  @BeforeEach
  void setUp() throws Exception {
    fixture = new Fixture();
  }

  @AfterEach
  void tearDown() throws Exception {
    fixture.close();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "%22a=1%22|a=1",
        "%22a%3D1%22|a=1",
        "0x613d31|a=1",
        "0X613D31|a=1",
        "%22a=b+c%22|a=b c",
        "%22a=%5C%22%22|a=\"",
        "%22k%D0%BA=1%22|k\u043a=1",
      })
  void shouldReadTransactionsAsTheNodeDoes(String argument, String tx) throws Exception {
    HttpResponse<String> answer = fixture.get("/broadcast_tx_async?tx=" + argument);

    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(Fixture.json(answer).get("id").asInt()).isEqualTo(-1);
    assertThat(Fixture.json(answer).at("/result/hash").asText()).isEqualTo(Fixture.hash(tx));
    assertThat(fixture.uplink.submitted().get(0).get(0).tx().toStringUtf8()).isEqualTo(tx);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/broadcast_tx_async?tx=a%3D1",
        "/broadcast_tx_async?tx=0x613",
        "/broadcast_tx_async?tx=0xzz",
        "/broadcast_tx_async?tx=%22a=1",
        "/broadcast_tx_async?tx=%22a%5C%22",
        "/abci_query?path=store",
        "/abci_query?data=%22a%22&height=x",
        "/abci_query?data=%22a%22&height=0x5",
        "/abci_query?data=%22a%22&prove=%22true%22",
        "/tx?hash=abc",
        "/tx_search?query=5",
      })
  void shouldSayWhatIsWrong(String uri) throws Exception {
    HttpResponse<String> answer = fixture.get(uri);

    assertThat(answer.statusCode()).isEqualTo(400);
    JsonNode error = Fixture.json(answer).get("error");
    assertThat(error.get("code").asInt()).isEqualTo(-32602);
    assertThat(error.get("data").asText())
        .startsWith("error converting http params to arguments: ")
        .doesNotContain("Exception");
    assertThat(fixture.uplink.submitted()).isEmpty();
  }

  /** As curl sends it: quotes as they are. */
  @Test
  void shouldTakeQuotesThatAreNotEscaped() throws Exception {
    assertThat(raw("GET /broadcast_tx_sync?tx=\"raw=\u043a\" HTTP/1.0\r\n\r\n"))
        .startsWith("HTTP/1.1 200")
        .contains(Fixture.hash("raw=\u043a"));
  }

  @Test
  void shouldRefuseBadEscapes() throws Exception {
    assertThat(raw("GET /broadcast_tx_async?tx=\"a%3\" HTTP/1.0\r\n\r\n"))
        .startsWith("HTTP/1.1 400")
        .contains("invalid URL escape");
  }

  @Test
  void shouldReadAForm() throws Exception {
    HttpResponse<String> answer =
        fixture.post(
            "/broadcast_tx_async",
            "tx=%22a=1%22",
            "Content-Type",
            "application/x-www-form-urlencoded");

    assertThat(Fixture.json(answer).at("/result/hash").asText()).isEqualTo(Fixture.hash("a=1"));
  }

  @Test
  void shouldQuery() throws Exception {
    fixture.get("/broadcast_tx_async?tx=%22a=1%22");

    HttpResponse<String> answer = fixture.get("/abci_query?path=%22/store%22&data=%22a%22");
    HttpResponse<String> chain =
        fixture.get("/abci_query?data=0x61&height=0&prove=false&Varve-Read=chain-first");

    assertThat(Fixture.json(answer).at("/result/response/value").asText())
        .isEqualTo(Fixture.base64("1"));
    assertThat(answer.headers().firstValue("Varve-Source")).contains("pending");
    assertThat(Fixture.json(chain).at("/result/response/value").asText())
        .isEqualTo(Fixture.base64("1"));
  }

  private String raw(String request) throws Exception {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), fixture.server.port())) {
      socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
      socket.getOutputStream().flush();
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
