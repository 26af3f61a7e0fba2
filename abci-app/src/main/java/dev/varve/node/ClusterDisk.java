package dev.varve.node;

import dev.varve.sharding.Cluster;
import dev.varve.sharding.ClusterConfig;
import dev.varve.sharding.ClusterConfigException;
import dev.varve.storage.DiskStore;
import dev.varve.storage.StorageException;
import dev.varve.storage.disk.cluster.ClusterStore;
import dev.varve.storage.disk.sql.SqlStore;
import dev.varve.storage.disk.sql.SqlStoreConfig;
import java.nio.file.Path;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Joins the databases of {@code cluster.yaml} with the stores over them. */
final class ClusterDisk {
  private ClusterDisk() {}

  /**
   * Reads and checks what a file says of the databases.
   *
   * @throws ConfigException naming file, place, value and what is allowed
   */
  static ClusterConfig configuration(Path file) {
    try {
      return ClusterConfig.load(file);
    } catch (ClusterConfigException e) {
      throw new ConfigException(e.getMessage());
    }
  }

  /** The databases of a home on a cluster, as {@link #configuration}. */
  static ClusterConfig databases(NodeConfig.Disk disk) {
    return configuration(disk.cluster()).withDatabaseSuffix(disk.databaseSuffix());
  }

  /**
   * Opens the cluster of a home, reached or not.
   *
   * @param local opens what is kept of it on the node's own disk
   * @param opened told the servers, to watch them
   * @throws StorageException.Incompatible when the databases are reached and are another home's, or
   *     a later program's
   */
  static DiskStore open(
      NodeHome home, NodeConfig config, Supplier<DiskStore> local, Consumer<Cluster> opened) {
    ClusterConfig databases = databases(config.disk());
    SqlStoreConfig settings =
        SqlStoreConfig.of(home.id())
            .withBlocks(config.history().blocks(), config.retain().blocks())
            .withReplicasRequired(databases.trimAfterReplicas());
    DiskStore kept = local.get();
    Cluster cluster = Cluster.open(databases);
    try {
      opened.accept(cluster);
      SqlStore store = SqlStore.open(ClusterGroups.of(cluster), settings);
      return new ClusterStore(store, store::reached, kept, cluster::close);
    } catch (RuntimeException e) {
      cluster.close();
      kept.close();
      throw e;
    }
  }
}
