package dev.varve.it.sql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.varve.sharding.fixture.ClusterYaml.Layout;
import dev.varve.sharding.fixture.NeedsDatabase;
import dev.varve.storage.CommittedTask;
import dev.varve.storage.FailedTask;
import dev.varve.storage.PendingChange;
import dev.varve.storage.PendingContents;
import dev.varve.storage.PendingTask;
import dev.varve.storage.StorageException;
import dev.varve.storage.fault.Seeds;
import dev.varve.storage.fixture.PendingTasks;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Several gateways write at once, and each is told all that the others have written. */
@NeedsDatabase
class SqlPendingFeedIT {
  private static final int GATEWAYS = 3;
  private static final int WRITES = Seeds.full() ? 2_000 : 100;

  private final DataSource source = SqlFixture.of(Layout.ONE_PRIMARY).uplink();
  private final long seed = Seeds.seed(getClass());
  private final List<TestGateway> gateways = new ArrayList<>();
  private final ExecutorService threads = Executors.newFixedThreadPool(2 * GATEWAYS);

  @AfterEach
  void close() {
    threads.shutdownNow();
    gateways.forEach(TestGateway::close);
  }

  @Test
  void shouldMissNoChangeThoughTransactionsCommitLate() throws Exception {
    run(Duration.ofMinutes(1), Duration.ofMinutes(10));
  }

  @Test
  void shouldMissNoChangeThoughChangesGoAsSoonAsAllHaveSeenThem() throws Exception {
    run(Duration.ZERO, Duration.ofMinutes(10));
  }

  @Test
  void shouldMissNoChangeThoughChangesGoBeforeTheyAreSeen() throws Exception {
    run(Duration.ZERO, Duration.ZERO);
  }

  private void run(Duration feedKeep, Duration feedKeepUnseen) throws Exception {
    for (int i = 0; i < GATEWAYS; i++) {
      gateways.add(
          TestGateway.open(
              source, TestGateway.config("home " + i).withFeedKeep(feedKeep, feedKeepUnseen)));
    }
    AtomicBoolean written = new AtomicBoolean();
    List<Future<Void>> writers = new ArrayList<>();
    List<Future<Void>> readers = new ArrayList<>();
    for (int i = 0; i < GATEWAYS; i++) {
      TestGateway gateway = gateways.get(i);
      Random random = new Random(seed + i);
      disturb(gateway, seed - i);
      writers.add(threads.submit(() -> write(gateway, random)));
      readers.add(
          threads.submit((Callable<Void>) () -> read(gateway, random.nextInt(50), written)));
    }
    for (Future<Void> writer : writers) {
      writer.get();
    }
    gateways.forEach(gateway -> gateway.gate.hook((method, args) -> {}));
    written.set(true);
    for (Future<Void> reader : readers) {
      reader.get();
    }
    try (TestGateway late = TestGateway.open(source, "late")) {
      late.poll();
      PendingContents all = late.view.contents();
      assertThat(all.tasks().size() + all.failed().size()).isPositive();
      for (TestGateway gateway : gateways) {
        gateway.poll();
        assertThat(gateway.view.ids()).isEqualTo(late.view.ids());
        assertThat(gateway.view.contents()).isEqualTo(all);
      }
    }
  }

  /**
   * Has transactions committed in another order than they were begun in, and some of those that
   * read fail in the middle.
   */
  private static void disturb(TestGateway gateway, long seed) {
    Random random = new Random(seed);
    gateway.gate.hook(
        (method, args) -> {
          int chance;
          synchronized (random) {
            chance = random.nextInt(100);
          }
          if (method.equals("commit") && chance < 25) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(chance));
          } else if (method.equals("prepareStatement")
              && args[0].toString().startsWith("SELECT seq")
              && chance < 20) {
            throw new SQLException("the connection of the test broke", "08S01");
          }
        });
  }

  private static Void read(TestGateway gateway, int pauseMs, AtomicBoolean written) {
    while (!written.get()) {
      try {
        gateway.poll();
      } catch (StorageException.Unavailable e) {
        // Asked again.
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(pauseMs));
    }
    return null;
  }

  private Void write(TestGateway gateway, Random random) {
    List<Long> own = new ArrayList<>();
    List<Long> remembered = new ArrayList<>();
    for (int i = 0; i < WRITES; i++) {
      List<PendingChange> changes = new ArrayList<>();
      List<PendingChange> accepted = new ArrayList<>();
      for (int n = random.nextInt(6); n > 0 && own.size() < 60; n--) {
        PendingTask task = PendingTasks.task(gateway.store.nextId(), random.nextInt(300));
        accepted.add(new PendingChange.Accepted(task));
      }
      for (int n = random.nextInt(5); n > 0 && !own.isEmpty(); n--) {
        long id = own.remove(random.nextInt(own.size()));
        switch (random.nextInt(4)) {
          case 0 -> changes.add(failed(gateway, id, random.nextInt(9)));
          case 1 -> changes.add(new PendingChange.Dropped(id));
          default -> {
            CommittedTask committed = PendingTasks.committedTask(id);
            changes.add(new PendingChange.Committed(committed));
            if (!committed.idempotencyKey().isEmpty()) {
              remembered.add(id);
            }
          }
        }
      }
      if (remembered.size() > 10) {
        changes.add(new PendingChange.Forgotten(remembered.remove(0)));
      }
      any(gateway.view.failed(), random, failed -> failed.task().id())
          .forEach(id -> changes.add(new PendingChange.Dropped(id)));
      gateway.view.apply(changes); // known here first, as in a gateway
      changes.addAll(0, accepted);
      gateway.store.write(changes);
      gateway.view.apply(accepted);
      accepted.forEach(each -> own.add(((PendingChange.Accepted) each).task().id()));
    }
    return null;
  }

  private static PendingChange failed(TestGateway gateway, long id, int attempts) {
    PendingTask task =
        gateway.view.pending().stream().filter(each -> each.id() == id).findFirst().orElseThrow();
    return new PendingChange.Failed(new FailedTask(task, "it is " + attempts, attempts, id));
  }

  /** One of several, now and then. */
  private static List<Long> any(
      List<FailedTask> several, Random random, Function<FailedTask, Long> id) {
    return several.isEmpty() || random.nextInt(3) > 0
        ? List.of()
        : List.of(id.apply(several.get(random.nextInt(several.size()))));
  }
}
