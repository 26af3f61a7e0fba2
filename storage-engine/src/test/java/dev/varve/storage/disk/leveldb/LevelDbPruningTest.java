package dev.varve.storage.disk.leveldb;

import dev.varve.storage.DiskStore;
import dev.varve.storage.PruningContract;
import java.nio.file.Path;

class LevelDbPruningTest extends PruningContract {
  @Override
  protected DiskStore open(Path folder, long historyBlocks, long retainBlocks) {
    return LevelDbStore.open(
        folder,
        LevelDbConfig.defaults().withHistoryBlocks(historyBlocks).withRetainBlocks(retainBlocks));
  }
}
