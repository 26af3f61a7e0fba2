package dev.varve.bench.engine;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.Cache;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.DBOptions;
import org.rocksdb.LRUCache;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksObject;

/** RocksDB's own look-up of state keys in a store's folder, without Varve; read only. */
final class RawRocksDb implements AutoCloseable {
  private static final String STATE = "state";

  private final List<RocksObject> owned = new ArrayList<>();
  private final List<ColumnFamilyHandle> handles = new ArrayList<>();
  private final RocksDB database;
  private final ColumnFamilyHandle state;

  RawRocksDb(Path storeFolder, long cacheBytes) {
    String path = storeFolder.resolve("db").toString();
    Cache cache = own(new LRUCache(cacheBytes));
    BloomFilter filter = own(new BloomFilter(10));
    try (Options any = new Options()) {
      List<ColumnFamilyDescriptor> families = new ArrayList<>();
      for (byte[] name : RocksDB.listColumnFamilies(any, path)) {
        BlockBasedTableConfig table =
            new BlockBasedTableConfig()
                .setBlockCache(cache)
                .setFilterPolicy(filter)
                .setCacheIndexAndFilterBlocks(true)
                .setPinL0FilterAndIndexBlocksInCache(true);
        ColumnFamilyOptions options = own(new ColumnFamilyOptions());
        families.add(new ColumnFamilyDescriptor(name, options.setTableFormatConfig(table)));
      }
      DBOptions options = own(new DBOptions()).setMaxOpenFiles(512);
      database = RocksDB.openReadOnly(options, path, families, handles);
      state = handle(STATE);
    } catch (RocksDBException e) {
      throw new IllegalStateException("RocksDB does not open " + path + ": " + e.getMessage(), e);
    }
  }

  private ColumnFamilyHandle handle(String name) throws RocksDBException {
    for (ColumnFamilyHandle handle : handles) {
      if (new String(handle.getName(), UTF_8).equals(name)) {
        return handle;
      }
    }
    throw new IllegalStateException("the store has no column family " + name);
  }

  /** The stored value, null if there is none. */
  byte[] get(byte[] key) {
    try {
      return database.get(state, key);
    } catch (RocksDBException e) {
      throw new IllegalStateException("RocksDB does not read: " + e.getMessage(), e);
    }
  }

  private <T extends RocksObject> T own(T object) {
    owned.add(object);
    return object;
  }

  @Override
  public void close() {
    handles.forEach(ColumnFamilyHandle::close);
    database.close();
    for (int i = owned.size() - 1; i >= 0; i--) {
      owned.get(i).close();
    }
  }
}
