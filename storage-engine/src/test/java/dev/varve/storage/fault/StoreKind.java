package dev.varve.storage.fault;

import dev.varve.storage.DiskStore;
import dev.varve.storage.disk.leveldb.LevelDbConfig;
import dev.varve.storage.disk.leveldb.LevelDbStore;
import dev.varve.storage.disk.rocksdb.RocksDbConfig;
import dev.varve.storage.disk.rocksdb.RocksDbStore;
import java.nio.file.Path;
import java.time.Duration;

/** The embedded disk stores, small. */
public enum StoreKind {
  ROCKSDB {
    @Override
    public DiskStore open(Path folder, long historyBlocks) {
      RocksDbConfig config = new RocksDbConfig(8L << 20, 16L << 20, 2, 0);
      return RocksDbStore.open(folder, config.withHistoryBlocks(historyBlocks));
    }
  },
  LEVELDB {
    @Override
    public DiskStore open(Path folder, long historyBlocks) {
      LevelDbConfig config = new LevelDbConfig(1 << 20, 0, 2, Duration.ofSeconds(3));
      return LevelDbStore.open(folder, config.withHistoryBlocks(historyBlocks));
    }
  };

  private static final long HISTORY_BLOCKS = 10_000;

  /** Opens or creates one. */
  public abstract DiskStore open(Path folder, long historyBlocks);

  /** The same with a history of the default length. */
  public DiskStore open(Path folder) {
    return open(folder, HISTORY_BLOCKS);
  }
}
