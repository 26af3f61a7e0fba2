package dev.varve.gateway;

import static dev.varve.ledger.Transactions.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.varve.storage.PendingStore;
import dev.varve.storage.StorageException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A backup that cannot be opened when the gateway starts. */
class LateGatewayTest {
  private static final Duration LONG = Duration.ofSeconds(30);

  private final SimStore.Image image = new SimStore.Image();
  private final SimChain chain = new SimChain();
  private final SimNode node = new SimNode(chain, image, 100, 100);
  private final AtomicInteger tries = new AtomicInteger();
  private final CountDownLatch triedAgain = new CountDownLatch(3);
  private volatile RuntimeException failure = new StorageException.Unavailable("it is down", null);

  @AfterEach
  void close() {
    chain.close();
  }

  private PendingStore backup() {
    tries.incrementAndGet();
    triedAgain.countDown();
    if (failure != null) {
      throw failure;
    }
    return new SimStore(image);
  }

  private LateGateway open() {
    return LateGateway.open(this::backup, chain.chain, () -> node, GatewayConfig.defaults(), LONG);
  }

  @Test
  void shouldAnswerFromTheChainAndAcceptNothingUntilTheBackupIsOpen() throws Exception {
    chain.block(List.of(text("a", "1")));
    LinkedBlockingQueue<TaskStatus> told = new LinkedBlockingQueue<>();
    try (LateGateway late = open()) {
      AutoCloseable subscription = late.subscribe(told::add);
      assertThat(late.value(bytes("a"), false).value()).contains(bytes("1"));
      assertThat(late.tasks(bytes("hash"))).isEmpty();
      assertThat(late.status().nodeProblem()).contains("it is down");
      assertThat(late.problem()).contains("the backup is not open yet: it is down");
      assertThatThrownBy(() -> late.submit(List.of(submission())).join())
          .hasCauseInstanceOf(UplinkException.Unavailable.class)
          .hasMessageContaining("it is down");
      assertThatThrownBy(() -> late.list(TaskState.FAILED, 0, 1))
          .isInstanceOf(UplinkException.Unavailable.class);

      failure = null;
      TaskStatus accepted = accept(late);
      assertThat(late.problem()).isEmpty();
      assertThat(image.tasks).containsKey(accepted.id());
      TaskStatus heard = told.poll(LONG.toSeconds(), TimeUnit.SECONDS);
      assertThat(heard).as("who subscribed before is told").isNotNull();
      assertThat(heard.id()).isEqualTo(accepted.id());
      subscription.close();
    }
    assertThat(node.closed).isTrue();
    assertNoOpener();
  }

  @Test
  void shouldRefuseToStartOnABackupOfAnotherChain() {
    failure = new StorageException.Incompatible("another chain's");
    assertThatThrownBy(this::open)
        .isInstanceOf(StorageException.Incompatible.class)
        .hasMessage("another chain's");
    assertNoOpener();
  }

  @Test
  void shouldTellAndTryAgainWhenThatIsFoundOutLater() throws Exception {
    try (LateGateway late = open()) {
      failure = new StorageException.Incompatible("another chain's");
      assertThat(triedAgain.await(LONG.toSeconds(), TimeUnit.SECONDS)).isTrue();
      while (!late.problem().contains("another chain's")) {
        Thread.onSpinWait();
      }
      assertThatThrownBy(() -> late.submit(List.of(submission())).join())
          .hasMessageContaining("another chain's");
      failure = null;
      assertThat(accept(late).id()).isPositive();
    }
  }

  @Test
  void shouldEndWhileItWaits() {
    LateGateway late = open();
    late.close();
    int before = tries.get();
    assertNoOpener();
    assertThatThrownBy(() -> late.submit(List.of(submission())).join())
        .hasMessageContaining("is stopping");
    assertThat(tries.get()).isEqualTo(before);
  }

  private static Submission submission() {
    return new Submission(text("b", "2"), false, "", false);
  }

  /** As soon as it is accepted: the backup is open some time after it can be. */
  private static TaskStatus accept(LateGateway late) {
    long end = System.nanoTime() + LONG.toNanos();
    while (true) {
      var result = late.submit(List.of(submission())).handle((done, failed) -> done).join();
      if (result != null) {
        return result.get(0);
      }
      assertThat(System.nanoTime()).as(late.problem()).isLessThan(end);
      Thread.onSpinWait();
    }
  }

  private static void assertNoOpener() {
    assertThat(Thread.getAllStackTraces().keySet())
        .noneMatch(thread -> thread.getName().equals("varve-uplink-open") && thread.isAlive());
  }

  private static ByteString bytes(String text) {
    return ByteString.copyFromUtf8(text);
  }
}
