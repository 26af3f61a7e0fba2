package dev.varve.node;

import com.google.protobuf.ByteString;
import dev.varve.fallback.Damage;
import dev.varve.storage.DiskStore;
import dev.varve.storage.Keys;
import dev.varve.storage.RecordType;
import dev.varve.storage.StorageException;
import dev.varve.storage.disk.copy.CopyRecord;
import dev.varve.storage.disk.copy.EmbeddedRecords;
import dev.varve.storage.disk.leveldb.LevelDbStore;
import dev.varve.storage.disk.rocksdb.RocksDbStore;
import dev.varve.storage.disk.sql.SqlGroup;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * The records of a home, opened for reading only, for tools: nothing of it is changed. A running
 * node does not mind. Safe for use from any thread. Errors: {@link StorageException}.
 */
public final class StoredChain implements AutoCloseable {
  // Names that the ledger gives with the first block, see package dev.varve.ledger.
  private static final String META_CHAIN_ID = "ledger.chain_id";
  private static final String META_INITIAL_HEIGHT = "ledger.initial_height";

  private static final long ANSWER_NANOS = TimeUnit.SECONDS.toNanos(10);
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

  private final DiskStore store;
  private final Optional<Databases> databases;
  private final Optional<EmbeddedRecords> records;
  private final List<Damage> damage;

  /**
   * What a store on a cluster is made of.
   *
   * @param groups the databases
   * @param ledger what the node keeps on its own disk
   */
  record Databases(List<SqlGroup> groups, EmbeddedRecords ledger) {}

  private StoredChain(
      DiskStore store,
      Optional<Databases> databases,
      Optional<EmbeddedRecords> records,
      List<Damage> damage) {
    this.store = store;
    this.databases = databases;
    this.records = records;
    this.damage = damage;
  }

  /**
   * Opens the disk store of a home; sees what was durable then. A node may run on it, unless the
   * store is LevelDB, which one process opens at a time.
   *
   * @throws NodeException when the home is of another format, or its store is LevelDB and a node
   *     runs on it
   * @throws StorageException when there is no store or it cannot be read
   */
  public static StoredChain open(NodeHome home, NodeConfig config) {
    home.requireFormat();
    NodeConfig.Disk disk = config.disk();
    if (disk.store().equals("mysql")) {
      return onCluster(home, config);
    }
    if (disk.store().equals("leveldb")) {
      return onLevelDb(home, config);
    }
    RocksDbStore opened = RocksDbStore.openReadOnly(disk.path(), Wiring.rocksDb(config));
    StoreMarks.requireFinished(opened, home.path().toString());
    return new StoredChain(opened, Optional.empty(), Optional.of(opened.records()), List.of());
  }

  private static StoredChain onLevelDb(NodeHome home, NodeConfig config) {
    HomeLock.owner(home.lockFile())
        .ifPresent(
            owner -> {
              throw new NodeException(
                  home.path()
                      + " is in use by process "
                      + owner
                      + ": with disk.store leveldb the node must be stopped first");
            });
    LevelDbStore opened = LevelDbStore.openReadOnly(config.disk().path(), Wiring.levelDb(config));
    StoreMarks.requireFinished(opened, home.path().toString());
    return new StoredChain(
        opened, Optional.empty(), Optional.of(opened.records()), opened.damage());
  }

  private static StoredChain onCluster(NodeHome home, NodeConfig config) {
    List<SqlGroup> groups = new ArrayList<>();
    RocksDbStore[] ledger = {null};
    DiskStore opened =
        ClusterDisk.open(
            home,
            config,
            () -> ledger[0] = openLedger(config),
            cluster -> groups.addAll(ClusterGroups.of(cluster)));
    StoreMarks.requireFinished(opened, home.path().toString());
    Databases databases = new Databases(groups, ledger[0].records());
    return new StoredChain(
        opened, Optional.of(databases), Optional.of(databases.ledger()), List.of());
  }

  /** What a node with a cluster keeps on its own disk. */
  static RocksDbStore openLedger(NodeConfig config) {
    return RocksDbStore.openReadOnly(Wiring.ledgerPath(config), Wiring.ledgerDb(config));
  }

  /** Any store, as one of no cluster. */
  static StoredChain of(DiskStore store) {
    return new StoredChain(store, Optional.empty(), Optional.empty(), List.of());
  }

  /** Of a store on a cluster, its parts. */
  Optional<Databases> databases() {
    return databases;
  }

  /**
   * Returns when databases answer, at once where there are none: to a first connection a busy
   * server may take longer than a node waits for it.
   *
   * @throws StorageException.Unavailable when they do not within ten seconds
   */
  void awaitAnswer() {
    long end = System.nanoTime() + ANSWER_NANOS;
    while (databases.isPresent()) {
      try {
        store.block(initialHeight());
        return;
      } catch (StorageException.Unavailable e) {
        if (System.nanoTime() - end >= 0) {
          throw e;
        }
        LockSupport.parkNanos(PAUSE_NANOS);
      }
    }
  }

  /** What is wrong with the files of the store, as far as it opens all the same. */
  public List<Damage> damage() {
    return damage;
  }

  /** The records. */
  public DiskStore store() {
    return store;
  }

  /** A record as it is stored on the node's own disk, verified. */
  public Optional<CopyRecord> record(RecordType type, byte[] key) {
    return records.flatMap(all -> all.find(type, ByteString.copyFrom(key)));
  }

  /** What is kept of what a block replaced, a HISTORY record and UNDO ones; empty for nothing. */
  public List<CopyRecord> history(long height) {
    return record(RecordType.HISTORY, Keys.height(height)).isPresent()
        ? records.orElseThrow().history(height)
        : List.of();
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
