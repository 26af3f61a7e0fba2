package dev.varve.storage.disk.rocksdb;

import dev.varve.storage.DiskStore;
import dev.varve.storage.DiskStoreContract;
import java.nio.file.Path;

class RocksDbStoreTest extends DiskStoreContract {
  @Override
  protected DiskStore open(Path folder) {
    return RocksDbStore.open(folder, RocksDbConfig.defaults());
  }
}
