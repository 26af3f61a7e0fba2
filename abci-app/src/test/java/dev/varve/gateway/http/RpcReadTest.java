package dev.varve.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpResponse;
import java.util.Locale;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RpcReadTest {
  private static final String FROM_NODE = "of the node";

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
  void shouldShowATransactionPendingThenCommitted() throws Exception {
    send("a=1");

    HttpResponse<String> pending = tx("a=1", "");
    assertThat(Fixture.json(pending).at("/result/height").asText()).isEqualTo("0");
    assertThat(Fixture.json(pending).at("/result/tx").asText()).isEqualTo(Fixture.base64("a=1"));
    assertThat(pending.headers().firstValue("Varve-Source")).contains("pending");

    fixture.uplink.commit();

    HttpResponse<String> committed = tx("a=1", "&prove=true");
    assertThat(Fixture.json(committed).at("/result/height").asText()).isEqualTo("1");
    assertThat(Fixture.json(committed).at("/result/proof/proof/total").asText()).isEqualTo("1");
    assertThat(committed.headers().firstValue("Varve-Source")).contains("committed");
    assertThat(committed.headers().firstValue("Varve-Height")).contains("1");
  }

  @Test
  void shouldPreferThePendingOneOfTwoUnlessAskedForTheChain() throws Exception {
    send("a=1");
    fixture.uplink.commit();
    send("a=1");

    assertThat(Fixture.json(tx("a=1", "")).at("/result/height").asText()).isEqualTo("0");
    assertThat(Fixture.json(tx("a=1", "&Varve-Read=chain-first")).at("/result/height").asText())
        .isEqualTo("1");
  }

  @Test
  void shouldSayThatATransactionIsNotThere() throws Exception {
    HttpResponse<String> answer = tx("a=1", "");

    assertThat(answer.statusCode()).isEqualTo(500);
    assertThat(Fixture.json(answer).at("/error/data").asText())
        .isEqualTo("tx (" + Fixture.hash("a=1") + ") not found");
    assertThat(fixture.node.asked()).isEmpty();
  }

  @Test
  void shouldAskTheNodeWhereThereAreNoRecords() throws Exception {
    fixture.uplink.chain().hasNoRecords();
    send("a=1");

    assertThat(Fixture.json(tx("a=1", "")).at("/result/height").asText()).isEqualTo("0");
    assertThat(Fixture.json(tx("b=1", "")).get("result").asText()).isEqualTo(FROM_NODE);
    assertThat(result("/block_results")).isEqualTo(FROM_NODE);
    assertThat(result("/tx_search?query=%22tx.height=1%22")).isEqualTo(FROM_NODE);
    assertThat(result("/tx_search?query=%22tx.hash='" + Fixture.hash("b=1") + "'%22"))
        .isEqualTo(FROM_NODE);
    assertThat(fixture.node.asked())
        .extracting(FakeNode.Asked::uri)
        .contains("/block_results", "/tx_search?query=%22tx.height=1%22");
  }

  @Test
  void shouldShowBlockResults() throws Exception {
    send("a=1");
    send("b=2");
    fixture.uplink.commit();
    fixture.uplink.commit();

    JsonNode first = Fixture.json(fixture.get("/block_results?height=1")).get("result");
    assertThat(first.get("txs_results")).hasSize(2);
    assertThat(first.at("/txs_results/1/events/0/attributes/0/value").asText()).isEqualTo("b");
    assertThat(first.get("app_hash").asText()).isEqualTo(Fixture.base64("app1"));
    JsonNode latest = Fixture.json(fixture.get("/block_results")).get("result");
    assertThat(latest.get("height").asText()).isEqualTo("2");
    assertThat(latest.get("txs_results").isNull()).isTrue();
    assertThat(Fixture.json(fixture.get("/block_results?height=0")).at("/error/data").asText())
        .isEqualTo("height must be greater than 0, but got 0");
    assertThat(result("/block_results?height=3")).isEqualTo(FROM_NODE);
  }

  @Test
  void shouldSearchByHash() throws Exception {
    send("a=1");
    String uri =
        "/tx_search?query=%22tx.hash%20=%20'"
            + Fixture.hash("a=1").toLowerCase(Locale.ROOT)
            + "'%22";

    assertThat(Fixture.json(fixture.get(uri)).at("/result/txs/0/height").asText()).isEqualTo("0");
    fixture.uplink.commit();
    JsonNode found = Fixture.json(fixture.get(uri)).get("result");
    assertThat(found.at("/txs/0/height").asText()).isEqualTo("1");
    assertThat(found.get("total_count").asText()).isEqualTo("1");
    JsonNode none =
        Fixture.json(fixture.get("/tx_search?query=%22tx.hash='" + Fixture.hash("b=1") + "'%22"));
    assertThat(none.at("/result/total_count").asText()).isEqualTo("0");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "tx.height=2||b=2 b=3|2",
        "tx.height>=2|asc|b=2 b=3 c=4|3",
        "tx.height > 1 AND tx.height < 3|desc|b=3 b=2|2",
        "tx.height<=2|asc|a=1 b=2 b=3|3",
        "tx.height=9|||0",
      })
  void shouldSearchByHeight(String query, String order, String txs, int total) throws Exception {
    threeBlocks();

    JsonNode result = search(query, "\"order_by\":\"" + (order == null ? "" : order) + "\"");

    assertThat(result.at("/result/total_count").asInt()).isEqualTo(total);
    assertThat(result.at("/result/txs"))
        .extracting(tx -> tx.get("tx").asText())
        .containsExactly(
            java.util.Arrays.stream((txs == null ? "" : txs).split(" "))
                .filter(tx -> !tx.isEmpty())
                .map(Fixture::base64)
                .toArray(String[]::new));
  }

  @Test
  void shouldShowPages() throws Exception {
    threeBlocks();

    JsonNode second = search("tx.height>0", "\"page\":\"2\",\"per_page\":\"3\",\"prove\":true");
    assertThat(second.at("/result/txs")).hasSize(1);
    assertThat(second.at("/result/total_count").asText()).isEqualTo("4");
    assertThat(second.at("/result/txs/0/proof/proof/index").asText()).isEqualTo("0");
    assertThat(
            search("tx.height>0", "\"page\":\"3\",\"per_page\":\"3\"").at("/error/data").asText())
        .isEqualTo("page should be within [1, 2] range, given 3");
    assertThat(search("tx.height>0", "\"order_by\":\"up\"").at("/error/data").asText())
        .isEqualTo("expected order_by to be either `asc` or `desc` or empty");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "varve.write.key='a'",
        "tx.height=1 AND varve.write.key='a'",
        "tx.hash='00'",
        "tx.height='1'",
        "tx.height",
        "tx.heights=1",
      })
  void shouldLeaveOtherSearchesToTheNode(String query) throws Exception {
    assertThat(search(query, "\"prove\":false").get("result").asText()).isEqualTo(FROM_NODE);
  }

  private void threeBlocks() throws Exception {
    send("a=1");
    fixture.uplink.commit();
    send("b=2");
    send("b=3");
    fixture.uplink.commit();
    send("c=4");
    fixture.uplink.commit();
  }

  private JsonNode search(String query, String more) throws Exception {
    return Fixture.json(fixture.call("tx_search", "{\"query\":\"" + query + "\"," + more + "}"));
  }

  private String result(String uri) throws Exception {
    return Fixture.json(fixture.get(uri.replace("'", "%27"))).get("result").asText();
  }

  private void send(String tx) throws Exception {
    assertThat(fixture.call("broadcast_tx_async", "[\"" + Fixture.base64(tx) + "\"]").statusCode())
        .isEqualTo(200);
  }

  private HttpResponse<String> tx(String tx, String more) throws Exception {
    return fixture.get("/tx?hash=0x" + Fixture.hash(tx) + more);
  }
}
