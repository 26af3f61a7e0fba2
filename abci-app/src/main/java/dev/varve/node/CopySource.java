package dev.varve.node;

import dev.varve.fallback.Damage;
import dev.varve.sharding.Cluster;
import dev.varve.storage.BlockBatch;
import dev.varve.storage.DiskStore;
import dev.varve.storage.disk.copy.RecordStore;
import dev.varve.storage.disk.leveldb.LevelDbStore;
import dev.varve.storage.disk.rocksdb.RocksDbStore;
import dev.varve.storage.disk.sql.ClusterOwner;
import dev.varve.storage.disk.sql.SqlGroup;
import dev.varve.storage.disk.sql.SqlStore;
import dev.varve.storage.disk.sql.SqlStoreConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** What is copied: the records of a store, and the blocks that only the log before it has. */
final class CopySource implements AutoCloseable {
  private final StorePlace place;
  private final DiskStore store;
  private final RecordStore records;
  private final Optional<String> owner;
  private final AutoCloseable closed;

  private CopySource(
      StorePlace place,
      DiskStore store,
      RecordStore records,
      Optional<String> owner,
      AutoCloseable closed) {
    this.place = place;
    this.store = store;
    this.records = records;
    this.owner = owner;
    this.closed = closed;
  }

  /**
   * Opens a place without changing it.
   *
   * @throws NodeException when there are no blocks
   */
  static CopySource open(StorePlace place) {
    if (place.databases().isPresent()) {
      return ofCluster(place);
    }
    StorePlace.OfHome home = (StorePlace.OfHome) place;
    Path path = home.config().disk().path();
    if (!Files.exists(path)) {
      throw new NodeException(place + " has no blocks: there is no " + path);
    }
    if (home.config().disk().store().equals("leveldb")) {
      LevelDbStore store = LevelDbStore.open(path, Wiring.levelDb(home.config()));
      return new CopySource(place, store, store.records(), Optional.empty(), store);
    }
    RocksDbStore store = RocksDbStore.openReadOnly(path, Wiring.rocksDb(home.config()));
    return new CopySource(place, store, store.records(), Optional.empty(), store);
  }

  private static CopySource ofCluster(StorePlace place) {
    Cluster cluster = Cluster.open(place.databases().orElseThrow());
    try {
      List<SqlGroup> groups = ClusterGroups.of(cluster);
      String owner =
          ClusterOwner.of(groups)
              .orElseThrow(() -> new NodeException("the databases of " + place + " hold no chain"));
      if (place instanceof StorePlace.OfHome home && !home.home().id().equals(owner)) {
        throw new NodeException(
            "the databases of " + place + " belong to home " + owner + ", this is another one");
      }
      SqlStore store = SqlStore.open(groups, SqlStoreConfig.of(owner));
      return new CopySource(
          place,
          store,
          store.records(),
          Optional.of(owner),
          () -> {
            store.close();
            cluster.close();
          });
    } catch (RuntimeException e) {
      cluster.close();
      throw e;
    }
  }

  RecordStore records() {
    return records;
  }

  /** Of a cluster, the id of the home that it belongs to. */
  Optional<String> owner() {
    return owner;
  }

  long height() {
    return records.applied().getHeight();
  }

  String chainId() {
    return StoredChain.of(store).chainId().orElse("");
  }

  /**
   * Requires that it has blocks and that the log goes on where the store ends.
   *
   * @return the last block, in the log or the store
   */
  long require() {
    long height = height();
    if (height == 0) {
      throw new NodeException(
          place + " has no blocks in its store; start its node until there are some");
    }
    StoreMarks.requireFinished(store, place.toString());
    long[] last = {height};
    visitLog(batch -> last[0] = batch.height());
    if (store.durableBefore() > last[0]) {
      throw new NodeException(
          String.format(
              "%s held block %d and holds blocks up to %d: see varve check",
              place, store.durableBefore(), last[0]));
    }
    return last[0];
  }

  /** Shows the blocks that follow those of the store, in order. */
  void visitLog(Consumer<BlockBatch> visitor) {
    if (!(place instanceof StorePlace.OfHome home)) {
      return;
    }
    long[] next = {height() + 1};
    List<Damage> damage =
        new StoredLog(home.config())
            .visit(
                (batch, file, offset) -> {
                  if (batch.height() > next[0]) {
                    throw new NodeException(
                        String.format(
                            "the fallback log of %s goes on with block %d, the store ends with %d",
                            place, batch.height(), next[0] - 1));
                  }
                  if (batch.height() == next[0]) {
                    visitor.accept(batch);
                    next[0]++;
                  }
                })
            .damage();
    for (Damage found : damage) {
      if (found.kind() == Damage.Kind.DAMAGED) {
        throw new NodeException(
            String.format(
                "the fallback log of %s is damaged, %s at byte %d: %s; varve check tells what to"
                    + " do",
                place, found.file(), found.offset(), found.what()));
      }
    }
  }

  @Override
  public void close() {
    try {
      closed.close();
    } catch (Exception e) {
      throw new NodeException("cannot close " + place + ": " + e.getMessage(), e);
    }
  }
}
