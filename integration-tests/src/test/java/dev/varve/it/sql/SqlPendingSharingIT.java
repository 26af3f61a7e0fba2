package dev.varve.it.sql;

import static dev.varve.storage.fixture.PendingTasks.committed;
import static dev.varve.storage.fixture.PendingTasks.dropped;
import static dev.varve.storage.fixture.PendingTasks.failed;
import static dev.varve.storage.fixture.PendingTasks.failedTask;
import static dev.varve.storage.fixture.PendingTasks.followed;
import static dev.varve.storage.fixture.PendingTasks.forgotten;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.varve.sharding.fixture.ClusterYaml.Layout;
import dev.varve.sharding.fixture.NeedsDatabase;
import dev.varve.storage.PendingChange;
import dev.varve.storage.PendingContents;
import dev.varve.storage.PendingTask;
import dev.varve.storage.StorageException;
import dev.varve.storage.pending.SqlPendingConfig;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Several gateways on the same tables, of which none is lost. */
@NeedsDatabase
class SqlPendingSharingIT {
  private final SqlFixture fixture = SqlFixture.of(Layout.ONE_PRIMARY);
  private final DataSource source = fixture.uplink();
  private final List<TestGateway> opened = new ArrayList<>();

  @AfterEach
  void close() {
    opened.forEach(TestGateway::close);
  }

  private TestGateway open(String home) {
    return open(TestGateway.config(home));
  }

  private TestGateway open(SqlPendingConfig config) {
    TestGateway gateway = TestGateway.open(source, config);
    opened.add(gateway);
    return gateway;
  }

  @Test
  void shouldTellOthersEachChange() {
    TestGateway one = open("one");
    TestGateway two = open("two");
    assertThat(two.poll()).isEmpty();
    List<PendingTask> tasks = one.accept(4);
    assertThat(two.poll()).containsExactlyElementsOf(accepted(tasks));
    assertThat(two.poll()).isEmpty();
    long id = tasks.get(0).id();
    one.write(committed(id), failed(id + 1), dropped(id + 2), followed(7));
    assertThat(two.poll().get(0)).isInstanceOf(PendingChange.Committed.class);
    requireEqual(one, two);
    assertThat(one.poll()).isEmpty();
    assertThat(open("three").store.contents().followed()).isZero();
  }

  private static List<PendingChange> accepted(List<PendingTask> tasks) {
    return tasks.stream().<PendingChange>map(PendingChange.Accepted::new).toList();
  }

  /** That two know the same, but for heights that are each one's own. */
  private static void requireEqual(TestGateway one, TestGateway two) {
    assertThat(two.view.contents()).isEqualTo(one.view.contents());
  }

  @Test
  void shouldTellAllThatThereIsAtFirst() {
    TestGateway one = open("one");
    List<PendingTask> tasks = one.accept(9);
    long id = tasks.get(0).id();
    for (long each = id; each < id + 6; each++) {
      one.write(each % 2 == 0 ? committed(each) : failed(each));
    }
    TestGateway two = open("two");
    PendingContents found = two.store.contents();
    assertThat(found.tasks()).isEmpty();
    assertThat(found.committed()).isEmpty();
    assertThat(found.failed()).isEqualTo(one.view.failed());
    one.write(dropped(found.failed().get(0).task().id()));
    two.poll();
    requireEqual(one, two);
  }

  @Test
  void shouldTellNewTasksBeforeThoseThatTheyReplace() {
    TestGateway one = open("one");
    TestGateway two = open("two");
    long old = one.accept().id();
    one.write(failed(old));
    two.poll();
    PendingTask renewed = one.accept().id() > 0 ? one.view.pending().get(0) : null;
    one.write(dropped(old));
    assertThat(two.poll())
        .containsExactly(new PendingChange.Accepted(renewed), new PendingChange.Dropped(old));
  }

  @Test
  void shouldLetEachGatewayMendTheFailedList() {
    TestGateway one = open("one");
    TestGateway two = open("two");
    long id = one.accept(2).get(0).id();
    one.write(failed(id), failed(id + 1));
    two.poll();
    assertThat(two.view.failed()).containsExactly(failedTask(id), failedTask(id + 1));
    two.write(dropped(id));
    assertThat(one.poll()).contains(new PendingChange.Dropped(id));
    assertThat(one.view.failed()).containsExactly(failedTask(id + 1));
    one.write(dropped(id));
    assertThat(two.poll()).isEmpty();
    two.accept(); // the one in whose place it is sent
    one.poll();
    requireEqual(one, two);
  }

  @Test
  void shouldLeaveAPendingTaskToTheOneThatSendsIt() {
    TestGateway one = open("one");
    TestGateway two = open("two");
    PendingTask task = one.accept();
    two.poll();
    two.store.write(List.of(dropped(task.id()), failed(task.id())));
    assertThat(one.poll()).isEmpty();
    assertThat(open("three").poll()).containsExactly(new PendingChange.Accepted(task));
    assertThat(two.store.takeOver()).isEmpty();
  }

  @Test
  void shouldGiveEachIdOnce() {
    Set<Long> ids = new HashSet<>();
    for (int round = 0; round < 3; round++) {
      for (String home : List.of("one", "two")) {
        try (TestGateway gateway = TestGateway.open(source, home)) {
          for (PendingTask task : gateway.accept(5)) {
            assertThat(ids.add(task.id())).isTrue();
            assertThat(task.id()).isLessThan(1L << 53);
          }
          gateway.store.write(ids.stream().map(id -> committed(id)).toList());
        }
      }
    }
    assertThat(ids).hasSize(30);
  }

  @Test
  void shouldGoOnWithItsOwnTasksAfterARestart() {
    TestGateway one = open("one");
    PendingTask task = one.accept();
    one.write(followed(11));
    one.gate.die();
    TestGateway again = open("one");
    assertThat(again.store.contents().tasks()).containsExactly(task);
    assertThat(again.store.contents().followed()).isEqualTo(11);
    assertThat(again.store.nextId()).isGreaterThan(task.id());
    one.gate.revive();
    assertThatThrownBy(one::accept)
        .isInstanceOf(StorageException.Unavailable.class)
        .hasMessageContaining("another has its tasks");
    assertThat(again.store.maySend()).isTrue();
    again.accept();
  }

  @Test
  void shouldCountWhatAllHoldAgainstTheBound() {
    TestGateway one = open(TestGateway.config("one").withBoundBytes(10_000));
    TestGateway two = open(TestGateway.config("two").withBoundBytes(10_000));
    List<PendingTask> tasks = one.accept(20);
    TestGateway.await("it knows what others hold", () -> two.store.stats().bytes() > 8_000);
    assertThatThrownBy(() -> two.accept(10)).isInstanceOf(StorageException.DiskFull.class);
    one.write(tasks.stream().map(task -> dropped(task.id())).toArray(PendingChange[]::new));
    TestGateway.await(
        "there is room again",
        () -> {
          try {
            two.accept(5);
            return true;
          } catch (StorageException.DiskFull e) {
            return false;
          }
        });
  }

  @Test
  void shouldPruneWhatAllHaveSeenOfTheChanges() throws SQLException {
    Duration never = Duration.ofDays(1);
    TestGateway one = open(TestGateway.config("one").withFeedKeep(Duration.ZERO, never));
    TestGateway two = open(TestGateway.config("two").withFeedKeep(Duration.ZERO, never));
    one.accept(50);
    two.store.write(List.of());
    TestGateway.await("renewals", () -> number("SELECT MIN(renewals) FROM uplink_gateways") > 5);
    assertThat(number("SELECT COUNT(*) FROM uplink_feed")).isEqualTo(50);
    two.poll();
    TestGateway.await("it is pruned", () -> number("SELECT COUNT(*) FROM uplink_feed") == 0);
    one.accept();
    assertThat(two.poll()).hasSize(1);
    requireEqual(one, two);
  }

  @Test
  void shouldTellAllAnewWhenChangesAreGone() {
    TestGateway one = open(TestGateway.config("one").withFeedKeep(Duration.ZERO, Duration.ZERO));
    TestGateway two = open("two");
    List<PendingTask> tasks = one.accept(9);
    two.poll();
    one.write(dropped(tasks.get(0).id()), committed(tasks.get(1).id()));
    one.write(committed(tasks.get(2).id()), forgotten(tasks.get(2).id()));
    one.write(failed(tasks.get(3).id()));
    one.accept(3);
    TestGateway.await("it is pruned", () -> number("SELECT COUNT(*) FROM uplink_feed") == 0);
    two.poll();
    requireEqual(one, two);
    assertThat(two.poll()).isEmpty();
  }

  /**
   * Reading all anew, it meets changes that are still there: of a task's, the last is not enough.
   */
  @Test
  void shouldTellOfATaskThatWasForgottenBeforeItsCommitWasRead() {
    TestGateway one = open("one");
    TestGateway two = open(TestGateway.config("two").withFeedKeep(Duration.ZERO, Duration.ZERO));
    List<PendingTask> tasks = one.accept(9);
    two.poll();
    for (PendingTask task : tasks) {
      one.write(committed(task.id()));
      one.write(forgotten(task.id()));
    }
    two.poll();
    requireEqual(one, two);
    assertThat(two.view.ids()).containsExactly("pending []", "failed []", "committed []");
  }

  private long number(String sql) {
    try {
      return fixture.query(sql);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }
}
