package dev.varve.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.varve.gateway.TaskState;
import dev.varve.gateway.UplinkException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class V1Test {
  private static final String UPLINK = "/v1/uplink";

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
  @ValueSource(strings = {"{'text':'a=1'}", "{'tx':'YT0x'}", "{'hex':'613d31'}"})
  void shouldAcceptATask(String body) throws Exception {
    HttpResponse<String> answer = submit(body);

    assertThat(answer.statusCode()).isEqualTo(202);
    JsonNode task = Fixture.json(answer);
    assertThat(task.get("id").asText()).isEqualTo("1");
    assertThat(task.get("hash").asText()).isEqualTo(Fixture.hash("a=1"));
    assertThat(task.get("state").asText()).isEqualTo("queued");
    assertThat(task.get("durable").asBoolean()).isTrue();
    assertThat(answer.headers().firstValue("Varve-Source")).contains("pending");
    assertThat(fixture.uplink.submitted().get(0).get(0).joinPending()).isFalse();
  }

  @Test
  void shouldAcceptRawBytes() throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(fixture.uri(UPLINK + "?ordered=true"))
            .POST(BodyPublishers.ofByteArray("a=\u00e9".getBytes(StandardCharsets.UTF_8)));

    HttpResponse<String> answer =
        fixture.send(request, "Content-Type", "application/octet-stream", "Idempotency-Key", "k");

    assertThat(Fixture.json(answer).get("hash").asText()).isEqualTo(Fixture.hash("a=\u00e9"));
    assertThat(fixture.uplink.submitted().get(0).get(0).ordered()).isTrue();
    assertThat(fixture.uplink.submitted().get(0).get(0).idempotencyKey()).isEqualTo("k");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[{'text':'a=1'},{'text':'a=2','ordered':true,'idempotency_key':'own'}]",
        "{'tasks':[{'text':'a=1'},{'text':'a=2','ordered':true,'idempotency_key':'own'}]}"
      })
  void shouldAcceptABatchTogether(String body) throws Exception {
    HttpResponse<String> answer = submit(body, "Idempotency-Key", "key");

    assertThat(Fixture.json(answer).get("tasks"))
        .extracting(task -> task.get("hash").asText())
        .containsExactly(Fixture.hash("a=1"), Fixture.hash("a=2"));
    assertThat(fixture.uplink.submitted()).hasSize(1);
    assertThat(fixture.uplink.submitted().get(0))
        .extracting(submission -> submission.idempotencyKey() + submission.ordered())
        .containsExactly("key#0false", "owntrue");
  }

  @Test
  void shouldAcceptAnIdempotencyKeyOnce() throws Exception {
    submit("{'text':'a=1'}", "Idempotency-Key", "k");

    JsonNode again = Fixture.json(submit("{'text':'a=1'}", "Idempotency-Key", "k"));
    HttpResponse<String> other = submit("{'text':'a=2'}", "Idempotency-Key", "k");

    assertThat(again.get("id").asText()).isEqualTo("1");
    assertThat(other.statusCode()).isEqualTo(409);
    assertThat(Fixture.json(other).at("/error/code").asText()).isEqualTo("conflict");
  }

  @Test
  void shouldWaitForTheBlock() throws Exception {
    fixture.uplink.commitAtOnce();

    HttpResponse<String> answer = fixture.post(UPLINK + "?wait=commit", "{\"text\":\"a=1\"}");

    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(Fixture.json(answer).get("state").asText()).isEqualTo("committed");
    assertThat(Fixture.json(answer).get("height").asText()).isEqualTo("1");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "nonsense|no JSON",
        "5|no JSON object or list",
        "{}|none of tx",
        "[]|empty",
        "[{'text':'a=1'},{'texts':'a=1'}]|task 1 has the field \"texts\"",
        "[{'text':'a=1'},5]|task 1 is no object",
        "{'text':'a=1','hex':'00'}|two of tx, text, hex",
        "{'hex':'0'}|odd number",
        "{'hex':'zz'}|no hex digit",
        "{'tx':'YQ'}|base64",
        "{'text':5}|string",
        "{'text':'a=1','ordered':1}|ordered",
        "{'tasks':{}}|no list",
        "{'tasks':[{'text':'a=1'}],'more':1}|beside",
        "{'text':'a=1'} 5|behind",
      })
  void shouldSayWhatIsWrong(String body, String why) throws Exception {
    HttpResponse<String> answer = submit(body);

    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(Fixture.json(answer).at("/error/code").asText()).isEqualTo("bad_request");
    assertThat(Fixture.json(answer).at("/error/message").asText()).contains(why);
    assertThat(fixture.uplink.submitted()).isEmpty();
  }

  @Test
  void shouldTellWhyNothingWasAccepted() throws Exception {
    HttpResponse<String> refused = submit("{'text':'nothing'}");
    assertThat(refused.statusCode()).isEqualTo(422);
    assertThat(Fixture.json(refused).at("/error/app_code").asInt()).isEqualTo(3);

    fixture.uplink.failWith(new UplinkException.Busy("the queue is full"));
    HttpResponse<String> busy = submit("{'text':'a=1'}");
    assertThat(busy.statusCode()).isEqualTo(429);
    assertThat(busy.headers().firstValue("Retry-After")).contains("1");

    fixture.uplink.failWith(new UplinkException.Unavailable("the backup is full", null));
    assertThat(submit("{'text':'a=1'}").statusCode()).isEqualTo(503);
    assertThat(submit("{'text':'a=1'}", "Content-Type", "text/html").statusCode()).isEqualTo(415);
    assertThat(fixture.post(UPLINK + "?wait=long", "{}").statusCode()).isEqualTo(400);
  }

  @Test
  void shouldMendTheFailedList() throws Exception {
    submit("{'text':'a=1'}");
    submit("{'text':'b=1'}");
    fixture.uplink.fail("no attempts left");

    JsonNode failed = Fixture.json(fixture.get(UPLINK + "?state=failed&limit=1")).get("tasks");
    assertThat(failed).hasSize(1);
    assertThat(failed.at("/0/reason").asText()).isEqualTo("no attempts left");
    assertThat(Fixture.json(fixture.get(UPLINK + "?after=1")).at("/tasks/0/id").asText())
        .isEqualTo("2");

    HttpResponse<String> requeued = fixture.post(UPLINK + "/1/requeue", "");
    assertThat(requeued.statusCode()).isEqualTo(202);
    assertThat(Fixture.json(requeued).get("state").asText()).isEqualTo("queued");
    HttpResponse<String> dropped =
        fixture.send(HttpRequest.newBuilder(fixture.uri(UPLINK + "/2")).DELETE());
    assertThat(dropped.statusCode()).isEqualTo(200);
    assertThat(Fixture.json(fixture.get(UPLINK + "/2")).get("state").asText())
        .isEqualTo(TaskState.DROPPED.word());
    assertThat(fixture.get(UPLINK + "/9").statusCode()).isEqualTo(404);
    assertThat(fixture.post(UPLINK + "/9/requeue", "").statusCode()).isEqualTo(404);
    assertThat(fixture.get(UPLINK + "/x").statusCode()).isEqualTo(400);
    assertThat(fixture.get(UPLINK + "?state=lost").statusCode()).isEqualTo(400);
    assertThat(fixture.get(UPLINK + "?limit=0").statusCode()).isEqualTo(400);
  }

  @Test
  void shouldReadAKey() throws Exception {
    submit("{'text':'a/b \u00e9=1'}");

    HttpResponse<String> pending = fixture.get("/v1/data/a%2Fb%20%C3%A9");
    assertThat(Fixture.json(pending).get("text").asText()).isEqualTo("1");
    assertThat(Fixture.json(pending).get("value").asText()).isEqualTo("MQ==");
    assertThat(Fixture.json(pending).get("source").asText()).isEqualTo("pending");
    assertThat(Fixture.json(pending).get("tx_hash").asText())
        .isEqualTo(Fixture.hash("a/b \u00e9=1"));
    fixture.uplink.commit();
    HttpResponse<String> committed = fixture.get("/v1/data?hex=612f6220c3a9");
    assertThat(Fixture.json(committed).get("source").asText()).isEqualTo("committed");
    assertThat(Fixture.json(committed).get("height").asText()).isEqualTo("1");
    assertThat(committed.headers().firstValue("Varve-Height")).contains("1");

    HttpResponse<String> absent = fixture.get("/v1/data/%FF");
    assertThat(absent.statusCode()).isEqualTo(404);
    assertThat(Fixture.json(absent).get("key").asText()).isEqualTo("/w==");
    assertThat(Fixture.json(absent).has("key_text")).isFalse();
    assertThat(Fixture.json(absent).at("/error/code").asText()).isEqualTo("not_found");
    assertThat(fixture.get("/v1/data").statusCode()).isEqualTo(400);
    assertThat(fixture.get("/v1/data?hex=6").statusCode()).isEqualTo(400);
    assertThat(fixture.get("/v1/data/" + "k".repeat(1025)).statusCode()).isEqualTo(400);
  }

  @Test
  void shouldShowATransaction() throws Exception {
    submit("{'text':'a=1'}");
    String uri = "/v1/tx/" + Fixture.hash("a=1").toLowerCase(Locale.ROOT);

    assertThat(Fixture.json(fixture.get(uri)).get("source").asText()).isEqualTo("pending");
    fixture.uplink.commit();
    JsonNode committed = Fixture.json(fixture.get(uri));
    assertThat(committed.get("source").asText()).isEqualTo("committed");
    assertThat(committed.at("/transaction/height").asText()).isEqualTo("1");
    assertThat(committed.at("/transaction/tx").asText()).isEqualTo("YT0x");
    submit("{'text':'b=1'}");
    fixture.uplink.fail("too late");
    HttpResponse<String> failed = fixture.get("/v1/tx/" + Fixture.hash("b=1"));
    assertThat(failed.statusCode()).isEqualTo(404);
    assertThat(Fixture.json(failed).at("/error/message").asText()).contains("too late");
    assertThat(fixture.get("/v1/tx/00").statusCode()).isEqualTo(400);
  }

  @Test
  void shouldServeTheOwnersPages() throws Exception {
    assertThat(fixture.get("/v1/status").body()).isEqualTo("{\"height\":\"0\"}");
    assertThat(fixture.get("/health").body()).isEqualTo("ok\n");
    assertThat(fixture.get("/metrics").body()).contains("varve_uplink_queued");
    assertThat(fixture.get("/v1/other").statusCode()).isEqualTo(404);
    assertThat(fixture.post("/v1/status", "").statusCode()).isEqualTo(405);
  }

  private HttpResponse<String> submit(String body, String... headers) throws Exception {
    return fixture.post(UPLINK, body.replace('\'', '"'), headers);
  }
}
