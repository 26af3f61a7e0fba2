package dev.varve.gateway;

import static dev.varve.ledger.Transactions.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.varve.abci.types.RequestQuery;
import dev.varve.abci.types.ResponseQuery;
import dev.varve.ledger.Transactions;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Answers are of the form that CometBFT 0.38 gives them. */
@Timeout(60)
class NodeChainTest {
  private static final Pattern METHOD = Pattern.compile("\"method\":\"([a-z_]+)\"");
  private static final ByteString ENVELOPE =
      Transactions.envelope(10).put(bytes("a"), bytes("1")).build();

  private final Map<String, String> results = new HashMap<>();
  private final AtomicInteger calls = new AtomicInteger();
  private FakeRpc node;
  private NodeChain chain;
  private volatile String lastRequest;

  @BeforeEach
  void start() throws IOException {
    node = new FakeRpc();
    node.requests =
        body -> {
          calls.incrementAndGet();
          lastRequest = body;
          Matcher method = METHOD.matcher(body);
          assertThat(method.find()).isTrue();
          return results.get(method.group(1));
        };
    chain = new NodeChain(node.uri(), Duration.ofSeconds(20));
    result("abci_info", "{\"response\":{\"data\":\"varve\",\"last_block_height\":\"7\"}}");
  }

  @AfterEach
  void stop() throws IOException {
    chain.close();
    node.close();
  }

  private void result(String method, String result) {
    results.put(method, "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":" + result + "}");
  }

  private void error(String method, String data) {
    results.put(
        method,
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":-32603,\"message\":\"Internal error\","
            + "\"data\":\""
            + data
            + "\"}}");
  }

  @Test
  void shouldTellTheApplicationsHeight() throws InterruptedException {
    assertThat(chain.height()).isEqualTo(7);
    assertThat(chain.await(6)).isEqualTo(7);
    assertThat(chain.await(-1)).isEqualTo(7);
    result("abci_info", "{\"response\":{\"data\":\"varve\"}}");
    assertThat(chain.height()).as("of a chain without a block").isZero();
  }

  @Test
  void shouldRefuseAnotherApplication() {
    result("abci_info", "{\"response\":{\"data\":\"{\\\"size\\\":0}\",\"version\":\"1\"}}");
    assertThatThrownBy(chain::height)
        .isInstanceOf(UplinkException.Unavailable.class)
        .hasMessageContaining("it must be \"varve\"");
  }

  @Test
  void shouldTellABlocksTransactionsWithTheirCodes() {
    String txs = "[\"" + base64(text("a", "1")) + "\",\"" + base64(bytes("bad")) + "\"]";
    result("block", "{\"block_id\":{},\"block\":{\"header\":{},\"data\":{\"txs\":" + txs + "}}}");
    result(
        "block_results",
        "{\"txs_results\":[{\"code\":0,\"data\":null},{\"code\":1,\"log\":\"x\"}]}");
    assertThat(chain.included(3))
        .contains(
            List.of(
                new Chain.Included(Transactions.hash(text("a", "1")), 0),
                new Chain.Included(Transactions.hash(bytes("bad")), 1)));
    result("block", "{\"block\":{\"data\":{\"txs\":[]}}}");
    result("block_results", "{\"txs_results\":null}");
    assertThat(chain.included(3)).contains(List.of());
  }

  @Test
  void shouldTellBlocksThatAreNotKeptFromTrouble() {
    error("block", "height 3 is not available, lowest height is 5");
    assertThat(chain.included(3)).isEmpty();
    error("block", "height 9 must be less than or equal to the current blockchain height 7");
    assertThatThrownBy(() -> chain.included(9)).isInstanceOf(UplinkException.Unavailable.class);
    result("block", "{\"block\":{\"data\":{\"txs\":[\"YT0x\"]}}}");
    error("block_results", "node is not persisting finalize block responses");
    assertThatThrownBy(() -> chain.included(3))
        .isInstanceOf(UplinkException.Unavailable.class)
        .hasMessageContaining("not persisting");
    result("status", "{\"sync_info\":{\"earliest_block_height\":\"5\"}}");
    assertThat(chain.floor()).isEqualTo(5);
  }

  @Test
  void shouldPassQueriesOn() {
    result(
        "abci_query",
        "{\"response\":{\"code\":0,\"log\":\"\",\"info\":\"\",\"index\":\"0\",\"key\":\"YQ==\","
            + "\"value\":\"MQ==\",\"proofOps\":null,\"height\":\"7\",\"codespace\":\"\"}}");
    ResponseQuery answer =
        chain.query(RequestQuery.newBuilder().setPath("/st\"ore").setData(bytes("a")).build());
    assertThat(answer.getValue()).isEqualTo(bytes("1"));
    assertThat(answer.getKey()).isEqualTo(bytes("a"));
    assertThat(answer.getHeight()).isEqualTo(7);
    assertThat(lastRequest)
        .contains("{\"path\":\"/st\\\"ore\",\"data\":\"61\",\"height\":\"0\",\"prove\":false}");
  }

  @Test
  void shouldLocateByTheApplicationsIndex() {
    ByteString document =
        bytes("{\"hash\":\"00\",\"height\":\"4\",\"index\":2,\"tx_result\":{\"code\":3}}");
    result("abci_query", "{\"response\":{\"value\":\"" + base64(document) + "\"}}");
    ByteString hash = Transactions.hash(text("a", "1"));
    assertThat(chain.locate(hash))
        .hasValueSatisfying(
            at -> {
              assertThat(at.getHeight()).isEqualTo(4);
              assertThat(at.getIndex()).isEqualTo(2);
              assertThat(at.getSuccess()).isFalse();
            });
    result("abci_query", "{\"response\":{\"code\":2,\"log\":\"no transaction\"}}");
    assertThat(chain.locate(hash)).isEmpty();
    result("abci_query", "{\"response\":{\"code\":4,\"log\":\"storage unavailable\"}}");
    assertThatThrownBy(() -> chain.locate(hash)).isInstanceOf(UplinkException.Unavailable.class);
  }

  @Test
  void shouldAskTheApplicationForEnvelopesAlone() {
    assertThat(chain.check(text("a", "1")).getCode()).isZero();
    assertThat(calls).hasValue(0);
    result("check_tx", "{\"code\":3,\"data\":null,\"log\":\"replayed\",\"codespace\":\"varve\"}");
    assertThat(chain.check(ENVELOPE).getCode()).isEqualTo(3);
    assertThat(chain.check(ENVELOPE).getCodespace()).isEqualTo("varve");
  }

  @Test
  void shouldSayThatTheNodeDoesNotAnswer() throws IOException {
    results.put("abci_info", "garbage");
    assertThatThrownBy(chain::height).isInstanceOf(UplinkException.Unavailable.class);
    results.put("abci_info", "{}");
    assertThatThrownBy(chain::height).isInstanceOf(UplinkException.Unavailable.class);
    node.close();
    assertThatThrownBy(chain::height)
        .isInstanceOf(UplinkException.Unavailable.class)
        .hasMessageContaining("does not answer abci_info");
  }

  @Test
  void shouldAskOnceForManyThatWait() throws InterruptedException {
    CountDownLatch entered = new CountDownLatch(1);
    CountDownLatch leave = new CountDownLatch(1);
    node.requests =
        body -> {
          calls.incrementAndGet();
          entered.countDown();
          try {
            assertThat(leave.await(30, TimeUnit.SECONDS)).isTrue();
          } catch (InterruptedException e) {
            throw new AssertionError(e);
          }
          return results.get("abci_info");
        };
    List<Thread> asking = new ArrayList<>();
    AtomicInteger answered = new AtomicInteger();
    for (int i = 0; i < 20; i++) {
      Thread thread =
          new Thread(
              () -> {
                if (chain.height() == 7) {
                  answered.incrementAndGet();
                }
              });
      asking.add(thread);
      thread.start();
      assertThat(entered.await(30, TimeUnit.SECONDS)).isTrue();
    }
    while (asking.stream().skip(1).anyMatch(each -> each.getState() != Thread.State.WAITING)) {
      TimeUnit.MILLISECONDS.sleep(1);
    }
    leave.countDown();
    for (Thread thread : asking) {
      thread.join();
    }
    assertThat(answered).hasValue(20);
    assertThat(calls).as("the first, and one after it for all others").hasValue(2);
  }

  /** What the gateway needs of a node that is all that it has. */
  @Test
  void shouldServeAGateway() throws IOException {
    try (SimChain application = new SimChain();
        FakeRpc varve = new FakeRpc()) {
      new FakeVarveNode(application).serve(varve);
      NodeChain remote = new NodeChain(varve.uri(), Duration.ofSeconds(20));
      SimStore.Image image = new SimStore.Image();
      application.block(List.of(text("old", "1")));
      try (remote;
          Gateway gateway =
              Gateway.open(
                  new SimStore(image),
                  remote,
                  new RpcNodePort(varve.uri()),
                  GatewayConfig.defaults())) {
        List<CompletableFuture<List<TaskStatus>>> accepted =
            List.of(
                gateway.submit(List.of(new Submission(text("a", "1"), false, "", false))),
                gateway.submit(List.of(new Submission(ENVELOPE, true, "", false))));
        for (CompletableFuture<List<TaskStatus>> each : accepted) {
          TaskStatus done =
              gateway.whenDone(each.join().get(0).id(), Duration.ofSeconds(50)).join();
          assertThat(done.state()).isEqualTo(TaskState.COMMITTED);
        }
        assertThat(application.of(text("a", "1"))).hasSize(1);
        assertThat(application.of(ENVELOPE)).hasSize(1);
        assertThat(gateway.value(bytes("old"), false).value()).contains(bytes("1"));
        assertThat(gateway.value(bytes("a"), false).source()).isEqualTo(Source.COMMITTED);
        TaskStatus again =
            gateway.submit(List.of(new Submission(ENVELOPE, false, "", false))).join().get(0);
        assertThat(again.state()).as("in the chain already").isEqualTo(TaskState.COMMITTED);
      }
      assertThat(image.tasks).isEmpty();
    }
  }

  private static String base64(ByteString bytes) {
    return Base64.getEncoder().encodeToString(bytes.toByteArray());
  }

  private static ByteString bytes(String text) {
    return ByteString.copyFromUtf8(text);
  }
}
