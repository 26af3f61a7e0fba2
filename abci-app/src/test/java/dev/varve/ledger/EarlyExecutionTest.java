package dev.varve.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class EarlyExecutionTest {
  private static final List<ByteString> TXS = txs("a=1", "b=2");

  private final BlockingQueue<ExecutedBlock> prepared = new LinkedBlockingQueue<>();
  private final EarlyExecution early = new EarlyExecution(prepared::add);
  private final AtomicInteger executions = new AtomicInteger();

  @AfterEach
  void close() {
    early.close();
  }

  @Test
  void shouldGiveTheProposedBlockOnceFromAThreadOfItsOwn() throws InterruptedException {
    AtomicReference<Thread> thread = new AtomicReference<>();
    CountDownLatch begun = new CountDownLatch(1);
    ExecutedBlock block = block();
    early.begin(
        2,
        TXS,
        () -> {
          thread.set(Thread.currentThread());
          begun.countDown();
          return block;
        });
    begun.await();

    assertThat(early.take(2, txs("a=1", "b=2"))).containsSame(block);
    assertThat(thread.get().getName()).isEqualTo("varve-execute-early");
    assertThat(early.take(2, TXS)).isEmpty();
  }

  @Test
  void shouldNotGiveAnotherBlock() {
    for (List<ByteString> other : List.of(txs("a=1"), txs("a=1", "b=3"), txs("b=2", "a=1"))) {
      early.begin(2, TXS, () -> block());
      assertThat(early.take(2, other)).isEmpty();
    }
    early.begin(2, TXS, () -> block());
    assertThat(early.take(3, TXS)).isEmpty();
    assertThat(early.take(2, TXS)).as("it was dropped").isEmpty();
  }

  @Test
  void shouldExecuteAgainProposedBlocksOnceAndGiveTheLast() {
    early.begin(2, TXS, this::counted);
    early.begin(2, txs("a=1", "b=2"), this::counted);
    assertThat(early.take(2, TXS)).isPresent();
    assertThat(executions).hasValue(1);

    ExecutedBlock last = block();
    early.begin(3, TXS, this::counted);
    early.begin(3, txs("c=3"), () -> last);
    assertThat(early.take(3, txs("c=3"))).containsSame(last);
  }

  @Test
  void shouldWaitForABlockThatIsDroppedWhileItIsExecuted() throws InterruptedException {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch mayEnd = new CountDownLatch(1);
    AtomicInteger ended = new AtomicInteger();
    early.begin(
        2,
        TXS,
        () -> {
          begun.countDown();
          while (mayEnd.getCount() > 0) {
            Thread.onSpinWait();
          }
          ended.incrementAndGet();
          return block();
        });
    begun.await();
    Thread other =
        new Thread(
            () -> {
              assertThat(early.take(2, txs("other"))).isEmpty();
              ended.addAndGet(10);
            });
    other.start();
    mayEnd.countDown();
    other.join();
    assertThat(ended).hasValue(11);
  }

  @Test
  void shouldLeaveAFailureToTheCaller() {
    early.begin(
        2,
        TXS,
        () -> {
          throw new IllegalStateException("the disk is away");
        });
    assertThat(early.take(2, TXS)).isEmpty();
  }

  @Test
  void shouldKeepAnInterruptOfTheCaller() {
    early.begin(2, TXS, () -> block());
    Thread.currentThread().interrupt();
    assertThat(early.take(2, TXS)).isPresent();
    assertThat(Thread.interrupted()).isTrue();
  }

  @Test
  void shouldDoNothingAfterItWasClosed() {
    early.close();
    early.begin(2, TXS, this::counted);
    assertThat(early.take(2, TXS)).isEmpty();
    assertThat(executions).hasValue(0);
  }

  @Test
  void shouldMakeReadyWhatItExecuted() throws InterruptedException {
    ExecutedBlock block = block();
    early.begin(2, TXS, () -> block);
    assertThat(prepared.poll(1, TimeUnit.MINUTES)).isSameAs(block);
    assertThat(early.take(2, TXS)).containsSame(block);
  }

  @Test
  void shouldGiveABlockThatCannotBeMadeReady() {
    try (EarlyExecution failing =
        new EarlyExecution(
            block -> {
              throw new IllegalArgumentException("larger than what one write takes");
            })) {
      for (int height = 2; height < 5; height++) {
        failing.begin(height, TXS, () -> block());
        assertThat(failing.take(height, TXS)).isPresent();
      }
    }
  }

  private ExecutedBlock counted() {
    executions.incrementAndGet();
    return block();
  }

  private static ExecutedBlock block() {
    return new ExecutedBlock(2, List.of(), List.of(), null, List.of(), null);
  }

  private static List<ByteString> txs(String... texts) {
    return List.of(texts).stream().map(ByteString::copyFromUtf8).toList();
  }
}
