package dev.varve.gateway;

import static dev.varve.ledger.Transactions.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.varve.ledger.Transactions;
import dev.varve.storage.StorageException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class AcceptingTest {
  private World world = new World(World.config());

  @AfterEach
  void close() {
    world.close();
  }

  private void with(GatewayConfig.Limits limits) {
    world.close();
    world = new World(World.config().withLimits(limits));
  }

  @Test
  void shouldAcknowledgeOnlyWhatIsBackedUp() {
    world.follow();
    CompletableFuture<List<TaskStatus>> result = world.submit(text("a", "1"), false, "");
    assertThat(world.gateway.sender.step()).isFalse();

    assertThat(result).isNotDone();
    assertThat(world.value("a")).isNull();
    world.write();
    assertThat(result.join().get(0).state()).isEqualTo(TaskState.QUEUED);
    assertThat(result.join().get(0).durable()).isTrue();
    assertThat(world.image.tasks).hasSize(1);
    assertThat(world.value("a")).isEqualTo("1");
  }

  @Test
  void shouldWriteWhatWaitsAsOneGroup() {
    List<CompletableFuture<List<TaskStatus>>> results =
        IntStream.range(0, 100).mapToObj(i -> world.submit(text("k" + i, "1"), false, "")).toList();
    world.write();
    assertThat(results).allMatch(CompletableFuture::isDone);
    assertThat(world.store.writes).isEqualTo(1);
    assertThat(world.image.tasks).hasSize(100);
  }

  @Test
  void shouldAcceptAllOfACallOrNone() {
    CompletableFuture<List<TaskStatus>> result =
        world.gateway.submit(
            List.of(
                new Submission(text("a", "1"), false, "", false),
                new Submission(ByteString.copyFromUtf8("no transaction"), false, "", false)));
    assertThatThrownBy(result::join)
        .isInstanceOf(CompletionException.class)
        .hasRootCauseInstanceOf(UplinkException.Refused.class)
        .hasRootCauseMessage(
            "transaction 2 of 2: neither key=value nor an envelope (first byte 0x01)");
    world.write();
    assertThat(world.image.tasks).isEmpty();
    assertThat(world.pending()).isZero();
  }

  @Test
  void shouldRefuseWhatTheApplicationWould() {
    assertRefused(Transactions.envelope(2_000).delete(bytes("a")).build(), 4);
    assertRefused(bytes("nothing"), 1);
    assertThat(world.image.accepted).isEmpty();
  }

  private void assertRefused(ByteString tx, int code) {
    assertThatThrownBy(() -> world.submit(tx, false, "").join())
        .cause()
        .isInstanceOfSatisfying(
            UplinkException.Refused.class,
            refused -> {
              assertThat(refused.code()).isEqualTo(code);
              assertThat(refused.codespace()).isEqualTo("varve");
            });
  }

  @Test
  void shouldAcceptWhileTheApplicationCannotJudge() {
    world.chain.engine.failure = new StorageException.Unavailable("disk away", null);
    ByteString tx = Transactions.envelope(100).put(bytes("a"), bytes("1")).build();
    assertThat(world.accept(tx, false, "").state()).isEqualTo(TaskState.QUEUED);
  }

  @Test
  void shouldAnswerAnEnvelopeInTheChainWithItsPlace() {
    ByteString tx = Transactions.envelope(100).put(bytes("a"), bytes("1")).build();
    world.chain.block(List.of(text("b", "1"), tx));
    world.follow();

    TaskStatus answer = world.accept(tx, false, "");
    assertThat(answer.state()).isEqualTo(TaskState.COMMITTED);
    assertThat(answer.height()).isEqualTo(1);
    assertThat(answer.index()).isEqualTo(1);
    assertThat(world.image.accepted).isEmpty();
    assertThat(world.gateway.whenDone(answer.id(), Duration.ofSeconds(1))).isCompleted();
  }

  @Test
  void shouldJoinPendingBytesOnlyWhenAsked() {
    TaskStatus first = world.accept("a", "1");
    TaskStatus other = world.accept("a", "1");
    assertThat(other.id()).isGreaterThan(first.id());
    CompletableFuture<List<TaskStatus>> joined =
        world.gateway.submit(List.of(new Submission(text("a", "1"), false, "", true)));
    assertThat(joined.join().get(0).id()).isEqualTo(other.id());
  }

  @Test
  void shouldAcknowledgeWhoJoinsOnlyWithTheBackup() {
    Submission submission = new Submission(text("a", "1"), false, "", true);
    CompletableFuture<List<TaskStatus>> first = world.gateway.submit(List.of(submission));
    CompletableFuture<List<TaskStatus>> second =
        world.gateway.submit(List.of(submission, submission));
    assertThat(second).isNotDone();
    world.write();
    assertThat(second.join()).hasSize(2).allMatch(each -> each.id() == first.join().get(0).id());
    assertThat(world.image.tasks).hasSize(1);
  }

  @Test
  void shouldTakeAnIdempotencyKeyForTheSameTask() {
    TaskStatus first = world.accept(text("a", "1"), false, "mine");
    assertThat(world.accept(text("a", "1"), false, "mine").id()).isEqualTo(first.id());
    assertThatThrownBy(() -> world.submit(text("a", "2"), false, "mine").join())
        .hasCauseInstanceOf(UplinkException.Conflict.class)
        .hasMessageContaining("\"mine\"");
    world.settle(5);
    TaskStatus again = world.accept(text("a", "1"), false, "mine");
    assertThat(again.id()).isEqualTo(first.id());
    assertThat(again.state()).isEqualTo(TaskState.COMMITTED);

    world.crash();
    assertThat(world.accept(text("a", "1"), false, "mine").height()).isEqualTo(again.height());
  }

  @Test
  void shouldForgetIdempotencyKeysInTime() {
    TaskStatus first = world.accept(text("a", "1"), false, "mine");
    world.settle(5);
    world.clock.advance(Duration.ofHours(25));
    world.follow();
    assertThat(world.image.committed).isEmpty();
    assertThat(world.accept(text("a", "2"), false, "mine").id()).isNotEqualTo(first.id());
  }

  @Test
  void shouldRefuseWhatHasNoRoom() {
    with(new GatewayConfig.Limits(2, 1_000, 1, 100, 10, 1, 10));
    world.accept("a", "1");
    CompletableFuture<List<TaskStatus>> two =
        world.gateway.submit(
            List.of(
                new Submission(text("b", "1"), false, "", false),
                new Submission(text("c", "1"), false, "", false)));
    assertThatThrownBy(two::join).hasCauseInstanceOf(UplinkException.Busy.class);
    world.accept("b", "1");
    assertThatThrownBy(() -> world.submit(text("c", "1"), false, "").join())
        .hasCauseInstanceOf(UplinkException.Busy.class);
    world.settle(5);
    world.accept("c", "1");
    assertThatThrownBy(() -> world.submit(text("long", "x".repeat(100)), false, "").join())
        .hasCauseInstanceOf(UplinkException.Refused.class)
        .hasMessageContaining("allowed are at most 100");
  }

  @Test
  void shouldAcceptNoMoreThanMayFail() {
    with(new GatewayConfig.Limits(100, 1_000, 1, 100, 10, 1, 10));
    world.node.disliked.add(text("a", "1"));
    TaskStatus first = world.accept("a", "1");
    for (int i = 0; i < 200 && world.task(first.id()).state() != TaskState.FAILED; i++) {
      world.round();
      world.clock.advance(Duration.ofSeconds(30));
    }
    assertThat(world.task(first.id()).state()).isEqualTo(TaskState.FAILED);
    assertThatThrownBy(() -> world.submit(text("b", "1"), false, "").join())
        .hasCauseInstanceOf(UplinkException.Busy.class)
        .hasMessageContaining("failed list");
    CompletableFuture<TaskStatus> dropped = world.gateway.drop(first.id());
    world.write();
    assertThat(dropped.join().state()).isEqualTo(TaskState.DROPPED);
    assertThat(world.accept("b", "1").state()).isEqualTo(TaskState.QUEUED);
  }

  @Test
  void shouldTellWhenTheBackupIsFullOrAway() {
    world.store.failure = new StorageException.DiskFull("no space", null);
    CompletableFuture<List<TaskStatus>> full = world.submit(text("a", "1"), false, "key");
    world.write();
    assertThatThrownBy(full::join).hasCauseInstanceOf(UplinkException.Busy.class);
    world.store.failure = new StorageException.Unavailable("gone", null);
    CompletableFuture<List<TaskStatus>> away = world.submit(text("a", "1"), false, "key");
    world.write();
    assertThatThrownBy(away::join).hasCauseInstanceOf(UplinkException.Unavailable.class);
    assertThat(world.value("a")).isNull();
    world.store.failure = null;
    assertThat(world.accept(text("a", "2"), false, "key").state()).isEqualTo(TaskState.QUEUED);
  }

  @Test
  void shouldKeepRemovalsThatCouldNotBeWritten() {
    world.accept("a", "1");
    world.accept("b", "1");
    world.send();
    world.follow();
    world.send();
    world.node.block(10);
    world.store.failure = new StorageException.DiskFull("no space", null);
    world.follow();
    assertThat(world.pending()).isZero();
    assertThat(world.image.tasks).hasSize(2);
    world.store.failure = null;
    world.clock.advance(Duration.ofMinutes(1));
    world.follow();
    assertThat(world.image.tasks).isEmpty();
    assertThat(world.image.followed).isEqualTo(world.chain.height());
  }

  @Test
  void shouldDeleteEachPeriod() {
    world.close();
    GatewayConfig config = World.config();
    world = new World(config.withBackup(config.backup().withDeletePeriod(Duration.ofMinutes(10))));
    world.accept("a", "1");
    world.settle(3);
    assertThat(world.image.tasks).hasSize(1);
    world.crash();
    world.follow();
    assertThat(world.pending()).isZero();
    world.clock.advance(Duration.ofMinutes(10));
    world.write();
    assertThat(world.image.tasks).isEmpty();
    assertThat(world.node.sent).hasSize(1);
  }

  @Test
  void shouldRefuseWhatWaitsWhenItCloses() {
    CompletableFuture<List<TaskStatus>> waiting = world.submit(text("a", "1"), false, "");
    world.gateway.close();
    assertThatThrownBy(waiting::join).hasCauseInstanceOf(UplinkException.Unavailable.class);
    assertThatThrownBy(() -> world.submit(text("a", "1"), false, "").join())
        .hasCauseInstanceOf(UplinkException.Unavailable.class);
    assertThat(world.node.closed).isTrue();
  }

  private static ByteString bytes(String text) {
    return ByteString.copyFromUtf8(text);
  }
}
