package dev.varve.storage.disk.rocksdb;

import dev.varve.storage.DiskStore;
import dev.varve.storage.PruningContract;
import java.nio.file.Path;

class RocksDbPruningTest extends PruningContract {
  @Override
  protected DiskStore open(Path folder, long historyBlocks, long retainBlocks) {
    return RocksDbStore.open(
        folder,
        RocksDbConfig.defaults().withHistoryBlocks(historyBlocks).withRetainBlocks(retainBlocks));
  }
}
