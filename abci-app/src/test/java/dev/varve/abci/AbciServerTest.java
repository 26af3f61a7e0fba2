package dev.varve.abci;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.varve.abci.types.RequestCheckTx;
import dev.varve.abci.types.RequestCommit;
import dev.varve.abci.types.RequestFinalizeBlock;
import dev.varve.abci.types.RequestQuery;
import dev.varve.abci.types.Response;
import dev.varve.abci.types.ResponseCheckTx;
import dev.varve.abci.types.ResponseCommit;
import dev.varve.abci.types.ResponseFinalizeBlock;
import dev.varve.abci.types.ResponseQuery;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a well-behaved node sees. */
@Timeout(60)
class AbciServerTest {
  private static final String ANY_PORT = "tcp://127.0.0.1:0";

  @TempDir private Path folder;
  private final RecordingApplication application = new RecordingApplication();

  private AbciServer start(String address) {
    return AbciServer.start(AbciServerConfig.of(address), application.application());
  }

  private String address(String scheme) {
    return scheme.equals("tcp") ? ANY_PORT : "unix://" + folder.resolve("app.sock");
  }

  @ParameterizedTest
  @ValueSource(strings = {"tcp", "unix"})
  void shouldAnswerCalls(String scheme) throws IOException {
    application.on(RequestQuery.class, q -> ResponseQuery.newBuilder().setLog(q.getPath()).build());
    try (AbciServer server = start(address(scheme));
        AbciClient client = AbciClient.connect(server.address())) {
      assertThat(client.call(Requests.echo("hi")).getEcho().getMessage()).isEqualTo("hi");
      assertThat(client.call(Requests.query("/status")).getQuery().getLog()).isEqualTo("/status");
      assertThat(client.call(Requests.COMMIT).hasCommit()).isTrue();
    }
    assertThat(folder).isEmptyDirectory();
  }

  @ParameterizedTest
  @ValueSource(strings = {"tcp", "unix"})
  void shouldAnswerPipelinedCheckTxInOrder(String scheme) throws Exception {
    application.on(
        RequestCheckTx.class, q -> ResponseCheckTx.newBuilder().setData(q.getTx()).build());
    int count = 10_000;
    try (AbciServer server = start(address(scheme));
        AbciClient client = AbciClient.connect(server.address())) {
      List<String> answers = new ArrayList<>();
      Thread receiver =
          TestThreads.start(
              "receiver",
              () -> {
                for (int i = 0; i < count; i++) {
                  answers.add(client.receive().getCheckTx().getData().toStringUtf8());
                }
                assertThat(client.receive().hasFlush()).isTrue();
              });
      for (int i = 0; i < count; i++) {
        client.send(Requests.checkTx("tx" + i));
      }
      client.send(Requests.FLUSH);
      client.flush();
      receiver.join();
      assertThat(answers).hasSize(count);
      for (int i = 0; i < count; i++) {
        assertThat(answers.get(i)).isEqualTo("tx" + i);
      }
    }
  }

  @Test
  void shouldWithholdNoAnswerBehindFlush() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    application.on(
        RequestQuery.class,
        q -> {
          TestThreads.await(release);
          return ResponseQuery.getDefaultInstance();
        });
    try (AbciServer server = start(ANY_PORT);
        AbciClient client = AbciClient.connect(server.address())) {
      client.send(Requests.checkTx("a"));
      client.send(Requests.FLUSH);
      client.send(Requests.query("blocks"));
      client.flush();
      assertThat(client.receive().hasCheckTx()).isTrue();
      assertThat(client.receive().hasFlush()).isTrue();
      release.countDown();
      assertThat(client.receive().hasQuery()).isTrue();
    }
  }

  @Test
  void shouldPushAnswersWithoutFlushWhenNothingFollows() throws Exception {
    try (AbciServer server = start(ANY_PORT);
        AbciClient client = AbciClient.connect(server.address())) {
      client.send(Requests.checkTx("a"));
      client.flush();
      assertThat(client.receive().hasCheckTx()).isTrue();
    }
  }

  @Test
  void shouldAnswerCheckTxWhileAQueryAndACommitRun() throws Exception {
    CountDownLatch running = new CountDownLatch(2);
    CountDownLatch release = new CountDownLatch(1);
    application
        .on(RequestQuery.class, q -> hold(running, release, ResponseQuery.getDefaultInstance()))
        .on(RequestCommit.class, q -> hold(running, release, ResponseCommit.getDefaultInstance()));
    try (AbciServer server = start(ANY_PORT);
        AbciClient query = AbciClient.connect(server.address());
        AbciClient consensus = AbciClient.connect(server.address());
        AbciClient snapshot = AbciClient.connect(server.address());
        AbciClient mempool = AbciClient.connect(server.address())) {
      query.send(Requests.query("blocks"));
      query.flush();
      consensus.send(Requests.COMMIT);
      consensus.flush();
      running.await();
      assertThat(mempool.call(Requests.checkTx("a")).hasCheckTx()).isTrue();
      assertThat(snapshot.call(Requests.echo("b")).hasEcho()).isTrue();
      release.countDown();
      assertThat(query.receive().hasQuery()).isTrue();
      assertThat(consensus.receive().hasCommit()).isTrue();
    }
  }

  private static <R> R hold(CountDownLatch running, CountDownLatch release, R answer) {
    running.countDown();
    TestThreads.await(release);
    return answer;
  }

  @Test
  void shouldNeverRunTwoConsensusCallsAtOnce() throws Exception {
    AtomicInteger inside = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    application.on(
        RequestFinalizeBlock.class,
        q -> {
          most.accumulateAndGet(inside.incrementAndGet(), Math::max);
          LockSupport.parkNanos(10_000);
          inside.decrementAndGet();
          return ResponseFinalizeBlock.getDefaultInstance();
        });
    try (AbciServer server = start(ANY_PORT)) {
      List<Thread> threads = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        threads.add(
            TestThreads.start(
                "consensus-" + i,
                () -> {
                  try (AbciClient client = AbciClient.connect(server.address())) {
                    for (int height = 1; height <= 200; height++) {
                      client.call(Requests.finalizeBlock(height, 1, 1));
                    }
                  }
                }));
      }
      for (Thread thread : threads) {
        thread.join();
      }
    }
    assertThat(application.requests()).hasSize(800);
    assertThat(most).hasValue(1);
  }

  @Test
  void shouldCarryLargeMessagesBothWays() throws Exception {
    application.on(
        RequestFinalizeBlock.class,
        q -> {
          var answer = ResponseFinalizeBlock.newBuilder().setAppHash(q.getTxs(0));
          q.getTxsList().forEach(tx -> answer.addTxResultsBuilder().setData(tx));
          return answer.build();
        });
    try (AbciServer server = start(ANY_PORT);
        AbciClient client = AbciClient.connect(server.address())) {
      for (int i = 0; i < 3; i++) {
        Response response = client.call(Requests.finalizeBlock(1, 12, 1 << 20));
        assertThat(response.getFinalizeBlock().getTxResultsCount()).isEqualTo(12);
        ByteString last = response.getFinalizeBlock().getTxResults(11).getData();
        assertThat(last.size()).isEqualTo(1 << 20);
        assertThat(client.call(Requests.checkTx("small")).hasCheckTx()).isTrue();
      }
    }
  }

  @Test
  void shouldEndIdleConnectionsAtClose() throws Exception {
    AbciServer server = start(address("unix"));
    try (AbciClient client = AbciClient.connect(server.address())) {
      client.call(Requests.echo("a"));
      server.close();
      assertThat(TestThreads.named("abci")).isEmpty();
      assertThat(Files.exists(folder.resolve("app.sock"))).isFalse();
    }
  }
}
