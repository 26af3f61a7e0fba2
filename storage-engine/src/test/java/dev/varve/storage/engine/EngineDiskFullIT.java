package dev.varve.storage.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.varve.fallback.io.RealFileIo;
import dev.varve.storage.BlockBatch;
import dev.varve.storage.StorageException;
import dev.varve.storage.fault.ChainModel;
import dev.varve.storage.fault.FaultyStore.Fault;
import dev.varve.storage.fault.Seeds;
import dev.varve.storage.fault.StoreKind;
import dev.varve.storage.fixture.BatchBuilder;
import dev.varve.storage.fixture.SmallDisk;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A disk that is really full, under the store while it is drained into, or under the log while it
 * is appended to and its next segment is made. Skipped where a tmpfs cannot be mounted.
 */
class EngineDiskFullIT {
  private static final int DISK_MEBIBYTES = 192;

  @TempDir Path folder;
  private final long seed = Seeds.seed(EngineDiskFullIT.class);
  private final ChainModel model = new ChainModel(new Random(seed));

  private void commit(FaultHome home, int blocks) {
    for (int i = 0; i < blocks; i++) {
      take(home, model.next());
    }
  }

  private void take(FaultHome home, BlockBatch batch) {
    home.engine().commit(batch);
    model.acknowledged(batch);
  }

  /**
   * A LevelDB of which a compaction failed answers nothing until it is opened again, which takes
   * space: what memory and log lack is refused then.
   */
  private void requireReadable(FaultHome home, StoreKind kind) {
    try {
      model.requireAll(home.engine());
    } catch (StorageException.DiskFull | StorageException.Unavailable e) {
      if (kind != StoreKind.LEVELDB) {
        throw e;
      }
    }
  }

  private void awaitDrained(FaultHome home) {
    home.await(
        () -> {
          home.step(Duration.ofSeconds(5));
          return home.engine().status().diskHeight() >= model.height();
        });
  }

  @ParameterizedTest
  @EnumSource(StoreKind.class)
  void shouldGoOnInTheLogWhileTheStoresDiskIsFull(StoreKind kind) throws Exception {
    // RocksDB's library stays mapped from where it was first unpacked, and keeps the disk busy.
    kind.open(folder.resolve("library")).close();
    try (SmallDisk disk = SmallDisk.mount(folder, DISK_MEBIBYTES)) {
      FaultHome home = new FaultHome(folder, kind, DiskPolicy.BEHIND, new RealFileIo());
      home.withStoreFolder(disk.folder().resolve("store")).withLogSegments(4096).open();
      try {
        commit(home, 20);
        awaitDrained(home);
        disk.fillUpTo(0);
        home.await(
            () -> {
              // Large: RocksDB has taken the space for its log ahead.
              long next = model.height() + 1;
              take(home, BatchBuilder.random(next, 100, 8_000, new Random(seed + next)).build());
              return !home.engine().status().diskState().equals("up");
            });
        commit(home, 20);
        requireReadable(home, kind);
        disk.free();
        awaitDrained(home);
        model.requireAll(home.engine());
        commit(home, 5);
        awaitDrained(home);
      } finally {
        home.close();
      }
      home.open();
      model.requireAll(home.engine());
      assertThat(home.disk().applied().getHeight()).as("seed %d", seed).isEqualTo(model.height());
      home.close();
    }
  }

  @ParameterizedTest
  @EnumSource(StoreKind.class)
  void shouldGoOnInTheStoreOrHoldWhileTheLogsDiskIsFull(StoreKind kind) throws Exception {
    ExecutorService other = Executors.newSingleThreadExecutor();
    try (SmallDisk disk = SmallDisk.mount(folder, 16)) {
      FaultHome home = new FaultHome(folder, kind, DiskPolicy.BEHIND, new RealFileIo());
      home.withLogFolder(disk.folder().resolve("log")).withLogSegments(4096).open();
      try {
        commit(home, 5);
        disk.fillUpTo(0);
        // No segment can be made: neither ahead nor when an append needs it.
        commit(home, 60);
        model.requireAll(home.engine());
        home.disk().set(Fault.UNAVAILABLE);
        Future<?> held = other.submit(() -> commit(home, 60));
        home.await(() -> home.engine().status().diskState().startsWith("held: "));
        assertThat(held.isDone()).as("seed %d", seed).isFalse();
        disk.free();
        home.await(
            () -> {
              home.step(Duration.ofSeconds(5));
              return held.isDone();
            });
        held.get(1, TimeUnit.SECONDS);
        home.disk().set(Fault.NONE);
        awaitDrained(home);
        model.requireAll(home.engine());
      } finally {
        home.close();
      }
      home.open();
      model.requireAll(home.engine());
      home.close();
    } finally {
      other.shutdown();
    }
  }
}
