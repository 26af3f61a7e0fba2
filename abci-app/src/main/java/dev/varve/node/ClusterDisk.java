package dev.varve.node;

import dev.varve.sharding.Cluster;
import dev.varve.sharding.ClusterConfig;
import dev.varve.sharding.ClusterConfigException;
import dev.varve.sharding.ClusterGroup;
import dev.varve.sharding.ClusterNode;
import dev.varve.sharding.SchemaTooNewException;
import dev.varve.storage.DiskStore;
import dev.varve.storage.StorageException;
import dev.varve.storage.disk.cluster.ClusterStore;
import dev.varve.storage.disk.sql.SqlGroup;
import dev.varve.storage.disk.sql.SqlNode;
import dev.varve.storage.disk.sql.SqlStore;
import dev.varve.storage.disk.sql.SqlStoreConfig;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
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
    ClusterConfig databases =
        configuration(config.disk().cluster()).withDatabaseSuffix(config.disk().databaseSuffix());
    SqlStoreConfig settings =
        SqlStoreConfig.of(home.id(), "")
            .withBlocks(config.history().blocks(), config.retain().blocks())
            .withReplicasRequired(databases.trimAfterReplicas());
    DiskStore kept = local.get();
    Cluster cluster = Cluster.open(databases);
    try {
      opened.accept(cluster);
      SqlStore store = SqlStore.open(groups(cluster), settings);
      return new ClusterStore(store, store::reached, kept, cluster::close);
    } catch (RuntimeException e) {
      cluster.close();
      kept.close();
      throw e;
    }
  }

  private static List<SqlGroup> groups(Cluster cluster) {
    return cluster.groups().stream().<SqlGroup>map(Tables::new).toList();
  }

  private record Tables(ClusterGroup group, List<SqlNode> nodes) implements SqlGroup {
    Tables(ClusterGroup group) {
      this(group, group.nodes().stream().<SqlNode>map(Server::new).toList());
    }

    @Override
    public String name() {
      return group.name();
    }

    @Override
    public boolean holdsChain() {
      return group.holdsChain();
    }

    @Override
    public boolean holdsExecution() {
      return group.holdsExecution();
    }

    @Override
    public int parts() {
      return group.parts();
    }

    @Override
    public boolean isSharded() {
      return group.isSharded();
    }

    @Override
    public Connection connect(boolean primary) throws SQLException {
      try {
        return group.connect(primary);
      } catch (SchemaTooNewException e) {
        throw new StorageException.Incompatible(e.getMessage());
      }
    }
  }

  private record Server(ClusterNode node) implements SqlNode {
    @Override
    public String name() {
      return node.name();
    }

    @Override
    public int part() {
      return node.part();
    }

    @Override
    public boolean isReplica() {
      return node.isReplica();
    }

    @Override
    public String heightsTable() {
      return node.heightsTable();
    }

    @Override
    public Connection connect() throws SQLException {
      return node.connect();
    }
  }
}
