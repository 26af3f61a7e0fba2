package dev.varve.gateway;

import static dev.varve.ledger.Transactions.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.varve.ledger.Transactions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FollowingTest {
  private World world = new World(World.config());

  @AfterEach
  void close() {
    world.close();
  }

  @Test
  void shouldFailWhatABlockRefuses() {
    ByteString tx = Transactions.envelope(3).put(bytes("a"), bytes("1")).build();
    TaskStatus task = world.accept(tx, false, "");
    world.follow();
    world.send();
    world.chain.block(List.of());
    world.chain.block(List.of());
    world.chain.block(List.of());
    world.node.block(1);
    world.follow();
    TaskStatus failed = world.task(task.id());
    assertThat(failed.state()).isEqualTo(TaskState.FAILED);
    assertThat(failed.code()).isEqualTo(2);
    assertThat(failed.height()).isEqualTo(4);
    assertThat(failed.reason()).contains("with code 2").contains("expired");
    assertThat(world.value("a")).isNull();
  }

  @Test
  void shouldFailWhatExpiresUnsent() {
    ByteString tx = Transactions.envelope(3).put(bytes("a"), bytes("1")).build();
    world.node.mood = SimNode.Mood.DOWN;
    TaskStatus task = world.accept(tx, false, "");
    for (int i = 0; i < 5; i++) {
      world.chain.block(List.of());
    }
    world.node.mood = SimNode.Mood.PROMPT;
    world.settle(15);
    assertThat(world.task(task.id()).reason()).contains("code 2").contains("expired");
  }

  @Test
  void shouldTakeAnotherInclusionOfAnEnvelopeForItsOwn() {
    ByteString tx = Transactions.envelope(100).put(bytes("a"), bytes("1")).build();
    TaskStatus first = world.accept(tx, false, "");
    TaskStatus second = world.accept(tx, false, "");
    world.settle(30);
    assertThat(world.chain.of(tx)).hasSize(1);
    assertThat(world.task(first.id()).state()).isEqualTo(TaskState.COMMITTED);
    assertThat(world.task(second.id()).state()).isEqualTo(TaskState.COMMITTED);
    assertThat(world.task(second.id()).height()).isEqualTo(world.task(first.id()).height());
  }

  @Test
  void shouldTakeAReplayedInclusionForTheOneBefore() {
    ByteString tx = Transactions.envelope(100).put(bytes("a"), bytes("1")).build();
    TaskStatus task = world.accept(tx, false, "");
    world.follow();
    world.send();
    world.chain.block(List.of(tx, tx));
    world.follow();
    assertThat(world.task(task.id()).index()).isZero();
    assertThat(world.task(task.id()).state()).isEqualTo(TaskState.COMMITTED);
  }

  @Test
  void shouldNotTakeAnInclusionBeforeItsAcceptance() {
    world.chain.block(List.of(text("a", "1")));
    TaskStatus task = world.accept("a", "1");
    world.follow();
    assertThat(world.task(task.id()).state()).isEqualTo(TaskState.QUEUED);
    world.settle(3);
    assertThat(world.chain.of(text("a", "1"))).hasSize(2);
  }

  @Test
  void shouldSendNothingBeforeOldBlocksWereLookedThrough() {
    world.accept("a", "1");
    world.follow();
    world.send();
    world.node.block(1);
    world.crash();
    world.send();
    assertThat(world.node.sent).hasSize(1);
    world.follow();
    assertThat(world.pending()).isZero();
    assertThat(world.node.sent).hasSize(1);
  }

  @Test
  void shouldAskForThePlaceWhereBlocksAreNotKept() {
    world.chain.block(List.of());
    world.follow();
    TaskStatus in = world.accept("a", "1");
    TaskStatus out = world.accept("b", "1");
    world.follow();
    world.send();
    world.node.block(1);
    for (int i = 0; i < 20; i++) {
      world.chain.block(List.of());
    }
    world.chain.engine.chainFloor = 15;
    world.node.evict(0);
    world.crash();
    world.follow();
    assertThat(world.task(in.id()).state()).isEqualTo(TaskState.COMMITTED);
    assertThat(world.task(in.id()).height()).isEqualTo(2);
    assertThat(world.task(out.id()).state()).isEqualTo(TaskState.QUEUED);
    world.settle(3);
  }

  @Test
  void shouldMendTheFailedList() {
    world.node.disliked.add(text("a", "1"));
    TaskStatus task = world.accept(text("a", "1"), false, "key");
    for (int i = 0; i < 600 && world.pending() > 0; i++) {
      world.round();
      world.clock.advance(Duration.ofSeconds(1));
    }
    assertThat(world.gateway.pendingTx(task.hash())).contains(text("a", "1"));
    world.node.disliked.clear();
    var requeued = world.gateway.requeue(task.id());
    assertThatThrownBy(() -> world.gateway.requeue(task.id()).join())
        .hasCauseInstanceOf(UplinkException.Conflict.class);
    world.write();
    long id = requeued.join().id();
    assertThat(id).isGreaterThan(task.id());
    assertThat(world.image.failed).isEmpty();
    assertThat(world.image.tasks).containsOnlyKeys(id);
    assertThat(world.accept(text("a", "1"), false, "key").id()).isEqualTo(id);
    world.settle(3);
    assertThatThrownBy(() -> world.gateway.requeue(task.id()).join())
        .hasCauseInstanceOf(UplinkException.NotFound.class);
  }

  @Test
  void shouldDropOnlyWhatWasNotSent() {
    TaskStatus queued = world.accept("a", "1");
    var dropped = world.gateway.drop(queued.id());
    world.follow();
    world.send();
    world.write();
    assertThat(dropped.join().state()).isEqualTo(TaskState.DROPPED);
    assertThat(world.node.sent).isEmpty();
    assertThat(world.image.tasks).isEmpty();
    assertThat(world.value("a")).isNull();
    TaskStatus sent = world.accept("b", "1");
    world.send();
    assertThatThrownBy(() -> world.gateway.drop(sent.id()).join())
        .hasCauseInstanceOf(UplinkException.Conflict.class);
    assertThatThrownBy(() -> world.gateway.drop(77).join())
        .hasCauseInstanceOf(UplinkException.NotFound.class);
  }

  @Test
  void shouldTellASlowListenerThatItIsDropped() {
    world.close();
    GatewayConfig.Limits few = new GatewayConfig.Limits(100, 1_000, 100, 100, 10, 1, 3);
    world = new World(World.config().withLimits(few));
    List<TaskStatus> told = new ArrayList<>();
    List<String> dropped = new ArrayList<>();
    world.gateway.subscribe(told::add, () -> dropped.add("dropped"));
    assertThatThrownBy(() -> world.gateway.subscribe(told::add))
        .isInstanceOf(UplinkException.Busy.class);
    List<Submission> four =
        IntStream.range(0, 4)
            .mapToObj(i -> new Submission(text("k" + i, "1"), false, "", false))
            .toList();
    CompletableFuture<List<TaskStatus>> accepted = world.gateway.submit(four);
    world.gateway.backup.step();
    world.write();
    assertThat(accepted).isCompleted();
    assertThat(dropped).hasSize(1);
    assertThat(told).isEmpty();
    world.gateway.subscribe(told::add);
    world.accept("b", "1");
    assertThat(told).hasSize(1);
  }

  private static ByteString bytes(String text) {
    return ByteString.copyFromUtf8(text);
  }
}
