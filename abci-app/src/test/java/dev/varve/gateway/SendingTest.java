package dev.varve.gateway;

import static dev.varve.ledger.Transactions.text;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.varve.ledger.Transactions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SendingTest {
  private World world = new World(World.config());

  @AfterEach
  void close() {
    world.close();
  }

  @Test
  void shouldSendInOrderOfAcceptance() {
    List<ByteString> txs = IntStream.range(0, 50).mapToObj(i -> text("k" + (50 - i), "1")).toList();
    txs.forEach(tx -> world.accept(tx, false, ""));
    world.settle(3);
    assertThat(world.node.sent).isEqualTo(txs);
    assertThat(world.chain.inclusions).extracting(SimChain.Inclusion::tx).isEqualTo(txs);
    assertThat(world.image.tasks).isEmpty();
  }

  @Test
  void shouldTellTheStatesOfATask() {
    List<TaskState> told = new ArrayList<>();
    world.gateway.subscribe(status -> told.add(status.state()));
    TaskStatus task = world.accept("a", "1");
    world.node.mood = SimNode.Mood.SLOW;
    world.follow();
    world.send();
    assertThat(world.task(task.id()).state()).isEqualTo(TaskState.SENT);
    world.node.answer();
    world.write();
    assertThat(world.task(task.id()).state()).isEqualTo(TaskState.IN_MEMPOOL);
    world.node.block(1);
    world.follow();
    TaskStatus done = world.task(task.id());
    assertThat(done.state()).isEqualTo(TaskState.COMMITTED);
    assertThat(done.height()).isEqualTo(1);
    assertThat(done.attempts()).isEqualTo(1);
    assertThat(told)
        .containsExactly(
            TaskState.QUEUED, TaskState.SENT, TaskState.IN_MEMPOOL, TaskState.COMMITTED);
  }

  @Test
  void shouldCountWhatBecomesOfTasks() {
    world.node.mood = SimNode.Mood.SLOW;
    world.accept("a", "1");
    world.accept("b", "1");
    TaskStatus queued = world.accept("c", "1");
    CompletableFuture<TaskStatus> dropped = world.gateway.drop(queued.id());
    CompletableFuture<List<TaskStatus>> accepted = world.submit(text("d", "1"), false, "");
    UplinkStatus status = world.gateway.status();
    assertThat(status.accepting()).isEqualTo(1);
    assertThat(status.queued()).isEqualTo(3);
    world.write();
    assertThat(dropped).isCompleted();
    assertThat(accepted).isCompleted();
    world.follow();
    world.send();
    status = world.gateway.status();
    assertThat(List.of(status.queued(), status.inFlight(), status.inMempool()))
        .containsExactly(0, 3, 0);
    world.node.breakConnection(1);
    world.node.mood = SimNode.Mood.PROMPT;
    world.clock.advance(Duration.ofSeconds(1));
    world.follow();
    world.send();
    assertThat(world.gateway.status().inMempool()).isEqualTo(3);
    world.settle(3);
    assertThat(world.gateway.status().counts()).isEqualTo(new UplinkCounts(3, 0, 1, 3));
  }

  @Test
  void shouldSendAgainWhatTheConnectionLost() {
    world.node.mood = SimNode.Mood.SLOW;
    for (int i = 0; i < 10; i++) {
      world.accept("k" + i, "1");
    }
    world.follow();
    world.send();
    assertThat(world.gateway.status().inFlight()).isEqualTo(10);
    world.node.breakConnection(4);
    world.node.mood = SimNode.Mood.PROMPT;
    assertThat(world.gateway.status().inFlight()).isZero();
    world.send();
    assertThat(world.node.sent).as("nothing before the pause is over").hasSize(10);
    world.clock.advance(Duration.ofSeconds(1));
    world.settle(3);
    assertThat(world.chain.inclusions).hasSize(10);
    assertThat(world.node.sent).hasSize(20);
    assertThat(world.task(1).attempts()).isEqualTo(1);
  }

  @Test
  void shouldWaitForTheNodeWithoutUsingAttemptsUp() {
    world.node.mood = SimNode.Mood.DOWN;
    TaskStatus task = world.accept("a", "1");
    for (int i = 0; i < 1_000; i++) {
      world.follow();
      world.send();
      world.clock.advance(Duration.ofSeconds(1));
    }
    assertThat(world.task(task.id()).state()).isEqualTo(TaskState.QUEUED);
    assertThat(world.task(task.id()).reason()).isEqualTo("connection refused");
    assertThat(world.node.sent).as("with pauses").hasSizeBetween(150, 600);
    assertThat(world.gateway.status().nodeProblem()).isEqualTo("connection refused");
    world.node.mood = SimNode.Mood.PROMPT;
    world.settle(10);
  }

  @Test
  void shouldSendAgainWhatARestartedNodeForgot() {
    world.accept("a", "1");
    world.accept("b", "1");
    world.follow();
    world.send();
    assertThat(world.node.mempoolSize()).isEqualTo(2);
    world.node.restart();
    world.accept("c", "1");
    world.clock.advance(Duration.ofSeconds(1));
    world.settle(3);
    assertThat(world.chain.inclusions)
        .extracting(SimChain.Inclusion::tx)
        .containsExactly(text("a", "1"), text("b", "1"), text("c", "1"));
  }

  @Test
  void shouldSendAgainWhatIsInNoBlock() {
    TaskStatus task = world.accept("a", "1");
    world.follow();
    world.send();
    world.node.evict(0);
    for (int i = 0; i < 9; i++) {
      world.round();
    }
    assertThat(world.node.sent).hasSize(1);
    world.settle(3);
    assertThat(world.node.sent).hasSize(2);
    assertThat(world.task(task.id()).attempts()).isEqualTo(2);
  }

  @Test
  void shouldSendAgainInTimeWhereNoBlocksCome() {
    world.accept("a", "1");
    world.follow();
    world.send();
    world.node.evict(0);
    world.clock.advance(Duration.ofSeconds(31));
    world.follow();
    world.send();
    assertThat(world.node.mempoolSize()).isEqualTo(1);
  }

  @Test
  void shouldGiveUpWhatTheNodeNeverTakes() {
    world.node.disliked.add(text("bad", "1"));
    TaskStatus bad = world.accept("bad", "1");
    TaskStatus good = world.accept("good", "1");
    for (int i = 0; i < 600 && world.pending() > 0; i++) {
      world.round();
      world.clock.advance(Duration.ofSeconds(1));
      if (i == 10) {
        assertThat(world.task(good.id()).state()).isEqualTo(TaskState.COMMITTED);
      }
    }
    TaskStatus failed = world.task(bad.id());
    assertThat(failed.state()).isEqualTo(TaskState.FAILED);
    assertThat(failed.attempts()).isEqualTo(20);
    assertThat(failed.reason()).contains("this one not");
    assertThat(world.image.failed).containsOnlyKeys(bad.id());

    world.crash();
    assertThat(world.task(bad.id()).reason()).isEqualTo(failed.reason());
    assertThat(world.gateway.list(TaskState.FAILED, 0, 10)).hasSize(1);
  }

  @Test
  void shouldNotGiveUpWhileTheChainStandsStill() {
    world.node.mood = SimNode.Mood.ERRORS;
    TaskStatus task = world.accept("a", "1");
    world.follow();
    for (int i = 0; i < 3_600; i++) {
      world.send();
      world.clock.advance(Duration.ofSeconds(1));
    }
    assertThat(world.task(task.id()).state()).isEqualTo(TaskState.QUEUED);
    assertThat(world.node.sent.size()).isGreaterThan(100);
    world.node.mood = SimNode.Mood.PROMPT;
    world.settle(60);
  }

  @Test
  void shouldComeThroughAFullMempool() {
    world.close();
    world = new World(World.config(), 1, 5, 10_000);
    for (int i = 0; i < 40; i++) {
      world.accept("k" + i, "1");
    }
    world.settle(200);
    assertThat(world.chain.inclusions).hasSize(40);
  }

  @Test
  void shouldKeepOneOrderedTaskAKeyUnderWay() {
    TaskStatus first = world.acceptOrdered("a", "1");
    TaskStatus second = world.acceptOrdered("a", "2");
    ByteString both =
        Transactions.envelope(500).put(bytes("a"), bytes("3")).put(bytes("b"), bytes("3")).build();
    TaskStatus third = world.accept(both, true, "");
    TaskStatus fourth = world.acceptOrdered("b", "4");
    TaskStatus free = world.acceptOrdered("c", "1");
    world.follow();
    world.send();
    assertThat(world.node.sent).containsExactly(text("a", "1"), text("c", "1"));
    world.node.evict(0);
    world.settle(60);
    assertThat(heights(first, second, third, fourth)).isSorted().doesNotHaveDuplicates();
    assertThat(world.task(free.id()).height()).isEqualTo(1);
    assertThat(world.chain.value("a")).isEqualTo("3");
    assertThat(world.chain.value("b")).isEqualTo("4");
  }

  @Test
  void shouldSendTheNextOrderedTaskWhenOneFails() {
    world.node.disliked.add(text("a", "1"));
    TaskStatus first = world.acceptOrdered("a", "1");
    TaskStatus second = world.acceptOrdered("a", "2");
    for (int i = 0; i < 600 && world.pending() > 0; i++) {
      world.round();
      world.clock.advance(Duration.ofSeconds(1));
    }
    assertThat(world.task(first.id()).state()).isEqualTo(TaskState.FAILED);
    assertThat(world.task(second.id()).state()).isEqualTo(TaskState.COMMITTED);
  }

  /** The node's cache refuses the third until other transactions have pushed the first out. */
  @Test
  void shouldBringTheSameBytesIntoTheChainTwice() {
    world.close();
    world = new World(World.config(), 1, 100, 5);
    TaskStatus first = world.acceptOrdered("a", "1");
    TaskStatus second = world.acceptOrdered("a", "2");
    TaskStatus third = world.acceptOrdered("a", "1");
    for (int i = 0; i < 60 && world.pending() > 0; i++) {
      world.round();
      for (int j = 0; j < 3; j++) {
        world.chain.block(List.of());
        world.accept("other" + i + "-" + j, "1");
      }
    }
    world.settle(20);
    assertThat(heights(first, second, third)).isSorted().doesNotHaveDuplicates();
    assertThat(world.chain.of(text("a", "1"))).hasSize(2);
    assertThat(world.chain.value("a")).isEqualTo("1");
  }

  @Test
  void shouldTellWhatTheNodesCacheKeepsOut() {
    world.acceptOrdered("a", "1");
    world.acceptOrdered("a", "2");
    TaskStatus third = world.acceptOrdered("a", "1");
    for (int i = 0; i < 5; i++) {
      world.round();
    }
    long next = world.chain.height() + 1;
    assertThat(world.gateway.toPropose(next)).containsExactly(text("a", "1"));
    assertThat(world.gateway.toPropose(next + 1)).isEmpty();
    world.chain.block(world.gateway.toPropose(next));
    assertThat(world.gateway.toPropose(next + 1)).as("until that was looked through").isEmpty();
    world.follow();
    assertThat(world.gateway.toPropose(next + 1)).isEmpty();
    assertThat(world.task(third.id()).height()).isEqualTo(next);
    world.accept("b", "1");
    world.round();
    assertThat(world.gateway.toPropose(world.chain.height() + 1)).isEmpty();
  }

  @Test
  void shouldStopSendingWithoutALease() {
    world.accept("a", "1");
    world.follow();
    world.store.maySend = false;
    world.send();
    assertThat(world.node.sent).isEmpty();
    world.store.maySend = true;
    world.settle(3);
  }

  private List<Long> heights(TaskStatus... tasks) {
    return Arrays.stream(tasks)
        .map(task -> world.task(task.id()))
        .peek(task -> assertThat(task.state()).isEqualTo(TaskState.COMMITTED))
        .map(TaskStatus::height)
        .toList();
  }

  private static ByteString bytes(String text) {
    return ByteString.copyFromUtf8(text);
  }
}
