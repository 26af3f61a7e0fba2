package dev.varve.node;

import com.google.protobuf.ByteString;
import dev.varve.storage.DiskStore;
import dev.varve.storage.StorageException;
import dev.varve.storage.disk.leveldb.LevelDbStore;
import dev.varve.storage.disk.rocksdb.RocksDbStore;
import java.util.Optional;

/**
 * The records of a home, opened for reading only, for tools; a running node does not mind. Safe for
 * use from any thread. Errors: {@link StorageException}.
 */
public final class StoredChain implements AutoCloseable {
  // Names that the ledger gives with the first block, see package dev.varve.ledger.
  private static final String META_CHAIN_ID = "ledger.chain_id";
  private static final String META_INITIAL_HEIGHT = "ledger.initial_height";

  private final DiskStore store;

  private StoredChain(DiskStore store) {
    this.store = store;
  }

  /**
   * Opens the disk store of a home; sees what was durable then. A node may run on it, unless the
   * store is LevelDB, which one process opens at a time.
   *
   * @throws NodeException when the home is of another format
   * @throws StorageException when there is no store or it cannot be read
   */
  public static StoredChain open(NodeHome home, NodeConfig config) {
    home.requireFormat();
    NodeConfig.Disk disk = config.disk();
    DiskStore opened =
        switch (disk.store()) {
          case "leveldb" -> LevelDbStore.open(disk.path(), Wiring.levelDb(config));
          case "mysql" ->
              ClusterDisk.open(
                  home,
                  config,
                  () ->
                      RocksDbStore.openReadOnly(Wiring.ledgerPath(config), Wiring.ledgerDb(config)),
                  cluster -> {});
          default -> RocksDbStore.openReadOnly(disk.path(), Wiring.rocksDb(config));
        };
    return new StoredChain(StoreMarks.requireFinished(opened, home.path().toString()));
  }

  /** For tests. */
  static StoredChain of(DiskStore store) {
    return new StoredChain(store);
  }

  /** The records. */
  public DiskStore store() {
    return store;
  }

  /** The chain's name, once its first block is durable. */
  public Optional<String> chainId() {
    return store.meta(META_CHAIN_ID).map(ByteString::toStringUtf8);
  }

  /** The first block's height; 1 before there is one. */
  public long initialHeight() {
    return store
        .meta(META_INITIAL_HEIGHT)
        .map(ByteString::toStringUtf8)
        .map(Long::valueOf)
        .orElse(1L);
  }

  @Override
  public void close() {
    store.close();
  }
}
