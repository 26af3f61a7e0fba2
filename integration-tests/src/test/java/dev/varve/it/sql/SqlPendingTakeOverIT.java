package dev.varve.it.sql;

import static dev.varve.storage.fixture.PendingTasks.committed;
import static dev.varve.storage.fixture.PendingTasks.dropped;
import static dev.varve.storage.fixture.PendingTasks.failed;
import static dev.varve.storage.fixture.PendingTasks.followed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.varve.sharding.fixture.ClusterYaml.Layout;
import dev.varve.sharding.fixture.NeedsDatabase;
import dev.varve.storage.PendingChange;
import dev.varve.storage.PendingTask;
import dev.varve.storage.StorageException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Gateways that are closed, that end without a word, and that stand still for a while. */
@NeedsDatabase
class SqlPendingTakeOverIT {
  private final SqlFixture fixture = SqlFixture.of(Layout.ONE_PRIMARY);
  private final DataSource source = fixture.uplink();
  private final List<TestGateway> opened = new ArrayList<>();

  @AfterEach
  void close() {
    opened.forEach(TestGateway::close);
  }

  private TestGateway open(String home) {
    TestGateway gateway = TestGateway.open(source, home);
    opened.add(gateway);
    return gateway;
  }

  /** Has one take over until it has so many tasks; who has lost them must not be sending then. */
  private static List<PendingTask> takeOver(TestGateway by, TestGateway of, int count) {
    List<PendingTask> taken = new ArrayList<>();
    TestGateway.await(
        "the tasks are taken over",
        () -> {
          by.poll();
          taken.addAll(by.store.takeOver());
          assertThat(taken.isEmpty() || !of.store.maySend()).as("two may send").isTrue();
          return taken.size() >= count;
        });
    return taken;
  }

  @Test
  void shouldTakeOverWhatAClosedGatewayLeft() {
    TestGateway one = open("one");
    TestGateway two = open("two");
    List<PendingTask> tasks = one.accept(3);
    two.poll();
    assertThat(two.store.takeOver()).isEmpty();
    one.store.close();
    assertThat(two.store.takeOver()).containsExactlyElementsOf(tasks);
    assertThat(two.store.takeOver()).isEmpty();
    two.store.close();
    assertThat(open("two").store.contents().tasks()).containsExactlyElementsOf(tasks);
    assertThat(open("one").store.contents().tasks()).isEmpty();
  }

  @Test
  void shouldTakeOverWhatAGatewayLeftThatEnded() {
    TestGateway one = open("one");
    TestGateway two = open("two");
    List<PendingTask> tasks = one.accept(1_500); // more than one call gives
    one.write(followed(20));
    two.write(followed(90));
    one.gate.die();
    assertThat(takeOver(two, one, 1_500)).containsExactlyElementsOf(tasks);
    two.gate.die();
    assertThat(open("two").store.contents().followed()).isEqualTo(20);
  }

  @Test
  void shouldGoOnWithATakeOverThatBrokeOff() {
    TestGateway one = open("one");
    TestGateway two = open("two");
    TestGateway three = open("three");
    List<PendingTask> tasks = one.accept(2_500);
    one.store.close();
    List<PendingTask> first = two.store.takeOver();
    assertThat(first).isNotEmpty().hasSizeLessThan(2_500);
    two.gate.die();
    List<PendingTask> taken = takeOver(three, two, 2_500);
    assertThat(taken).containsExactlyInAnyOrderElementsOf(tasks);
  }

  @Test
  void shouldNotSendNorWriteOnceItWasTakenOver() {
    TestGateway one = open("one");
    TestGateway two = open("two");
    List<PendingTask> tasks = one.accept(3);
    assertThat(one.poll()).isEmpty();
    assertThat(one.store.maySend()).isTrue();
    one.gate.freeze();
    CompletableFuture<Void> late =
        CompletableFuture.runAsync(() -> one.store.write(List.of(failed(tasks.get(0).id()))));
    assertThat(takeOver(two, one, 3)).containsExactlyElementsOf(tasks);
    one.gate.thaw();
    assertThatThrownBy(late::join).hasCauseInstanceOf(StorageException.Unavailable.class);
    AtomicInteger told = new AtomicInteger();
    TestGateway.await(
        "it knows what it lost",
        () -> {
          assertThat(one.store.maySend()).isFalse();
          told.addAndGet(
              (int)
                  one.poll().stream()
                      .filter(each -> each instanceof PendingChange.Accepted)
                      .count());
          return told.get() == 3;
        });
    assertThat(one.store.maySend()).isFalse(); // it is only just told
    one.poll();
    TestGateway.await("it may send again", one.store::maySend);
    assertThat(one.view.pending()).containsExactlyElementsOf(tasks);
    PendingTask next = one.accept();
    assertThat(next.id()).isGreaterThan(tasks.get(2).id());
    assertThat(two.poll()).containsExactly(new PendingChange.Accepted(next));
    one.write(failed(tasks.get(0).id()), committed(tasks.get(1).id())); // only the block is a fact
    two.poll();
    assertThat(two.view.failed()).isEmpty();
    assertThat(two.view.pending()).containsExactly(tasks.get(0), tasks.get(2), next);
    assertThat(one.store.takeOver()).isEmpty();
  }

  @Test
  void shouldTellAGatewayThatStoodStillWhatBecameOfItsTasks() {
    TestGateway one = open("one");
    TestGateway two = open("two");
    List<PendingTask> tasks = one.accept(6);
    one.poll();
    one.gate.freeze();
    takeOver(two, one, 6);
    long id = tasks.get(0).id();
    two.write(committed(id), committed(id + 1), dropped(id + 2), failed(id + 3));
    one.gate.thaw();
    TestGateway.await(
        "it may send again",
        () -> {
          one.poll();
          return one.store.maySend();
        });
    two.poll();
    assertThat(one.view.contents()).isEqualTo(two.view.contents());
    assertThat(one.view.pending()).containsExactly(tasks.get(4), tasks.get(5));
  }

  @Test
  void shouldNotTakeOverInTheMiddleOfAWrite() throws Exception {
    TestGateway one = open("one");
    TestGateway two = open("two");
    two.poll();
    CountDownLatch reached = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    one.gate.hook(
        (method, args) -> {
          if (method.equals("prepareStatement") && args[0].toString().contains("uplink_feed (")) {
            reached.countDown();
            goOn.await();
          }
        });
    CompletableFuture<PendingTask> task = CompletableFuture.supplyAsync(one::accept);
    reached.await();
    List<PendingTask> taken = new ArrayList<>();
    TestGateway.await(
        "the row of the gateway is asked for",
        () -> {
          try {
            taken.addAll(two.store.takeOver());
            return false;
          } catch (StorageException.Unavailable e) {
            assertThat(e).hasMessageContaining("is busy");
            return true;
          }
        });
    assertThat(taken).isEmpty();
    one.gate.hook((method, args) -> {});
    goOn.countDown();
    PendingTask written = task.join();
    one.gate.die();
    assertThat(takeOver(two, one, 1)).containsExactly(written);
  }

  @Test
  void shouldNotTakeOverAGatewayThatIsAliveThoughTheServersClockIsSet() throws Exception {
    TestGateway one = open("one");
    TestGateway two = open("two");
    one.accept();
    for (int i = 0; i < 200; i++) {
      // What a clock that was set forward makes of leases.
      fixture.execute("UPDATE uplink_gateways SET lease_until = '2001-01-01 00:00:00'");
      assertThat(two.store.takeOver()).isEmpty();
    }
    assertThat(one.store.maySend()).isTrue();
    one.accept();
  }
}
