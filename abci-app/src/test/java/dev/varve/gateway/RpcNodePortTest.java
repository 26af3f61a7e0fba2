package dev.varve.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.varve.gateway.NodePort.Answer;
import dev.varve.gateway.NodePort.Outcome;
import dev.varve.ledger.Transactions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class RpcNodePortTest {
  private static final Pattern REQUEST =
      Pattern.compile(
          "\\{\"jsonrpc\":\"2.0\",\"id\":(\\d+),\"method\":\"broadcast_tx_async\","
              + "\"params\":\\{\"tx\":\"([^\"]*)\"}}");

  private FakeRpc node;
  private RpcNodePort port;

  @BeforeEach
  void start() throws IOException {
    node = new FakeRpc();
    port = new RpcNodePort(node.uri(), 10_000, 64, Duration.ofSeconds(30));
  }

  @AfterEach
  void stop() throws IOException {
    port.close();
    node.close();
  }

  @Test
  void shouldSendInOrderWithoutWaitingForAnswers() {
    List<String> received = Collections.synchronizedList(new ArrayList<>());
    List<String> open = Collections.synchronizedList(new ArrayList<>());
    node.messages =
        (session, text) -> {
          received.add(tx(text));
          open.add(text);
          if (open.size() == 50) {
            open.forEach(each -> session.send(taken(each)));
          }
        };
    List<CompletableFuture<Answer>> answers =
        IntStream.range(0, 50).mapToObj(i -> send("k" + i + "=1")).toList();
    answers.forEach(answer -> assertThat(answer.join().outcome()).isEqualTo(Outcome.TAKEN));
    assertThat(received).isEqualTo(IntStream.range(0, 50).mapToObj(i -> "k" + i + "=1").toList());
    assertThat(node.sockets).hasValue(1);
    assertThat(port.isUp()).isTrue();
    assertThat(port.problem()).isEmpty();
  }

  @Test
  void shouldTellTheNodesErrorsApart() {
    List<String> data =
        List.of(
            "tx already exists in cache",
            "mempool is full: number of txs 5000 (max: 5000)",
            "mempool is still rechecking after a new committed block",
            "Tx too large. Max size is 1048576, but got 1048577",
            "tx pre check: tx size is too big: 5, max: 4",
            "something else");
    node.messages =
        (session, text) ->
            session.send(
                "{\"jsonrpc\":\"2.0\",\"id\":"
                    + id(text)
                    + ",\"error\":{\"code\":-32603,\"message\":\"Internal error\",\"data\":\""
                    + data.get(Integer.parseInt(tx(text).substring(2)))
                    + "\"}}");
    List<Answer> answers =
        IntStream.range(0, data.size()).mapToObj(i -> send("k=" + i).join()).toList();
    assertThat(answers)
        .extracting(Answer::outcome)
        .containsExactly(
            Outcome.KNOWN,
            Outcome.AGAIN,
            Outcome.AGAIN,
            Outcome.REFUSED,
            Outcome.REFUSED,
            Outcome.AGAIN);
    assertThat(answers.get(5).detail()).isEqualTo("Internal error: something else");
  }

  @Test
  void shouldSayThatItDoesNotKnowWhenTheConnectionBreaks() {
    node.messages =
        (session, text) -> {
          switch (tx(text)) {
            case "b=1" -> {}
            case "c=1" -> session.cut();
            default -> session.send(taken(text));
          }
        };
    CompletableFuture<Answer> first = send("a=1");
    assertThat(first.join().outcome()).isEqualTo(Outcome.TAKEN);
    CompletableFuture<Answer> second = send("b=1");
    CompletableFuture<Answer> third = send("c=1");
    assertThat(second.join().outcome()).isEqualTo(Outcome.UNKNOWN);
    assertThat(third.join().outcome()).isEqualTo(Outcome.UNKNOWN);
    assertThat(port.isUp()).isFalse();
    assertThat(port.problem()).isNotEmpty();
    assertThat(send("d=1").join().outcome()).isEqualTo(Outcome.TAKEN);
    assertThat(port.isUp()).isTrue();
    assertThat(node.sockets).hasValue(2);
  }

  @Test
  void shouldSayWhenNobodyAnswers() throws IOException {
    try (Socket taken = new Socket()) {
      // A port that nobody listens on, and that nobody else gets meanwhile.
      taken.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      port.close();
      port = new RpcNodePort(URI.create("http://127.0.0.1:" + taken.getLocalPort()));
      Answer answer = send("a=1").join();
      assertThat(answer.outcome()).isEqualTo(Outcome.UNKNOWN);
      assertThat(answer.detail()).contains("no connection to ws://127.0.0.1");
      assertThat(port.isUp()).isFalse();
    }
  }

  @Test
  void shouldGiveUpAConnectionThatDoesNotAnswer() {
    port.close();
    port = new RpcNodePort(node.uri(), 10_000, 64, Duration.ofMillis(50));
    assertThat(send("a=1").join())
        .isEqualTo(new Answer(Outcome.UNKNOWN, "the node gave no answer in 0 s"));
  }

  @Test
  void shouldCountGarbageAgainstTheFirstThatWaits() {
    for (String garbage :
        List.of("nothing", "[]", "{}", "{\"id\":77,\"result\":{}}", "x".repeat(1 << 10))) {
      List<String> open = Collections.synchronizedList(new ArrayList<>());
      node.messages =
          (session, text) -> {
            open.add(text);
            if (open.size() == 2) {
              session.send(garbage);
            }
          };
      CompletableFuture<Answer> first = send("a=1");
      CompletableFuture<Answer> second = send("b=1");
      assertThat(first.join().outcome()).as(garbage).isEqualTo(Outcome.AGAIN);
      assertThat(second.join().outcome()).as(garbage).isEqualTo(Outcome.UNKNOWN);
    }
  }

  @Test
  void shouldRefuseWhatTheNodeWouldNotRead() {
    node.messages = (session, text) -> session.send(taken(text));
    assertThat(send("k=" + "x".repeat(10_000)).join().outcome()).isEqualTo(Outcome.REFUSED);
    assertThat(send("a=1").join().outcome()).isEqualTo(Outcome.TAKEN);
  }

  @Test
  void shouldRefuseTheLargestWhereTheNodeSaysTooLarge() {
    List<String> open = Collections.synchronizedList(new ArrayList<>());
    node.messages =
        (session, text) -> {
          open.add(text);
          if (open.size() == 3) {
            session.close(1009);
          }
        };
    CompletableFuture<Answer> first = send("a=1");
    CompletableFuture<Answer> large = send("k=" + "x".repeat(5_000));
    CompletableFuture<Answer> last = send("b=1");
    assertThat(large.join().outcome()).isEqualTo(Outcome.REFUSED);
    assertThat(first.join().outcome()).isEqualTo(Outcome.UNKNOWN);
    assertThat(last.join().outcome()).isEqualTo(Outcome.UNKNOWN);
  }

  @Test
  void shouldWaitWhileTooManyAreUnderWay() throws InterruptedException {
    List<String> open = Collections.synchronizedList(new ArrayList<>());
    List<FakeRpc.Session> sessions = Collections.synchronizedList(new ArrayList<>());
    node.messages =
        (session, text) -> {
          open.add(text);
          sessions.add(session);
        };
    CompletableFuture<List<CompletableFuture<Answer>>> sent =
        CompletableFuture.supplyAsync(
            () -> IntStream.range(0, 65).mapToObj(i -> send("k" + i + "=1")).toList());
    while (open.size() < 64) {
      TimeUnit.MILLISECONDS.sleep(1);
    }
    assertThat(sent).isNotDone();
    node.messages = (session, text) -> session.send(taken(text));
    List.copyOf(open).forEach(text -> sessions.get(0).send(taken(text)));
    sent.join().forEach(answer -> assertThat(answer.join().outcome()).isEqualTo(Outcome.TAKEN));
  }

  @Test
  void shouldEndWhatWaitsWhenItCloses() {
    CompletableFuture<Answer> waiting = send("a=1");
    port.close();
    assertThat(waiting.join().outcome()).isEqualTo(Outcome.UNKNOWN);
    assertThat(send("b=1").join().outcome()).isEqualTo(Outcome.UNKNOWN);
  }

  @Test
  void shouldRefuseAnAddressThatIsNone() {
    assertThatThrownBy(() -> new RpcNodePort(URI.create("unix:/tmp/x")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("http://HOST:PORT");
  }

  /** The way the gateway uses it, with a node that takes everything into blocks. */
  @Test
  void shouldCarryAGatewaysTasks() {
    SimStore.Image image = new SimStore.Image();
    try (SimChain chain = new SimChain()) {
      node.messages =
          (session, text) -> {
            chain.block(List.of(ByteString.copyFromUtf8(tx(text))));
            session.send(taken(text));
          };
      try (Gateway gateway =
          Gateway.open(new SimStore(image), chain.chain, port, GatewayConfig.defaults())) {
        List<TaskStatus> accepted =
            gateway
                .submit(
                    List.of(
                        new Submission(Transactions.text("a", "1"), false, "", false),
                        new Submission(Transactions.text("b", "1"), true, "", false)))
                .join();
        for (TaskStatus task : accepted) {
          assertThat(gateway.whenDone(task.id(), Duration.ofSeconds(30)).join().state())
              .isEqualTo(TaskState.COMMITTED);
        }
      }
      assertThat(image.tasks).isEmpty();
    }
  }

  private CompletableFuture<Answer> send(String text) {
    return port.send(ByteString.copyFromUtf8(text)).toCompletableFuture();
  }

  private static String tx(String request) {
    return new String(
        Base64.getDecoder().decode(matched(request).group(2)), StandardCharsets.UTF_8);
  }

  private static String id(String request) {
    return matched(request).group(1);
  }

  private static Matcher matched(String request) {
    Matcher matcher = REQUEST.matcher(request);
    assertThat(matcher.matches()).as(request).isTrue();
    return matcher;
  }

  private static String taken(String request) {
    return "{\"jsonrpc\":\"2.0\",\"id\":"
        + id(request)
        + ",\"result\":{\"code\":0,\"data\":\"\",\"log\":\"\",\"codespace\":\"\",\"hash\":\"AB\"}}";
  }
}
