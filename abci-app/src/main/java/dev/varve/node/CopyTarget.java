package dev.varve.node;

import dev.varve.sharding.Cluster;
import dev.varve.sharding.ClusterConfig;
import dev.varve.storage.DiskStore;
import dev.varve.storage.disk.cluster.ClusterStore;
import dev.varve.storage.disk.copy.LedgerRecords;
import dev.varve.storage.disk.copy.RecordStore;
import dev.varve.storage.disk.leveldb.LevelDbStore;
import dev.varve.storage.disk.rocksdb.RocksDbStore;
import dev.varve.storage.disk.sql.ClusterOwner;
import dev.varve.storage.disk.sql.SqlGroup;
import dev.varve.storage.disk.sql.SqlStore;
import dev.varve.storage.disk.sql.SqlStoreConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** What is filled: one store, or a cluster and what its node keeps of it. */
final class CopyTarget implements AutoCloseable {
  private final List<Part> parts = new ArrayList<>();
  private final List<AutoCloseable> opened = new ArrayList<>();
  private DiskStore store;

  /**
   * One of the stores.
   *
   * @param source what it is to be filled with
   */
  record Part(RecordStore source, RecordStore target) {}

  private CopyTarget() {}

  /**
   * Opens a place to be written to.
   *
   * @throws NodeException when it is in use as another chain's already
   */
  static CopyTarget open(StorePlace place, StorePlace from, CopySource source) {
    CopyTarget target = new CopyTarget();
    try {
      if (place instanceof StorePlace.OfHome home) {
        target.openHome(home, from, source);
      } else {
        target.openCluster(place.databases().orElseThrow(), from, source);
      }
      return target;
    } catch (RuntimeException e) {
      target.close();
      throw e;
    }
  }

  private void openHome(StorePlace.OfHome home, StorePlace from, CopySource source) {
    NodeConfig config = home.config();
    new StoredLog(config)
        .visit(
            (batch, file, offset) -> {
              throw new NodeException(
                  home + " has blocks in its fallback log: copy into a home without any");
            });
    if (home.isOnCluster()) {
      openHomeOnCluster(home, from, source);
    } else if (config.disk().store().equals("leveldb")) {
      LevelDbStore embedded = add(LevelDbStore.open(config.disk().path(), Wiring.levelDb(config)));
      parts.add(new Part(source.records(), embedded.records()));
      store = embedded;
    } else {
      RocksDbStore embedded = add(RocksDbStore.open(config.disk().path(), Wiring.rocksDb(config)));
      parts.add(new Part(source.records(), embedded.records()));
      store = embedded;
    }
  }

  private void openHomeOnCluster(StorePlace.OfHome home, StorePlace from, CopySource source) {
    NodeConfig config = home.config();
    ClusterConfig databases = home.databases().orElseThrow();
    boolean isThere =
        from.databases().filter(other -> StorePlace.isSame(other, databases)).isPresent();
    if (isThere) {
      // What is on the node's disk is made anew, for the same cluster.
      home.home().adoptId(source.owner().orElseThrow());
    }
    SqlStoreConfig settings = SqlStoreConfig.of(home.home().id());
    List<SqlGroup> groups = ClusterGroups.of(add(Cluster.open(databases)));
    SqlStore cluster =
        add(
            isThere
                ? SqlStore.open(groups, settings.withBlocks(config.history().blocks(), 0))
                : SqlStore.openForCopy(groups, settings.withBlocks(config.history().blocks(), 0)));
    RocksDbStore ledger =
        add(RocksDbStore.open(Wiring.ledgerPath(config), Wiring.ledgerDb(config)));
    if (!isThere) {
      parts.add(new Part(source.records(), cluster.records()));
    }
    parts.add(new Part(new LedgerRecords(source.records()), ledger.records()));
    store = new ClusterStore(cluster, cluster::reached, ledger, () -> {});
  }

  private void openCluster(ClusterConfig databases, StorePlace from, CopySource source) {
    if (from.databases().filter(other -> StorePlace.isSame(other, databases)).isPresent()) {
      throw new ConfigException("source and target are the same databases");
    }
    List<SqlGroup> groups = ClusterGroups.of(add(Cluster.open(databases)));
    // It stays that of the same home, if it is one's; a copy that is not finished tells its own.
    Optional<String> held = ClusterOwner.of(groups);
    String owner = source.owner().or(() -> held).orElseGet(() -> UUID.randomUUID().toString());
    SqlStore cluster = add(SqlStore.openForCopy(groups, SqlStoreConfig.of(owner)));
    parts.add(new Part(source.records(), cluster.records()));
    store = cluster;
  }

  private <T extends AutoCloseable> T add(T part) {
    opened.add(0, part);
    return part;
  }

  /** In the order in which they are filled, and in which their marks go. */
  List<Part> parts() {
    return parts;
  }

  /** All of it, for blocks that follow. */
  DiskStore store() {
    return store;
  }

  @Override
  public void close() {
    for (AutoCloseable part : opened) {
      try {
        part.close();
      } catch (Exception e) {
        throw new NodeException("cannot close the target: " + e.getMessage(), e);
      }
    }
  }
}
