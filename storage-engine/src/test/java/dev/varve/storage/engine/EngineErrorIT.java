package dev.varve.storage.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.varve.fallback.io.FaultyFileIo;
import dev.varve.fallback.io.FaultyFileIo.Call;
import dev.varve.fallback.io.RealFileIo;
import dev.varve.storage.BlockBatch;
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
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Errors of the Java machine in the stores, and a log that fails beside a slow or a whole store.
 */
class EngineErrorIT {
  private static final long LIMIT_NANOS = TimeUnit.SECONDS.toNanos(60);

  @TempDir Path folder;
  private final ChainModel model = new ChainModel(new Random(Seeds.seed(EngineErrorIT.class)));
  private final FaultyFileIo files = new FaultyFileIo(new RealFileIo());

  /** With a log that takes all blocks of a test: a full one holds them while the store is down. */
  private FaultHome open() {
    FaultHome home = new FaultHome(folder, StoreKind.ROCKSDB, DiskPolicy.BEHIND, files);
    return home.withLogSegments(256).open();
  }

  private void commit(FaultHome home, int count) {
    for (int i = 0; i < count; i++) {
      BlockBatch batch = model.next();
      home.engine().commit(batch);
      model.acknowledged(batch);
    }
  }

  /** What the log refuses waits for the store, which is tried again only as the clock runs. */
  private void commitAsTimePasses(FaultHome home, int count) throws Exception {
    ExecutorService committing = Executors.newSingleThreadExecutor();
    try {
      Future<?> blocks = committing.submit(() -> commit(home, count));
      await(home, blocks::isDone);
      blocks.get();
    } finally {
      committing.shutdown();
    }
  }

  /** Waits while the engine's clock runs fast. */
  private static void await(FaultHome home, BooleanSupplier reached) throws InterruptedException {
    long end = System.nanoTime() + LIMIT_NANOS;
    while (!reached.getAsBoolean()) {
      assertThat(System.nanoTime()).as("%s", home.engine().status()).isLessThan(end);
      home.step(Duration.ofSeconds(1));
      Thread.sleep(10);
    }
  }

  @Test
  void shouldDrainOnAfterTheStoreRanOutOfMemory() throws InterruptedException {
    FaultHome home = open();
    commit(home, 3);
    home.awaitDrained();
    AtomicBoolean fail = new AtomicBoolean(true);
    home.onDisk(
        (method, args) -> {
          if (method.equals("apply") && fail.getAndSet(false)) {
            throw new OutOfMemoryError("made by the test");
          }
        });
    commit(home, 20);
    await(home, () -> home.engine().status().diskHeight() == 23);
    assertThat(fail).isFalse();
    model.requireAll(home.engine());
    home.close();
  }

  @Test
  void shouldMakeMemoryAnewAfterItRanOutOfMemory() throws InterruptedException {
    FaultHome home = open();
    commit(home, 3);
    home.engine().awaitFilled();
    AtomicBoolean fail = new AtomicBoolean(true);
    AtomicBoolean met = new AtomicBoolean();
    home.onMemory(
        (method, args) -> {
          if (method.equals("put") && fail.get()) {
            met.set(true);
            throw new OutOfMemoryError("made by the test");
          }
        });
    commit(home, 1);
    await(home, () -> met.get() && !home.engine().status().memoryState().equals("up"));
    fail.set(false);
    commit(home, 5);
    await(home, () -> home.engine().status().memoryState().equals("up"));
    commit(home, 1);
    home.engine().awaitFilled();
    model.requireAll(home.engine());
    home.close();
  }

  @Test
  void shouldGiveABlockToAStoreThatWasSlowWhenTheLogRefusesIt() throws Exception {
    FaultHome home = open();
    AtomicBoolean slow = new AtomicBoolean(true);
    home.onDisk(
        (method, args) -> {
          if (method.equals("apply") && slow.get()) {
            sleep(home.engine() == null ? 0 : 700);
          }
        });
    commit(home, 1);
    home.awaitDrained();
    slow.set(false);
    files.failAll(Call.FORCE, true);
    commitAsTimePasses(home, 1);
    files.heal();
    model.requireAll(home.engine());
    home.close();
  }

  @Test
  void shouldGoOnAfterTheLogCouldNotBeTrimmedOnAFullDisk() throws Exception {
    FaultHome home = open();
    home.disk().set(Fault.UNAVAILABLE);
    commit(home, 40);
    AtomicBoolean met = new AtomicBoolean();
    files.setFault(
        (call, file) -> {
          if (call == Call.FORCE && file.endsWith("cursor")) {
            met.set(true);
            throw FaultyFileIo.failure(file, true);
          }
        });
    home.disk().set(Fault.NONE);
    await(home, met::get);
    files.heal();
    commitAsTimePasses(home, 5);
    await(home, () -> home.engine().status().diskHeight() == 45);
    model.requireAll(home.engine());
    home.close();
  }

  private static void sleep(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
