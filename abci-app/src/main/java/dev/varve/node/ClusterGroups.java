package dev.varve.node;

import dev.varve.sharding.Cluster;
import dev.varve.sharding.ClusterGroup;
import dev.varve.sharding.ClusterNode;
import dev.varve.sharding.LayoutException;
import dev.varve.sharding.ReplicaChoice;
import dev.varve.sharding.SchemaTooNewException;
import dev.varve.storage.StorageException;
import dev.varve.storage.disk.sql.SqlGroup;
import dev.varve.storage.disk.sql.SqlNode;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/** A cluster's groups in the form that the SQL store takes. */
public final class ClusterGroups {
  private ClusterGroups() {}

  /** In the order of the cluster's own; they are closed with it. */
  public static List<SqlGroup> of(Cluster cluster) {
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
    public Connection connect() throws SQLException {
      try {
        return group.connect();
      } catch (SchemaTooNewException | LayoutException e) {
        throw new StorageException.Incompatible(e.getMessage());
      }
    }

    @Override
    public <T> T read(Replicas replicas, Reading<T> reading) throws SQLException {
      try {
        return group.read(new Choice(replicas), reading::run);
      } catch (SchemaTooNewException | LayoutException e) {
        throw new StorageException.Incompatible(e.getMessage());
      }
    }
  }

  private record Choice(SqlGroup.Replicas replicas) implements ReplicaChoice {
    @Override
    public boolean admits(String replica) {
      return replicas.admits(replica);
    }

    @Override
    public void passedOver() {
      replicas.passedOver();
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
