package dev.varve.storage.disk.leveldb;

import static org.assertj.core.api.Assertions.assertThat;

import dev.varve.storage.DiskStore;
import dev.varve.storage.StorageException;
import dev.varve.storage.fixture.HeldBlocks;
import dev.varve.storage.fixture.SmallDisk;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Full disks and interrupts, in one process. {@code -Dvarve.seed} replays a run, {@code
 * -Dvarve.rounds} sets how many random ones there are.
 */
class LevelDbFaultTest {
  private static final long MIB = 1 << 20;

  @TempDir Path temporary;
  private final long seed = Long.getLong("varve.seed", System.nanoTime());

  private static void apply(DiskStore store, HeldBlocks blocks, int count) {
    for (int i = 0; i < count; i++) {
      store.apply(List.of(blocks.batch(store.applied().getHeight() + 1)));
    }
  }

  private StorageException applyUntilRefused(DiskStore store, HeldBlocks blocks) {
    while (true) {
      long before = store.applied().getHeight();
      try {
        apply(store, blocks, 1);
      } catch (StorageException e) {
        assertThat(e)
            .as("seed %d", seed)
            .isInstanceOfAny(StorageException.DiskFull.class, StorageException.Unavailable.class);
        assertThat(store.applied().getHeight()).as("seed %d", seed).isEqualTo(before);
        return e;
      }
    }
  }

  @Test
  void shouldLoseNothingOnAFullDiskAndGoOnOnceThereIsSpace() throws Exception {
    System.out.println("LevelDbFaultTest seed " + seed);
    int rounds = Integer.getInteger("varve.rounds", 3);
    for (int round = 0; round < rounds; round++) {
      try (SmallDisk disk = SmallDisk.mount(temporary, 96)) {
        fillAndFree(disk, seed + round);
      }
    }
  }

  private void fillAndFree(SmallDisk disk, long seedOfRound) throws IOException {
    Random random = new Random(seedOfRound);
    HeldBlocks blocks = new HeldBlocks(seedOfRound, 300, 10 + random.nextInt(300));
    LevelDbConfig config =
        new LevelDbConfig((1 + random.nextInt(4)) << 20, 0, 2, Duration.ofSeconds(3));
    Path folder = disk.folder().resolve("store");
    try (LevelDbStore store = LevelDbStore.open(folder, config)) {
      apply(store, blocks, 1 + random.nextInt(100));
      disk.fillUpTo(random.nextInt((int) (8 * MIB)));
      System.out.println(applyUntilRefused(store, blocks));
      for (int i = 0; i < 3; i++) {
        applyOrRefuse(store, blocks);
      }
      long held = store.applied().getHeight();
      disk.free();
      for (int i = 0; i < 31; i++) {
        applyOnceThereIsSpace(store, blocks);
      }
      assertThat(store.applied().getHeight())
          .as("seed %d", seedOfRound)
          .isGreaterThanOrEqualTo(held + 31);
      blocks.requireWhole(store);
      assertThat(store.verify()).isEqualTo(store.applied().getHeight());
      blocks.requireWhole(store);
    }
    try (LevelDbStore store = LevelDbStore.open(folder, config)) {
      blocks.requireWhole(store);
    }
  }

  // Half a record that opening cuts off may leave room for a block that is smaller.
  private static void applyOrRefuse(DiskStore store, HeldBlocks blocks) {
    long before = store.applied().getHeight();
    try {
      apply(store, blocks, 1);
      assertThat(store.applied().getHeight()).isEqualTo(before + 1);
    } catch (StorageException e) {
      assertThat(store.applied().getHeight()).isEqualTo(before);
    }
  }

  // A write that waits for space ends a while after there is some.
  private static void applyOnceThereIsSpace(DiskStore store, HeldBlocks blocks) {
    for (int attempt = 1; ; attempt++) {
      try {
        apply(store, blocks, 1);
        return;
      } catch (StorageException.Unavailable e) {
        if (attempt == 20) {
          throw e;
        }
      }
    }
  }

  @Test
  void shouldStopAtTheWatermarkAndKeepReading() throws Exception {
    HeldBlocks blocks = new HeldBlocks(seed, 300, 250);
    LevelDbConfig config = new LevelDbConfig(1 << 20, 8 * MIB, 2, Duration.ofSeconds(10));
    try (SmallDisk disk = SmallDisk.mount(temporary, 96)) {
      Path folder = disk.folder().resolve("store");
      try (LevelDbStore store = LevelDbStore.open(folder, config)) {
        apply(store, blocks, 50);
        disk.fillUpTo(7 * MIB);
        assertThat(applyUntilRefused(store, blocks))
            .isInstanceOf(StorageException.DiskFull.class)
            .hasMessageContaining("applying a block needs 8388608");
        blocks.requireWhole(store);
        disk.free();
        apply(store, blocks, 5);
        blocks.requireWhole(store);
      }
    }
  }

  @Test
  void shouldSurviveInterruptsOfItsCallers() throws Exception {
    HeldBlocks blocks = new HeldBlocks(seed, 300, 250);
    Path folder = temporary.resolve("store");
    try (LevelDbStore store = LevelDbStore.open(folder, CrashWriter.config())) {
      apply(store, blocks, 10);
      AtomicBoolean stop = new AtomicBoolean();
      ExecutorService callers = Executors.newFixedThreadPool(2);
      Thread[] threads = new Thread[2];
      Future<?> writes =
          callers.submit(
              () -> {
                threads[0] = Thread.currentThread();
                for (int i = 0; i < 60; i++) {
                  apply(store, blocks, 1);
                }
                stop.set(true);
              });
      Future<?> reads =
          callers.submit(
              () -> {
                threads[1] = Thread.currentThread();
                while (!stop.get()) {
                  blocks.requireHeld(store, 1 + (store.applied().getHeight() - 1) / 2);
                }
              });
      while (!stop.get() && !writes.isDone() && !reads.isDone()) {
        for (Thread thread : threads) {
          if (thread != null) {
            thread.interrupt();
          }
        }
        Thread.onSpinWait();
      }
      writes.get(60, TimeUnit.SECONDS);
      reads.get(60, TimeUnit.SECONDS);
      callers.shutdown();
      assertThat(store.applied().getHeight()).isEqualTo(70);
      blocks.requireWhole(store);
    }
  }

  @Test
  void shouldKeepWhatItVerifiedAndGoOn() {
    HeldBlocks blocks = new HeldBlocks(seed, 300, 250);
    Path folder = temporary.resolve("store");
    try (LevelDbStore store = LevelDbStore.open(folder, CrashWriter.config())) {
      assertThat(store.verify()).isZero();
      for (int i = 1; i <= 4; i++) {
        apply(store, blocks, 20);
        assertThat(store.verify()).isEqualTo(20L * i);
      }
      blocks.requireWhole(store);
    }
  }
}
