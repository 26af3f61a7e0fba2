package dev.varve.storage.engine;

import dev.varve.fallback.io.FileTrees;
import dev.varve.storage.DiskStore;
import dev.varve.storage.disk.leveldb.LevelDbConfig;
import dev.varve.storage.disk.leveldb.LevelDbStore;
import dev.varve.storage.disk.rocksdb.RocksDbConfig;
import dev.varve.storage.disk.rocksdb.RocksDbStore;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Seeded fault runs on both stores, as many as half a minute takes; with {@code -Pfull} a thousand
 * each, whose table is written to the module's docs. {@code -Dvarve.seed=N} replays one, {@code
 * -Dvarve.runs=N} sets how many there are.
 */
class EngineFaultIT {
  private static final int FULL_RUNS = 1_000;
  private static final Duration SLICE = Duration.ofSeconds(30);
  // Runs wait more than they work: for breakers, slow stores and forces.
  private static final int WORKERS = 4;

  @TempDir Path folder;

  @Test
  void shouldKeepEveryAcknowledgedBlockOnRocksDb() throws Exception {
    run("RocksDB", store -> RocksDbStore.open(store, RocksDbConfig.defaults()));
  }

  @Test
  void shouldKeepEveryAcknowledgedBlockOnLevelDb() throws Exception {
    run("LevelDB", store -> LevelDbStore.open(store, LevelDbConfig.defaults()));
  }

  private void run(String name, Function<Path, DiskStore> stores) throws Exception {
    Long only = Long.getLong("varve.seed");
    FaultTable table = new FaultTable(name);
    if (only != null) {
      one(only, stores, table);
      return;
    }
    boolean full = Boolean.getBoolean("varve.full");
    int runs = Integer.getInteger("varve.runs", full ? FULL_RUNS : Integer.MAX_VALUE);
    long end = System.nanoTime() + SLICE.toNanos();
    boolean bounded = runs < Integer.MAX_VALUE;
    all(runs, () -> bounded || System.nanoTime() < end, stores, table);
    System.out.println(table);
    if (full) {
      table.write(Path.of("docs"));
    }
  }

  /** Runs seeds that follow each other, until the first one fails. */
  private void all(
      int runs, BooleanSupplier goOn, Function<Path, DiskStore> stores, FaultTable table)
      throws Exception {
    AtomicLong next = new AtomicLong(System.nanoTime());
    long end = next.get() + runs;
    AtomicBoolean failed = new AtomicBoolean();
    ExecutorService workers = Executors.newFixedThreadPool(WORKERS);
    try {
      List<Future<?>> ends = new ArrayList<>();
      for (int worker = 0; worker < WORKERS; worker++) {
        ends.add(
            workers.submit(
                () -> {
                  long seed = next.getAndIncrement();
                  while (seed < end && !failed.get() && goOn.getAsBoolean()) {
                    try {
                      one(seed, stores, table);
                    } catch (Exception | AssertionError e) {
                      failed.set(true);
                      throw e;
                    }
                    seed = next.getAndIncrement();
                  }
                  return null;
                }));
      }
      for (Future<?> worker : ends) {
        worker.get();
      }
    } catch (ExecutionException e) {
      throw new AssertionError(e.getCause().getMessage(), e.getCause());
    } finally {
      workers.shutdown();
    }
  }

  private void one(long seed, Function<Path, DiskStore> stores, FaultTable table)
      throws IOException {
    Path home = folder.resolve("run" + seed);
    FaultRun run = new FaultRun(seed, home, stores);
    try {
      run.run();
    } catch (Exception | AssertionError e) {
      throw new AssertionError("replay with -Dvarve.seed=" + seed, e);
    }
    table.add(seed, run.tally());
    FileTrees.delete(home);
  }
}
