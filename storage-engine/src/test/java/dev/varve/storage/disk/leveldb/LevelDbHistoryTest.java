package dev.varve.storage.disk.leveldb;

import dev.varve.storage.DiskStore;
import dev.varve.storage.RollbackContract;
import java.nio.file.Path;

class LevelDbHistoryTest extends RollbackContract {
  @Override
  protected DiskStore open(Path folder, long historyBlocks) {
    return LevelDbStore.open(folder, LevelDbConfig.defaults().withHistoryBlocks(historyBlocks));
  }
}
