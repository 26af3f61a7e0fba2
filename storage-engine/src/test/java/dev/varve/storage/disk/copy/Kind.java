package dev.varve.storage.disk.copy;

import dev.varve.storage.disk.copy.StoreCopyTest.Opened;
import dev.varve.storage.disk.leveldb.LevelDbConfig;
import dev.varve.storage.disk.leveldb.LevelDbStore;
import dev.varve.storage.disk.rocksdb.RocksDbConfig;
import dev.varve.storage.disk.rocksdb.RocksDbStore;
import java.nio.file.Path;
import java.time.Duration;

/** The embedded stores, small. */
enum Kind {
  ROCKSDB {
    @Override
    Opened open(Path folder, long historyBlocks, long retainBlocks) {
      RocksDbConfig config =
          new RocksDbConfig(8L << 20, 16L << 20, 2, 0)
              .withHistoryBlocks(historyBlocks)
              .withRetainBlocks(retainBlocks);
      RocksDbStore store = RocksDbStore.open(folder, config);
      return new Opened(store, store.records());
    }
  },
  LEVELDB {
    @Override
    Opened open(Path folder, long historyBlocks, long retainBlocks) {
      LevelDbConfig config =
          new LevelDbConfig(1 << 20, 0, 2, Duration.ofSeconds(3))
              .withHistoryBlocks(historyBlocks)
              .withRetainBlocks(retainBlocks);
      LevelDbStore store = LevelDbStore.open(folder, config);
      return new Opened(store, store.records());
    }
  };

  abstract Opened open(Path folder, long historyBlocks, long retainBlocks);
}
