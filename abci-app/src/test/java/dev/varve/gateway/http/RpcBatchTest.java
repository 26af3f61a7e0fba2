package dev.varve.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.varve.gateway.UplinkException;
import java.net.http.HttpResponse;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RpcBatchTest {
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
  void shouldSplitABatchAndAnswerInOrder() throws Exception {
    fixture.node.answer(
        asked -> new FakeNode.Answer(200, "{\"id\":2,\"result\":{\"from\":\"node\"}}"));

    HttpResponse<String> answer =
        fixture.post(
            "/",
            "["
                + async(1, "a=1")
                + ","
                + Fixture.request(2, "status", "{}")
                + ",{\"method\":\"status\"},"
                + Fixture.request(3, "abci_query", "{\"path\":\"/store\",\"data\":\"61\"}")
                + "]");

    JsonNode responses = Fixture.json(answer);
    assertThat(responses).hasSize(3);
    assertThat(responses.at("/0/result/hash").asText()).isEqualTo(Fixture.hash("a=1"));
    assertThat(responses.at("/1/result/from").asText()).isEqualTo("node");
    assertThat(responses.at("/2/result/response/value").asText()).isEqualTo(Fixture.base64("1"));
    assertThat(answer.headers().firstValue("Varve-Source")).contains("pending, node, pending");
    assertThat(fixture.node.asked())
        .extracting(FakeNode.Asked::body)
        .containsExactly(Fixture.request(2, "status", "{}"));
  }

  @Test
  void shouldAcceptBroadcastsInARowTogether() throws Exception {
    JsonNode responses =
        Fixture.json(fixture.post("/", "[" + async(1, "a=1") + "," + async(2, "a=2") + "]"));

    assertThat(responses).hasSize(2);
    assertThat(fixture.uplink.submitted()).hasSize(1);
    assertThat(fixture.uplink.submitted().get(0)).hasSize(2);
  }

  @Test
  void shouldAcceptNothingOfARowWhenBusy() throws Exception {
    fixture.uplink.failWith(new UplinkException.Busy("full"));

    JsonNode responses =
        Fixture.json(fixture.post("/", "[" + async(1, "a=1") + "," + async(2, "a=2") + "]"));

    assertThat(responses).allMatch(response -> response.at("/error/code").asInt() == -32000);
    assertThat(fixture.uplink.submitted()).isEmpty();
  }

  @Test
  void shouldRefuseOneOfARowAlone() throws Exception {
    JsonNode responses =
        Fixture.json(
            fixture.post(
                "/", "[" + async(1, "a=1") + "," + async(2, "bad") + "," + async(3, "b=1") + "]"));

    assertThat(responses)
        .extracting(response -> response.at("/result/code").asInt())
        .containsExactly(0, 3, 0);
    assertThat(fixture.uplink.submitted()).hasSize(2);
  }

  @Test
  void shouldGoOnBehindBadArguments() throws Exception {
    JsonNode responses =
        Fixture.json(
            fixture.post(
                "/",
                "["
                    + async(1, "a=1")
                    + ","
                    + Fixture.request(2, "broadcast_tx_async", "{\"tx\":\"*\"}")
                    + ","
                    + async(3, "b=1")
                    + "]"));

    assertThat(responses.at("/0/result/code").asInt()).isZero();
    assertThat(responses.at("/1/error/code").asInt()).isEqualTo(-32602);
    assertThat(responses.at("/2/result/code").asInt()).isZero();
  }

  @Test
  void shouldRefuseALargeBatchWhole() throws Exception {
    String batch =
        IntStream.range(0, 101)
            .mapToObj(i -> async(i, "a=" + i))
            .collect(Collectors.joining(",", "[", "]"));

    JsonNode response = Fixture.json(fixture.post("/", batch));

    assertThat(response.at("/error/code").asInt()).isEqualTo(-32600);
    assertThat(response.at("/error/data").asText()).contains("maximum (100)");
    assertThat(fixture.uplink.submitted()).isEmpty();
  }

  @Test
  void shouldAnswerABatchOfOneWithoutTheListAndOfNoneWithNothing() throws Exception {
    assertThat(Fixture.json(fixture.post("/", "[" + async(1, "a=1") + "]")).isObject()).isTrue();
    assertThat(fixture.post("/", "[]").body()).isEmpty();
  }

  @Test
  void shouldReplaceWhatIsNoAnswerOfTheNode() throws Exception {
    fixture.node.answer(asked -> new FakeNode.Answer(502, "<html>Bad Gateway"));

    JsonNode responses =
        Fixture.json(
            fixture.post(
                "/", "[" + Fixture.request(1, "status", "{}") + "," + async(2, "a=1") + "]"));

    assertThat(responses.at("/0/error/data").asText()).contains("no JSON object");
    assertThat(responses.at("/1/result/code").asInt()).isZero();
  }

  private static String async(int id, String tx) {
    return Fixture.request(id, "broadcast_tx_async", "{\"tx\":\"" + Fixture.base64(tx) + "\"}");
  }
}
