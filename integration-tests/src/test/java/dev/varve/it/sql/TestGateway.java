package dev.varve.it.sql;

import dev.varve.storage.PendingChange;
import dev.varve.storage.PendingTask;
import dev.varve.storage.fixture.PendingTasks;
import dev.varve.storage.pending.SqlPendingConfig;
import dev.varve.storage.pending.SqlPendingStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import javax.sql.DataSource;

/** A gateway's store, with what it reaches the database through and what it knows. */
final class TestGateway implements AutoCloseable {
  static final Duration LEASE = Duration.ofSeconds(1);
  private static final long LIMIT_NANOS = TimeUnit.SECONDS.toNanos(60);

  final GatedSource gate;
  final SqlPendingStore store;
  final UplinkView view = new UplinkView();

  private TestGateway(GatedSource gate, SqlPendingStore store) {
    this.gate = gate;
    this.store = store;
    view.add(store.contents());
  }

  static SqlPendingConfig config(String home) {
    return SqlPendingConfig.of(home, "chain").withLease(LEASE);
  }

  static TestGateway open(DataSource source, String home) {
    return open(source, config(home));
  }

  static TestGateway open(DataSource source, SqlPendingConfig config) {
    GatedSource gate = new GatedSource(source);
    return new TestGateway(gate, SqlPendingStore.open(gate.source(), config));
  }

  /** Accepts a task. */
  PendingTask accept() {
    return accept(1).get(0);
  }

  /** Accepts tasks in one write. */
  List<PendingTask> accept(int count) {
    List<PendingTask> tasks = new ArrayList<>();
    List<PendingChange> changes = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      PendingTask task = PendingTasks.task(store.nextId());
      tasks.add(task);
      changes.add(new PendingChange.Accepted(task));
    }
    write(changes.toArray(PendingChange[]::new));
    return tasks;
  }

  void write(PendingChange... changes) {
    store.write(List.of(changes));
    view.apply(List.of(changes));
  }

  /** Takes up what others have written, and returns it. */
  List<PendingChange> poll() {
    List<PendingChange> changes = store.othersChanges();
    view.apply(changes);
    return changes;
  }

  /** Waits for what comes about by itself. */
  static void await(String what, BooleanSupplier condition) {
    long end = System.nanoTime() + LIMIT_NANOS;
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > end) {
        throw new AssertionError("after a minute still not: " + what);
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
    }
  }

  @Override
  public void close() {
    gate.hook((method, args) -> {});
    gate.thaw();
    store.close();
  }
}
