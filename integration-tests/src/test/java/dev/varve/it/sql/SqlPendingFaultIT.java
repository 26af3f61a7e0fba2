package dev.varve.it.sql;

import static dev.varve.storage.fixture.PendingTasks.committed;
import static dev.varve.storage.fixture.PendingTasks.dropped;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.varve.sharding.fixture.ClusterYaml.Layout;
import dev.varve.sharding.fixture.NeedsDatabase;
import dev.varve.sharding.fixture.TestCluster;
import dev.varve.sharding.fixture.TestServer;
import dev.varve.storage.PendingChange;
import dev.varve.storage.PendingTask;
import dev.varve.storage.StorageException;
import dev.varve.storage.fault.Hooked;
import dev.varve.storage.fault.Seeds;
import dev.varve.storage.fixture.PendingTasks;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The database goes away in the middle of a write, of which all is there then, or nothing. */
@NeedsDatabase
class SqlPendingFaultIT {
  private static final String HOME = "home of the test";

  private final SqlFixture fixture = SqlFixture.of(Layout.ONE_PRIMARY);
  private final DataSource source = fixture.uplink();
  private final TestCluster servers = TestCluster.shared();
  private final TestServer primary = servers.primary(0);
  private final Thread test = Thread.currentThread();

  @AfterEach
  void mend() throws Exception {
    servers.mend();
  }

  /** Not of the thread that renews the lease. */
  private boolean isOfTest() {
    return Thread.currentThread() == test;
  }

  private static List<PendingTask> held(DataSource source) {
    List<PendingTask> held = new ArrayList<>();
    TestGateway.await(
        "the database answers",
        () -> {
          try (TestGateway gateway = TestGateway.open(source, HOME)) {
            held.addAll(gateway.view.pending());
            return true;
          } catch (StorageException.Unavailable e) {
            return false;
          }
        });
    return held;
  }

  @Test
  void shouldKeepAllOrNothingOfAWriteInWhichThePrimaryIsKilled() throws Exception {
    for (String at :
        List.of("FOR UPDATE", "INTO uplink_tasks", "INTO uplink_feed", "SET last_id", "commit")) {
      List<PendingTask> kept;
      List<PendingTask> lost = new ArrayList<>();
      fixture.uplink();
      try (TestGateway gateway = TestGateway.open(source, HOME)) {
        kept = gateway.accept(3);
        gateway.gate.hook(
            (method, args) -> {
              String call = args == null ? method : method + " " + args[0];
              if (isOfTest() && call.contains(at)) {
                primary.kill();
              }
            });
        assertThatThrownBy(() -> lost.addAll(gateway.accept(3)))
            .as(at)
            .isInstanceOf(StorageException.Unavailable.class);
        assertThat(lost).isEmpty();
        gateway.gate.hook((method, args) -> {});
        assertThatThrownBy(() -> gateway.store.othersChanges())
            .isInstanceOf(StorageException.Unavailable.class);
        primary.start();
      }
      assertThat(held(source)).as(at).isEqualTo(kept);
    }
  }

  @Test
  void shouldHoldWhatItAcknowledgedThroughKillsAtAnyMoment() throws Exception {
    Random random = new Random(Seeds.seed(getClass()));
    int rounds = Seeds.full() ? 20 : 3;
    List<PendingTask> acknowledged = new ArrayList<>();
    List<List<PendingTask>> open = new ArrayList<>();
    for (int round = 0; round < rounds; round++) {
      try (TestGateway gateway = TestGateway.open(source, HOME)) {
        long pause = TimeUnit.MICROSECONDS.toNanos(random.nextInt(300_000));
        CompletableFuture<Void> killer =
            CompletableFuture.runAsync(
                () -> {
                  LockSupport.parkNanos(pause);
                  primary.kill();
                });
        boolean up = true;
        while (up) {
          List<PendingTask> group = new ArrayList<>();
          for (int i = random.nextInt(20); i >= 0; i--) {
            group.add(PendingTasks.task(gateway.store.nextId(), random.nextInt(5_000)));
          }
          try {
            gateway.store.write(
                group.stream().<PendingChange>map(PendingChange.Accepted::new).toList());
            acknowledged.addAll(group);
          } catch (StorageException.Unavailable e) {
            up = false;
            open.add(group);
          }
        }
        killer.join();
        primary.start();
      }
      List<PendingTask> held = held(source);
      assertThat(held).containsAll(acknowledged);
      held.removeAll(acknowledged);
      for (List<PendingTask> group : open) {
        assertThat(held.containsAll(group) || group.stream().noneMatch(held::contains)).isTrue();
        held.removeAll(group);
      }
      assertThat(held).isEmpty();
    }
  }

  @Test
  void shouldSayThatNothingIsThereOfACommitThatNeverCame() {
    try (TestGateway gateway = TestGateway.open(source, HOME)) {
      gateway.gate.hook(
          (method, args) -> {
            if (method.equals("commit") && isOfTest()) {
              gateway.gate.hook((name, values) -> {});
              throw new SQLException("the connection of the test broke", "08S01");
            }
          });
      assertThatThrownBy(gateway::accept).isInstanceOf(StorageException.Unavailable.class);
      assertThat(gateway.store.stats().bytes()).isZero();
      gateway.accept();
      assertThat(held(source)).isEqualTo(gateway.view.pending());
    }
  }

  /** The commit comes about; its answer, and what is asked after it, do not arrive. */
  private void loseAnswers(TestGateway gateway, boolean thenToo) {
    gateway.gate.hook(
        new Hooked.Hook() {
          @Override
          public void before(String method, Object[] args) {}

          @Override
          public void after(String method) {
            if (method.equals("commit") && isOfTest()) {
              gateway.gate.hook((name, args) -> {});
              if (thenToo) {
                gateway.gate.die();
              }
              throw new LostAnswer();
            }
          }
        });
  }

  /** Stands for a connection that broke. */
  private static final class LostAnswer extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  @Test
  void shouldFindOutThatACommitCameAbout() {
    try (TestGateway gateway = TestGateway.open(source, HOME)) {
      loseAnswers(gateway, false);
      PendingTask task = gateway.accept();
      assertThat(held(source)).containsExactly(task);
    }
  }

  @Test
  void shouldDropWhatItSaidIsNotThere() {
    try (TestGateway gateway = TestGateway.open(source, HOME);
        TestGateway other = TestGateway.open(source, "another home")) {
      PendingTask kept = gateway.accept();
      loseAnswers(gateway, true);
      assertThatThrownBy(() -> gateway.accept(3)).isInstanceOf(StorageException.class);
      other.poll();
      assertThat(other.view.pending()).hasSize(4);
      gateway.gate.revive();
      gateway.store.write(List.of(committed(kept.id())));
      other.poll();
      assertThat(other.view.pending()).isEmpty();
      assertThat(held(source)).isEmpty();
    }
  }

  @Test
  void shouldRefuseAndGoOnWhileThePrimaryIsAway() throws Exception {
    try (TestGateway gateway = TestGateway.open(source, HOME)) {
      PendingTask task = gateway.accept();
      primary.kill();
      assertThatThrownBy(gateway::accept).isInstanceOf(StorageException.Unavailable.class);
      assertThatThrownBy(() -> gateway.store.takeOver())
          .isInstanceOf(StorageException.Unavailable.class);
      TestGateway.await("it does not send any more", () -> !gateway.store.maySend());
      primary.start();
      TestGateway.await("it may send again", gateway.store::maySend);
      gateway.write(dropped(task.id()));
      gateway.accept();
      assertThat(held(source)).isEqualTo(gateway.view.pending());
    }
  }
}
