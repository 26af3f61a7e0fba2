package dev.varve.gateway;

import static dev.varve.ledger.Transactions.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.varve.ledger.Transactions;
import dev.varve.storage.CommittedTask;
import dev.varve.storage.FailedTask;
import dev.varve.storage.PendingChange;
import dev.varve.storage.PendingTask;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Two gateways on one backup, of which the other is played. */
class SharingTest {
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
  void shouldAnswerWhatOthersHaveAcceptedAndNotSendIt() {
    PendingTask task = accepted(100, "a", "1");
    assertThat(world.value("a")).isEqualTo("1");
    assertThat(world.task(100).state()).isEqualTo(TaskState.QUEUED);
    world.round();
    assertThat(world.node.sent).isEmpty();

    world.chain.block(List.of(task.tx()));
    world.follow();
    assertThat(world.task(100).state()).isEqualTo(TaskState.COMMITTED);
    assertThat(world.store.writes).as("its own gateway writes that").isEqualTo(1);
  }

  @Test
  void shouldNotGoBackWhenOthersAreAhead() {
    PendingTask task = accepted(100, "a", "1");
    tell(
        new PendingChange.Committed(
            new CommittedTask(100, task.hash(), "", world.chain.height() + 1, 0, 0, 0)));
    assertThat(world.value("a")).as("our chain has not got it yet").isEqualTo("1");
    world.chain.block(List.of(task.tx()));
    world.follow();
    assertThat(world.value("a")).isEqualTo("1");
    assertThat(world.pending()).isZero();
  }

  @Test
  void shouldCompleteWhatItHearsOfAfterItsBlock() {
    world.chain.block(List.of(text("a", "1")));
    world.follow();
    world.chain.block(List.of(text("a", "2")));
    world.follow();
    accepted(100, "a", "1");
    assertThat(world.pending()).isZero();
    assertThat(world.value("a")).isEqualTo("2");
  }

  @Test
  void shouldSendWhatItTakesOver() {
    PendingTask task = accepted(100, "a", "1");
    PendingTask unheard = pending(101, "b", "1");
    world.image.accepted.add(task.tx());
    world.image.accepted.add(unheard.tx());
    world.image.tasks.put(100L, task);
    world.image.tasks.put(101L, unheard);
    world.store.left.addAll(List.of(task, unheard));
    world.clock.advance(Duration.ofSeconds(1));
    world.gateway.share();
    assertThat(world.value("b")).isEqualTo("1");
    world.settle(3);
    assertThat(world.node.sent).containsExactly(task.tx(), unheard.tx());
    assertThat(world.image.tasks).isEmpty();
  }

  @Test
  void shouldNotSendWhatIsInABlockWhenItTakesOver() {
    PendingTask task = accepted(100, "a", "1");
    world.image.tasks.put(100L, task);
    world.chain.block(List.of(task.tx()));
    world.follow();
    world.store.left.add(task);
    world.clock.advance(Duration.ofSeconds(1));
    world.gateway.share();
    world.settle(3);
    world.follow();
    assertThat(world.node.sent).isEmpty();
    assertThat(world.image.tasks).isEmpty();
  }

  @Test
  void shouldHearOfFailuresAndRemovals() {
    PendingTask failed = accepted(100, "a", "1");
    accepted(101, "b", "1");
    tell(new PendingChange.Failed(new FailedTask(failed, "no luck", 7, 5)));
    tell(new PendingChange.Dropped(101));
    assertThat(world.task(100).state()).isEqualTo(TaskState.FAILED);
    assertThat(world.task(100).reason()).isEqualTo("no luck");
    assertThat(world.task(101).state()).isEqualTo(TaskState.DROPPED);
    assertThat(world.value("a")).isNull();
    assertThat(world.value("b")).isNull();
  }

  @Test
  void shouldKnowOthersIdempotencyKeys() {
    PendingTask task = pending(100, "a", "1");
    PendingTask named =
        new PendingTask(100, task.hash(), task.tx(), false, "their key", task.acceptedMs());
    tell(new PendingChange.Accepted(named));
    assertThat(world.accept(task.tx(), false, "their key").id()).isEqualTo(100);
    assertThatThrownBy(() -> world.submit(text("a", "2"), false, "their key").join())
        .hasCauseInstanceOf(UplinkException.Conflict.class);
  }

  private PendingTask accepted(long id, String key, String value) {
    PendingTask task = pending(id, key, value);
    tell(new PendingChange.Accepted(task));
    return task;
  }

  private void tell(PendingChange change) {
    world.store.others.add(change);
    world.gateway.share();
    world.write();
  }

  private static PendingTask pending(long id, String key, String value) {
    ByteString tx = text(key, value);
    return new PendingTask(id, Transactions.hash(tx), tx, false, "", 1_700_000_000_000L);
  }
}
