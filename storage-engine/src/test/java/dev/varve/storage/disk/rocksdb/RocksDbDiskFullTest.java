package dev.varve.storage.disk.rocksdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.varve.storage.DiskStore;
import dev.varve.storage.StorageException;
import dev.varve.storage.disk.FreeSpace;
import dev.varve.storage.fixture.HeldBlocks;
import dev.varve.storage.fixture.SmallDisk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.WriteBatch;

/**
 * The store on a disk that fills up and is freed again, in one process. {@code -Dvarve.seed}
 * replays a run, {@code -Dvarve.rounds} sets how many random ones there are.
 */
class RocksDbDiskFullTest {
  private static final long MIB = 1 << 20;

  @TempDir Path temporary;
  private final long seed = Long.getLong("varve.seed", System.nanoTime());
  private SmallDisk disk;
  private HeldBlocks blocks;

  @BeforeEach
  void mount() throws Exception {
    System.out.println("RocksDbDiskFullTest seed " + seed);
    // Its library stays mapped from where it was first unpacked, and would keep the disk busy.
    RocksDbStore.open(temporary.resolve("library"), RocksDbConfig.defaults()).close();
    disk = SmallDisk.mount(temporary, 192);
  }

  @AfterEach
  void unmount() throws Exception {
    if (disk != null) {
      disk.close();
    }
  }

  private RocksDbStore open(long walBytes) {
    RocksDbConfig config = new RocksDbConfig(8 * MIB, walBytes, 2, 0);
    return RocksDbStore.open(disk.folder().resolve("store"), config);
  }

  private void apply(DiskStore store, int count) {
    for (int i = 0; i < count; i++) {
      store.apply(List.of(blocks.batch(store.applied().getHeight() + 1)));
    }
  }

  /** Applies blocks until the disk is full; the error says which file did not grow. */
  private String applyUntilFull(DiskStore store) {
    while (true) {
      String full = applyOrWhyNot(store);
      if (!full.isEmpty()) {
        return full;
      }
    }
  }

  /** Applies a block; of a full disk, what the error says, else nothing. */
  private String applyOrWhyNot(DiskStore store) {
    long before = store.applied().getHeight();
    try {
      apply(store, 1);
      return "";
    } catch (StorageException.DiskFull e) {
      assertThat(store.applied().getHeight()).as("seed %d", seed).isEqualTo(before);
      return e.getMessage();
    }
  }

  /** The disk is full: nothing is taken, everything is read. Then there is space: it goes on. */
  private void requireToGoOnAfterFreeing(RocksDbStore store) throws IOException {
    long held = store.applied().getHeight();
    for (int i = 0; i < 3; i++) {
      assertThatThrownBy(() -> apply(store, 1))
          .as("seed %d", seed)
          .isInstanceOf(StorageException.DiskFull.class);
    }
    assertThat(store.applied().getHeight()).as("seed %d", seed).isEqualTo(held);
    blocks.requireWhole(store);
    disk.free();
    apply(store, 5);
    assertThat(store.applied().getHeight()).as("seed %d", seed).isBetween(held + 5, held + 6);
    blocks.requireWhole(store);
  }

  private void requireWholeAfterReopening() {
    try (RocksDbStore store = open(16 * MIB)) {
      blocks.requireWhole(store);
      apply(store, 1);
    }
  }

  private void awaitBackgroundError(RocksDbStore store) throws InterruptedException {
    long deadline = System.nanoTime() + 60_000_000_000L;
    while (store.backgroundErrors() == 0) {
      assertThat(System.nanoTime()).as("no background error, seed %d", seed).isLessThan(deadline);
      Thread.sleep(5);
    }
  }

  /**
   * Until a compaction has failed, or for a while: RocksDB puts one off that it sees no room for,
   * which is no error. Which of the two depends on the sizes, and so on the seed.
   */
  private static void awaitCompaction(RocksDbStore store) throws InterruptedException {
    long deadline = System.nanoTime() + 10_000_000_000L;
    while (store.backgroundErrors() == 0 && System.nanoTime() < deadline) {
      Thread.sleep(5);
    }
  }

  @Test
  void shouldGoOnAfterTheLogFoundNoSpace() throws Exception {
    blocks = new HeldBlocks(seed, 200, 250);
    try (RocksDbStore store = open(64 * MIB)) {
      apply(store, 1);
      disk.fillUpTo(2 * MIB);
      assertThat(applyUntilFull(store)).as("seed %d", seed).contains(".log: ");
      requireToGoOnAfterFreeing(store);
    }
    requireWholeAfterReopening();
  }

  @Test
  void shouldGoOnAfterAFlushFoundNoSpace() throws Exception {
    blocks = new HeldBlocks(seed, 200, 250);
    try (RocksDbStore store = open(16 * MIB)) {
      // Always room for the next block in the log, never for the tables that the log is turned
      // into at its bound. Which of the two is refused first is up to the system.
      String full = "";
      while (full.isEmpty()) {
        disk.fillUpTo(2 * MIB);
        full = applyOrWhyNot(store);
      }
      awaitBackgroundError(store);
      requireToGoOnAfterFreeing(store);
    }
    requireWholeAfterReopening();
  }

  @Test
  void shouldGoOnAfterACompactionFoundNoSpace() throws Exception {
    blocks = new HeldBlocks(seed, 500, 100);
    // Each opening turns the log into a table of each family; the fourth calls for compaction.
    for (int i = 0; i < 4; i++) {
      try (RocksDbStore store = open(16 * MIB)) {
        apply(store, 20);
      }
    }
    // Enough for the tables made of the last log, which it frees then, not for merging all four.
    disk.fillUpTo(new FreeSpace(disk.folder().resolve("store/db")).usedBytes(".log"));
    try (RocksDbStore store = open(16 * MIB)) {
      awaitCompaction(store);
      blocks.requireWhole(store);
      applyUntilFull(store);
      requireToGoOnAfterFreeing(store);
    }
    requireWholeAfterReopening();
  }

  @Test
  void shouldNeitherOpenNorBreakOnAFullDisk() throws Exception {
    blocks = new HeldBlocks(seed, 200, 250);
    try (RocksDbStore store = open(64 * MIB)) {
      apply(store, 30);
    }
    disk.fillUpTo(0);
    for (int i = 0; i < 3; i++) {
      assertThatThrownBy(() -> open(64 * MIB)).isInstanceOf(StorageException.DiskFull.class);
    }
    Path folder = disk.folder().resolve("store");
    try (RocksDbStore reader = RocksDbStore.openReadOnly(folder, RocksDbConfig.defaults())) {
      blocks.requireWhole(reader);
    }
    disk.free();
    requireWholeAfterReopening();
  }

  @Test
  void shouldAnswerReadsWhileItCannotBeReopened() throws Exception {
    RocksDbConfig config = new RocksDbConfig(8 * MIB, 16 * MIB, 1, 0);
    byte[] key = {1};
    // More than RocksDB reserves for the log at a time: closing gives back less than is needed.
    byte[] value = new byte[(int) (30 * MIB)];
    new Random(seed).nextBytes(value);
    try (Database database = Database.open(disk.folder().resolve("db"), config, 0, false);
        WriteBatch batch = new WriteBatch()) {
      batch.put(key, value);
      database.write(batch.data());
      disk.fillUpTo(0);
      assertThatThrownBy(database::reopen).isInstanceOf(StorageException.DiskFull.class);
      assertThat(database.get(ColumnFamily.META, key)).isEqualTo(value);
      disk.free();
      database.reopen();
      assertThat(database.get(ColumnFamily.META, key)).isEqualTo(value);
      database.write(batch.data());
    }
  }

  @Test
  void shouldStopAtTheWatermark() throws Exception {
    blocks = new HeldBlocks(seed, 200, 250);
    Path folder = disk.folder().resolve("store");
    RocksDbConfig config = new RocksDbConfig(8 * MIB, 16 * MIB, 1, 64 * MIB);
    try (RocksDbStore store = RocksDbStore.open(folder, config)) {
      apply(store, 1);
      disk.fillUpTo(63 * MIB);
      assertThat(applyUntilFull(store)).contains("applying a block needs 67108864");
      assertThat(store.applied().getHeight()).isEqualTo(1);
      disk.free();
      apply(store, 1);
      assertThat(store.backgroundErrors()).isZero();
    }
  }

  @Test
  void shouldAnswerReadsThroughoutAndGoOnFromAnyFullDisk() throws Exception {
    int rounds = Integer.getInteger("varve.rounds", 1);
    for (int round = 0; round < rounds; round++) {
      Random random = new Random(seed + round);
      blocks = new HeldBlocks(seed + round, 400 + random.nextInt(2000), 10 + random.nextInt(300));
      try (RocksDbStore store = open((16 + random.nextInt(16)) * MIB)) {
        apply(store, 1 + random.nextInt(30));
        disk.fillUpTo(random.nextInt((int) (24 * MIB)));
        AtomicBoolean stop = new AtomicBoolean();
        ExecutorService reader = Executors.newSingleThreadExecutor();
        Future<Long> reads = reader.submit(() -> readUntil(stop, store, random.nextLong()));
        System.out.println(applyUntilFull(store));
        requireToGoOnAfterFreeing(store);
        stop.set(true);
        assertThat(reads.get(60, TimeUnit.SECONDS)).as("seed %d", seed).isPositive();
        reader.shutdown();
      }
      requireWholeAfterReopening();
      unmount();
      disk = SmallDisk.mount(temporary, 192);
    }
  }

  private long readUntil(AtomicBoolean stop, DiskStore store, long seedOfReads) {
    Random random = new Random(seedOfReads);
    long reads = 0;
    while (!stop.get()) {
      blocks.requireHeld(store, 1 + (long) (random.nextDouble() * store.applied().getHeight()));
      reads++;
    }
    return reads;
  }
}
