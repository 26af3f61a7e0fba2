package dev.varve.gateway;

import static dev.varve.ledger.Transactions.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.varve.ledger.Transactions;
import dev.varve.storage.FailedTask;
import dev.varve.storage.PendingChange;
import dev.varve.storage.PendingTask;
import dev.varve.storage.StorageException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A gateway whose tasks another takes over, and one that is asked what others have just done. */
class TakenOverTest {
  private World world;

  @BeforeEach
  void open() {
    GatewayConfig config = World.config();
    world = new World(config.withBackup(config.backup().withSharePeriod(Duration.ofMillis(50))));
    world.chain.block(List.of());
    world.follow();
  }

  @AfterEach
  void close() {
    world.close();
  }

  @Test
  void shouldNotSendWhatAnotherHasTakenOver() {
    TaskStatus task = world.accept("a", "1");
    takenOver(task);
    world.round();
    assertThat(world.node.sent).isEmpty();
    assertThat(world.value("a")).as("still readable").isEqualTo("1");

    int writes = world.store.writes;
    world.chain.block(List.of(text("a", "1")));
    world.follow();
    assertThat(world.task(task.id()).state()).isEqualTo(TaskState.COMMITTED);
    assertThat(world.store.writes).as("the other one writes that").isEqualTo(writes);
  }

  @Test
  void shouldNotSendAgainWhatWasUnderWayWhenItWasTakenOver() {
    TaskStatus queued = world.accept("a", "1");
    world.node.mood = SimNode.Mood.SLOW;
    world.send();
    assertThat(world.node.sent).hasSize(1);
    takenOver(queued);
    world.node.answerAll();
    world.node.restart();
    for (int i = 0; i < 20; i++) {
      world.chain.block(List.of());
      world.follow();
      world.send();
      world.clock.advance(Duration.ofSeconds(10));
    }
    assertThat(world.node.sent).hasSize(1);
    assertThat(world.task(queued.id()).state()).isEqualTo(TaskState.QUEUED);
  }

  @Test
  void shouldKeepTheOrderBehindWhatWasTakenOver() {
    TaskStatus first = world.acceptOrdered("a", "1");
    takenOver(first);
    world.acceptOrdered("a", "2");
    world.round();
    assertThat(world.node.sent).as("the other one has not sent the first").isEmpty();
    world.chain.block(List.of(text("a", "1")));
    world.round();
    assertThat(world.node.sent).containsExactly(text("a", "2"));
    assertThat(world.value("a")).isEqualTo("2");
  }

  @Test
  void shouldSendInOrderWhatItTakesBack() {
    TaskStatus first = world.acceptOrdered("a", "1");
    TaskStatus second = world.acceptOrdered("a", "2");
    takenOver(first);
    takenOver(second);
    world.round();
    assertThat(world.node.sent).isEmpty();
    world.store.left.add(world.image.tasks.get(first.id()));
    world.store.left.add(world.image.tasks.get(second.id()));
    world.clock.advance(Duration.ofSeconds(1));
    world.gateway.share();
    world.settle(5);
    assertThat(world.node.sent).containsExactly(text("a", "1"), text("a", "2"));
    assertThat(world.image.tasks).isEmpty();
  }

  @Test
  void shouldTakeAFailureBackThatTheOtherOneDoesNotKnow() {
    TaskStatus lost = fail("a");
    TaskStatus known = fail("b");
    PendingTask ofLost = world.image.failed.get(lost.id()).task();
    PendingTask ofKnown = world.image.failed.get(known.id()).task();
    tell(
        new PendingChange.Accepted(ofLost),
        new PendingChange.Accepted(ofKnown),
        new PendingChange.Failed(new FailedTask(ofKnown, "known", 3, 5)));
    assertThat(world.task(lost.id()).state()).isEqualTo(TaskState.QUEUED);
    assertThat(world.value("a")).isEqualTo("1");
    assertThat(world.task(known.id()).state()).isEqualTo(TaskState.FAILED);
    assertThat(world.gateway.status().failed()).isEqualTo(1);
    world.chain.block(List.of(text("a", "1")));
    world.follow();
    assertThat(world.task(lost.id()).state()).isEqualTo(TaskState.COMMITTED);
    assertThat(world.pending()).isZero();
  }

  @Test
  void shouldWriteTheFailureOfWhatItTakesOver() {
    ByteString expired = Transactions.envelope(2).put(bytes("a"), bytes("1")).build();
    PendingTask theirs =
        new PendingTask(100, Transactions.hash(expired), expired, false, "", 1_700_000_000_000L);
    world.image.tasks.put(100L, theirs);
    tell(new PendingChange.Accepted(theirs));
    world.chain.block(List.of());
    world.chain.block(List.of(expired));
    world.follow();
    assertThat(world.task(100).state()).isEqualTo(TaskState.FAILED);
    assertThat(world.image.failed).as("that is for its own gateway to write").isEmpty();
    world.store.left.add(theirs);
    world.clock.advance(Duration.ofSeconds(1));
    world.gateway.share();
    world.write();
    assertThat(world.image.failed).containsOnlyKeys(100L);
  }

  @Test
  void shouldNotDropWhatAnotherMayBeSending() {
    TaskStatus task = world.accept("a", "1");
    world.store.maySend = false;
    assertThatThrownBy(() -> world.gateway.drop(task.id()).join())
        .hasCauseInstanceOf(UplinkException.Unavailable.class)
        .hasMessageContaining("taken task " + task.id() + " over");
    takenOver(task);
    world.store.maySend = true;
    assertThatThrownBy(() -> world.gateway.drop(task.id()).join())
        .hasCauseInstanceOf(UplinkException.Conflict.class);
    assertThat(world.image.tasks).containsOnlyKeys(task.id());
  }

  @Test
  void shouldAskOthersBeforeItAcceptsANewIdempotencyKey() {
    ByteString tx = text("a", "1");
    PendingTask named =
        new PendingTask(100, Transactions.hash(tx), tx, false, "their key", 1_700_000_000_000L);
    world.store.others.add(new PendingChange.Accepted(named));
    assertThat(world.accept(tx, false, "their key").id()).isEqualTo(100);
    assertThat(world.image.tasks).as("nothing more was accepted").isEmpty();
  }

  @Test
  void shouldRefuseANewIdempotencyKeyWhileOthersCannotBeAsked() {
    world.store.othersFailure = new StorageException.Unavailable("gone", null);
    assertThatThrownBy(() -> world.submit(text("a", "1"), false, "key").join())
        .hasCauseInstanceOf(UplinkException.Unavailable.class)
        .hasMessageContaining("gone");
    world.store.othersFailure = null;
    assertThat(world.accept(text("a", "1"), false, "key").state()).isEqualTo(TaskState.QUEUED);
  }

  @Test
  void shouldAskOthersBeforeItRequeues() {
    TaskStatus failed = fail("a");
    world.node.disliked.clear();
    world.store.others.add(new PendingChange.Dropped(failed.id()));
    assertThatThrownBy(() -> world.gateway.requeue(failed.id()).join())
        .hasCauseInstanceOf(UplinkException.NotFound.class);
    assertThat(world.image.tasks).isEmpty();
  }

  /** Another gateway says that a task of this one is its own now. */
  private void takenOver(TaskStatus task) {
    tell(new PendingChange.Accepted(world.image.tasks.get(task.id())));
  }

  private void tell(PendingChange... changes) {
    world.store.others.addAll(List.of(changes));
    world.gateway.share();
    world.write();
  }

  /** Has a task of key=1 fail. */
  private TaskStatus fail(String key) {
    world.node.disliked.add(text(key, "1"));
    TaskStatus task = world.accept(key, "1");
    for (int i = 0; i < 600 && world.task(task.id()).state() != TaskState.FAILED; i++) {
      world.round();
      world.clock.advance(Duration.ofSeconds(1));
    }
    assertThat(world.image.failed).containsKey(task.id());
    return task;
  }

  private static ByteString bytes(String text) {
    return ByteString.copyFromUtf8(text);
  }
}
