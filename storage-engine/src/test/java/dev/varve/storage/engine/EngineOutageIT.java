package dev.varve.storage.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.varve.fallback.io.FaultyFileIo;
import dev.varve.fallback.io.FaultyFileIo.Call;
import dev.varve.fallback.io.RealFileIo;
import dev.varve.storage.BlockBatch;
import dev.varve.storage.StorageException;
import dev.varve.storage.fault.ChainModel;
import dev.varve.storage.fault.FaultyStore.Fault;
import dev.varve.storage.fault.Seeds;
import dev.varve.storage.fault.StoreKind;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Stores that are away or slow, and clocks that are set, while blocks come and are read. */
class EngineOutageIT {
  private static final Duration OUTAGE = Duration.ofMinutes(5);
  private static final int BLOCKS = 100;
  private static final long SLOW_MILLIS = 500;

  @TempDir Path folder;
  private final long seed = Seeds.seed(EngineOutageIT.class);
  private final FaultyFileIo files = new FaultyFileIo(new RealFileIo());
  private final ChainModel model = new ChainModel(new Random(seed));
  private final ExecutorService other = Executors.newSingleThreadExecutor();
  private FaultHome home;

  private void open(StoreKind kind, DiskPolicy policy, int logSegments) {
    home = new FaultHome(folder, kind, policy, files).withLogSegments(logSegments).open();
    home.engine().awaitFilled();
  }

  @AfterEach
  void close() {
    files.heal();
    home.disk().set(Fault.NONE);
    home.onDisk(FaultHome.NOTHING);
    home.close();
    other.shutdown();
  }

  private void commit(int blocks) {
    for (int i = 0; i < blocks; i++) {
      BlockBatch batch = model.next();
      home.engine().commit(batch);
      model.acknowledged(batch);
    }
  }

  /** All is read, drained in order and once, and held by the store alone. */
  private void requireAllDrained() {
    model.requireAll(home.engine());
    home.await(
        () -> {
          home.step(Duration.ofSeconds(5));
          return home.engine().status().diskHeight() >= model.height();
        });
    model.requireAll(home.engine());
    home.close();
    home.open();
    assertThat(home.disk().applied().getHeight()).isEqualTo(model.height());
    model.requireAll(home.engine());
  }

  @ParameterizedTest
  @CsvSource({"ROCKSDB,BEHIND", "ROCKSDB,THROUGH", "LEVELDB,BEHIND", "LEVELDB,THROUGH"})
  void shouldGoOnWhileTheStoreIsAwayForMinutes(StoreKind kind, DiskPolicy policy) {
    open(kind, policy, 4096);
    commit(5);
    home.awaitDrained();
    AtomicInteger probes = new AtomicInteger();
    home.disk().set(Fault.UNAVAILABLE);
    home.onDisk(
        (method, args) -> {
          if (method.equals("apply")) {
            probes.incrementAndGet();
          }
        });
    for (int i = 0; i < BLOCKS; i++) {
      commit(1);
      model.requireSome(home.engine(), 5);
      home.step(OUTAGE.dividedBy(BLOCKS));
    }
    assertThat(home.disk().applied().getHeight()).as("seed %d", seed).isEqualTo(5);
    assertThat(home.engine().status().diskState()).startsWith("down: injected");
    // It is tried again, at most every 5 seconds once that long a pause was reached.
    int most = (int) (OUTAGE.toSeconds() / 5) + 10;
    assertThat(probes.get()).isBetween(1, most);
    home.disk().set(Fault.NONE);
    requireAllDrained();
  }

  /** With the settings of a node: blocks that waited for the store would be as slow as it. */
  @ParameterizedTest
  @CsvSource({"ROCKSDB,BEHIND,0", "ROCKSDB,THROUGH,1", "LEVELDB,BEHIND,0", "LEVELDB,THROUGH,1"})
  void shouldNotWaitForASlowStore(StoreKind kind, DiskPolicy policy, int waits) {
    home =
        new FaultHome(folder, kind, policy, files)
            .withLogSegments(4096)
            .with(EngineConfig.of(policy))
            .open();
    AtomicInteger byCommit = new AtomicInteger();
    AtomicInteger writes = new AtomicInteger();
    Thread committing = Thread.currentThread();
    home.onDisk(
        (method, args) -> {
          if (method.equals("apply")) {
            writes.incrementAndGet();
            byCommit.addAndGet(Thread.currentThread() == committing ? 1 : 0);
            Thread.sleep(SLOW_MILLIS);
          }
        });
    commit(BLOCKS);
    assertThat(byCommit).as("writes that a commit waited for, seed %d", seed).hasValue(waits);
    home.awaitDrained();
    // Groups are faster a block than the store is a write: it is as slow as before.
    commit(1);
    assertThat(byCommit).as("writes that a commit waited for, seed %d", seed).hasValue(waits);
    assertThat(writes.get()).as("seed %d", seed).isLessThan(BLOCKS / 2);
    requireAllDrained();
  }

  @ParameterizedTest
  @CsvSource({"ROCKSDB,BEHIND", "ROCKSDB,THROUGH", "LEVELDB,BEHIND", "LEVELDB,THROUGH"})
  void shouldReadFromWhatIsLeftWhenBothStoresFail(StoreKind kind, DiskPolicy policy) {
    open(kind, policy, 4096);
    commit(10);
    home.awaitDrained();
    home.disk().set(Fault.UNAVAILABLE);
    home.onMemory(
        (method, args) -> {
          throw new IllegalStateException("injected");
        });
    commit(20);
    home.engine().awaitFilled();
    model.requireAll(home.engine(), 10);
    assertThat(home.engine().status().memoryState()).startsWith("down: ").contains("injected");
    assertThat(home.engine().status().diskState()).startsWith("down: injected");
    home.onMemory(FaultHome.NOTHING);
    home.disk().set(Fault.NONE);
    home.await(
        () -> {
          home.step(Duration.ofSeconds(61));
          return home.engine().status().memoryState().equals("up");
        });
    requireAllDrained();
  }

  /** What memory and log hold is answered, by hash too, the rest says why not. */
  @ParameterizedTest
  @CsvSource({"ROCKSDB,BEHIND", "ROCKSDB,THROUGH", "LEVELDB,BEHIND", "LEVELDB,THROUGH"})
  void shouldReadFromMemoryAndLogWhenTheStoreAnswersNothing(StoreKind kind, DiskPolicy policy) {
    open(kind, policy, 4096);
    commit(10);
    home.awaitDrained();
    home.engine().awaitFilled();
    home.disk().set(Fault.UNAVAILABLE);
    model.requireChain(home.engine());
    commit(10);
    home.engine().awaitFilled();
    model.requireChain(home.engine());
    home.memory().clear();
    model.requireAll(home.engine(), 10);
    if (policy == DiskPolicy.THROUGH) {
      assertThatThrownBy(() -> home.engine().block(5))
          .isInstanceOf(StorageException.Unavailable.class)
          .hasMessage("injected");
    }
    home.disk().set(Fault.NONE);
    requireAllDrained();
  }

  @ParameterizedTest
  @CsvSource({"ROCKSDB,BEHIND", "ROCKSDB,THROUGH", "LEVELDB,BEHIND", "LEVELDB,THROUGH"})
  void shouldHoldCommitAndSayWhyWhenNothingTakesTheBlock(StoreKind kind, DiskPolicy policy)
      throws Exception {
    open(kind, policy, 4096);
    commit(5);
    home.awaitDrained();
    home.disk().set(Fault.DISK_FULL);
    commit(3);
    files.failAll(Call.FORCE, true);
    home.onMemory(
        (method, args) -> {
          throw new IllegalStateException("injected");
        });
    BlockBatch batch = model.next();
    Future<?> held = other.submit(() -> home.engine().commit(batch));
    home.await(() -> home.engine().status().diskState().startsWith("held: "));
    assertThat(home.engine().status().diskState()).contains("is not appended: no space left");
    for (int i = 0; i < 10; i++) {
      home.step(Duration.ofMinutes(1));
      model.requireSome(home.engine());
      assertThat(held.isDone()).as("seed %d", seed).isFalse();
      assertThat(home.engine().applied().getHeight()).isEqualTo(8);
    }
    if (seed % 2 == 0) {
      files.heal();
    } else {
      home.disk().set(Fault.NONE);
    }
    home.await(
        () -> {
          home.step(Duration.ofSeconds(5));
          return held.isDone();
        });
    held.get(1, TimeUnit.SECONDS);
    model.acknowledged(batch);
    model.requireAll(home.engine());
    files.heal();
    home.disk().set(Fault.NONE);
    home.onMemory(FaultHome.NOTHING);
    commit(3);
    requireAllDrained();
  }

  @ParameterizedTest
  @EnumSource(StoreKind.class)
  void shouldHoldCommitWhileTheLogIsFull(StoreKind kind) throws Exception {
    open(kind, DiskPolicy.BEHIND, 4);
    home.disk().set(Fault.UNAVAILABLE);
    Future<?> writes = other.submit(() -> commit(BLOCKS));
    home.await(() -> home.engine().status().diskState().startsWith("held: "));
    assertThat(home.engine().status().diskState()).contains("is full");
    assertThat(home.engine().status().logBytes()).isLessThanOrEqualTo(4L * FaultHome.SEGMENT_BYTES);
    home.disk().set(Fault.NONE);
    home.await(
        () -> {
          home.step(Duration.ofSeconds(5));
          return writes.isDone();
        });
    writes.get(1, TimeUnit.SECONDS);
    requireAllDrained();
  }

  @ParameterizedTest
  @CsvSource({"ROCKSDB,-PT5H", "ROCKSDB,PT5H", "LEVELDB,-PT5H", "LEVELDB,PT5H"})
  void shouldNeitherHangNorSpinWhenTheClockIsSet(StoreKind kind, Duration by) {
    open(kind, DiskPolicy.BEHIND, 4096);
    commit(5);
    home.awaitDrained();
    AtomicInteger probes = new AtomicInteger();
    home.onDisk(
        (method, args) -> {
          if (method.equals("apply")) {
            probes.incrementAndGet();
          }
        });
    home.disk().set(Fault.UNAVAILABLE);
    commit(5);
    home.await(() -> probes.get() > 0);
    home.step(by);
    int before = probes.get();
    long runs = home.engine().status().sync().runs();
    commit(20);
    // Real time passes on: the next probes come by it, not hours later, and not one upon another.
    home.await(() -> probes.get() >= before + 2);
    assertThat(probes.get()).isLessThan(before + 20);
    assertThat(home.engine().status().sync().runs()).isLessThanOrEqualTo(runs + 1);
    home.disk().set(Fault.NONE);
    // The store is found to be back, and a period after the step there is a run, by the clock.
    home.await(() -> home.engine().status().diskHeight() >= model.height());
    long ran = home.engine().status().sync().runs();
    home.step(FaultHome.PERIOD);
    home.await(() -> home.engine().status().sync().runs() > ran);
    requireAllDrained();
  }
}
