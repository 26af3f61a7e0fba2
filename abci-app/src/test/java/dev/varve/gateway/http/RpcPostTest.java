package dev.varve.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.ByteString;
import dev.varve.gateway.Submission;
import dev.varve.gateway.UplinkException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RpcPostTest {
  private static final String TX = "{\"tx\":\"" + Fixture.base64("a=1") + "\"}";

  private Fixture fixture;

  @BeforeEach
  void setUp() throws Exception {
    GatewayTimeouts d = GatewayTimeouts.DEFAULT;
    GatewayTimeouts quick =
        new GatewayTimeouts(
            d.request(),
            d.idle(),
            Duration.ofMillis(100),
            Duration.ofMillis(200),
            d.node(),
            d.heartbeat(),
            d.stop());
    fixture = new Fixture(config -> Fixture.with(config, quick));
  }

  @AfterEach
  void tearDown() throws Exception {
    fixture.close();
  }

  @Test
  void shouldAnswerAsyncAfterTheBackup() throws Exception {
    CompletableFuture<Void> backup = fixture.uplink.holdBackup();
    CompletableFuture<HttpResponse<String>> answer =
        fixture.client.sendAsync(
            java.net.http.HttpRequest.newBuilder(fixture.uri("/"))
                .POST(
                    java.net.http.HttpRequest.BodyPublishers.ofString(
                        Fixture.request(7, "broadcast_tx_async", TX)))
                .build(),
            HttpResponse.BodyHandlers.ofString());
    Fixture.await(() -> !fixture.uplink.submitted().isEmpty());
    assertThat(answer).isNotDone();

    backup.complete(null);

    assertThat(answer.get().body())
        .isEqualTo(
            "{\"jsonrpc\":\"2.0\",\"id\":7,\"result\":{\"code\":0,\"data\":\"\",\"log\":\"\","
                + "\"codespace\":\"\",\"hash\":\""
                + Fixture.hash("a=1")
                + "\"}}");
    assertThat(answer.get().headers().firstValue("Varve-Source")).contains("pending");
    assertThat(answer.get().headers().firstValue("Varve-Height")).contains("0");
    assertThat(fixture.uplink.submitted().get(0))
        .containsExactly(new Submission(ByteString.copyFromUtf8("a=1"), false, "", true));
  }

  @Test
  void shouldAnswerSyncWithWhatTheNodeSays() throws Exception {
    JsonNode queued = Fixture.json(fixture.call("broadcast_tx_sync", TX)).get("result");
    assertThat(queued.get("code").asInt()).isZero();
    assertThat(queued.get("codespace").asText()).isEqualTo("uplink");
    assertThat(queued.get("log").asText()).isEqualTo("queued");

    fixture.uplink.take();
    JsonNode taken = Fixture.json(fixture.call("broadcast_tx_sync", TX)).get("result");
    assertThat(taken.get("code").asInt()).isZero();
    assertThat(taken.get("codespace").asText()).isEmpty();
    assertThat(fixture.uplink.list(dev.varve.gateway.TaskState.IN_MEMPOOL, 0, 10)).hasSize(1);
  }

  @Test
  void shouldAnswerSyncWithTheReasonOfAFailure() throws Exception {
    fixture.call("broadcast_tx_async", TX);
    fixture.uplink.fail("refused by the node");

    JsonNode again = Fixture.json(fixture.call("broadcast_tx_sync", TX)).get("result");

    assertThat(again.get("log").asText()).isEqualTo("queued");
  }

  @Test
  void shouldAnswerCommitWithTheBlock() throws Exception {
    fixture.call("broadcast_tx_async", "{\"tx\":\"" + Fixture.base64("b=2") + "\"}");
    fixture.uplink.commitAtOnce();

    HttpResponse<String> answer = fixture.call("broadcast_tx_commit", TX);

    JsonNode result = Fixture.json(answer).get("result");
    assertThat(result.get("height").asText()).isEqualTo("1");
    assertThat(result.get("hash").asText()).isEqualTo(Fixture.hash("a=1"));
    assertThat(result.at("/check_tx/code").asInt()).isZero();
    assertThat(result.at("/tx_result/gas_used").asText()).isEqualTo("1");
    assertThat(result.at("/tx_result/events/0/attributes/0/value").asText()).isEqualTo("a");
    assertThat(answer.headers().firstValue("Varve-Source")).contains("committed");
    assertThat(answer.headers().firstValue("Varve-Height")).contains("1");
  }

  @Test
  void shouldTimeOutCommitAndKeepTheTask() throws Exception {
    JsonNode error = Fixture.json(fixture.call("broadcast_tx_commit", TX)).get("error");

    assertThat(error.get("code").asInt()).isEqualTo(-32603);
    assertThat(error.get("data").asText())
        .isEqualTo("timed out waiting for tx to be included in a block");
    assertThat(fixture.uplink.task(1)).isPresent();
  }

  @ParameterizedTest
  @ValueSource(strings = {"broadcast_tx_async", "broadcast_tx_sync"})
  void shouldAnswerARefusalAsCheckTxDoes(String method) throws Exception {
    JsonNode result =
        Fixture.json(fixture.call(method, "[\"" + Fixture.base64("nothing") + "\"]")).get("result");

    assertThat(result.get("code").asInt()).isEqualTo(3);
    assertThat(result.get("codespace").asText()).isEqualTo("varve");
    assertThat(result.get("log").asText()).contains("neither key=value");
    assertThat(result.get("hash").asText()).isEqualTo(Fixture.hash("nothing"));
  }

  @Test
  void shouldAnswerBusyAsAnError() throws Exception {
    fixture.uplink.failWith(new UplinkException.Busy("the queue holds 10 tasks"));

    HttpResponse<String> answer = fixture.call("broadcast_tx_async", TX);

    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.headers().firstValue("Retry-After")).contains("1");
    JsonNode error = Fixture.json(answer).get("error");
    assertThat(error.get("code").asInt()).isEqualTo(-32000);
    assertThat(error.get("data").asText()).isEqualTo("busy: the queue holds 10 tasks");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'jsonrpc':'2.0'|-32700",
        "nonsense|-32700",
        "{'id':1,'method':'tx'} {}|-32700",
        "{'id':true,'method':'tx'}|-32700",
        "[1]|-32700",
        "{'id':1,'method':'broadcast_tx_async','params':{'tx':'no base64'}}|-32602",
        "{'id':1,'method':'broadcast_tx_async','params':{'tx':'YQ'}}|-32602",
        "{'id':1,'method':'broadcast_tx_async','params':{'tx':5}}|-32602",
        "{'id':1,'method':'broadcast_tx_async','params':['YQ==','YQ==']}|-32602",
        "{'id':1,'method':'broadcast_tx_async','params':'YQ=='}|-32602",
        "{'id':1,'method':'abci_query','params':{'data':'0x61'}}|-32602",
        "{'id':1,'method':'abci_query','params':{'data':'616'}}|-32602",
        "{'id':1,'method':'abci_query','params':{'data':'61','height':5}}|-32602",
        "{'id':1,'method':'abci_query','params':{'data':'61','height':'+5'}}|-32602",
        "{'id':1,'method':'abci_query','params':{'data':'61','prove':'yes'}}|-32602",
      })
  void shouldSayWhatIsWrong(String body, int code) throws Exception {
    HttpResponse<String> answer = fixture.post("/", body.replace('\'', '"'));

    JsonNode error = Fixture.json(answer).get("error");
    assertThat(error.get("code").asInt()).isEqualTo(code);
    assertThat(error.get("data").asText()).isNotEmpty().doesNotContain("Exception", "at dev.");
    assertThat(answer.statusCode()).isEqualTo(code == -32700 ? 400 : 200);
    assertThat(fixture.uplink.submitted()).isEmpty();
    assertThat(fixture.node.asked()).isEmpty();
  }

  @Test
  void shouldEchoIdsAsTheNodeDoes() throws Exception {
    String call = ",\"method\":\"broadcast_tx_async\",\"params\":" + TX + "}";

    assertThat(Fixture.json(fixture.post("/", "{\"id\":\"a\\\"b\"" + call)).get("id").asText())
        .isEqualTo("a\"b");
    assertThat(Fixture.json(fixture.post("/", "{\"id\":2.9" + call)).get("id").asText())
        .isEqualTo("2");
    int before = fixture.uplink.submitted().size();
    assertThat(fixture.post("/", "{\"id\":null" + call).body()).isEmpty();
    assertThat(fixture.uplink.submitted()).hasSize(before);
  }

  @Test
  void shouldQueryPendingFirstOrChainFirst() throws Exception {
    fixture.call("broadcast_tx_async", TX);
    fixture.uplink.commit();
    fixture.call("broadcast_tx_async", "{\"tx\":\"" + Fixture.base64("a=2") + "\"}");
    String query = Fixture.request(1, "abci_query", "{\"path\":\"/store\",\"data\":\"61\"}");

    HttpResponse<String> pending = fixture.post("/", query);
    HttpResponse<String> committed = fixture.post("/", query, "Varve-Read", "chain-first");

    assertThat(Fixture.json(pending).at("/result/response/value").asText())
        .isEqualTo(Fixture.base64("2"));
    assertThat(Fixture.json(pending).at("/result/response/info").asText()).isEqualTo("pending");
    assertThat(pending.headers().firstValue("Varve-Source")).contains("pending");
    assertThat(Fixture.json(committed).at("/result/response/value").asText())
        .isEqualTo(Fixture.base64("1"));
    assertThat(committed.headers().firstValue("Varve-Source")).contains("committed");
    assertThat(committed.headers().firstValue("Varve-Height")).contains("1");
    assertThat(fixture.post("/", query, "Varve-Read", "newest").statusCode()).isEqualTo(400);
  }
}
