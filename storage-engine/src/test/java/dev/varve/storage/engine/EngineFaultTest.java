package dev.varve.storage.engine;

import dev.varve.storage.DiskStore;
import dev.varve.storage.disk.leveldb.LevelDbConfig;
import dev.varve.storage.disk.leveldb.LevelDbStore;
import dev.varve.storage.disk.rocksdb.RocksDbConfig;
import dev.varve.storage.disk.rocksdb.RocksDbStore;
import java.nio.file.Path;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A few seeded fault runs; replay one with {@code -Dvarve.seed=N}. */
class EngineFaultTest {
  private static final int RUNS = Integer.getInteger("varve.runs", 20);

  @TempDir Path folder;

  @Test
  void shouldKeepEveryAcknowledgedBlockOnRocksDb() throws Exception {
    run(RUNS, store -> RocksDbStore.open(store, RocksDbConfig.defaults()));
  }

  @Test
  void shouldKeepEveryAcknowledgedBlockOnLevelDb() throws Exception {
    run(RUNS, store -> LevelDbStore.open(store, LevelDbConfig.defaults()));
  }

  private void run(int runs, Function<Path, DiskStore> stores) throws Exception {
    Long only = Long.getLong("varve.seed");
    long first = only != null ? only : System.nanoTime();
    for (long seed = first; seed < first + (only != null ? 1 : runs); seed++) {
      try {
        new FaultRun(seed, folder.resolve("run" + seed), stores).run();
      } catch (Exception | AssertionError e) {
        throw new AssertionError("replay with -Dvarve.seed=" + seed, e);
      }
    }
  }
}
