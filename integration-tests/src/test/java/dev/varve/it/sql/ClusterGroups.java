package dev.varve.it.sql;

import dev.varve.sharding.Cluster;
import dev.varve.sharding.ClusterGroup;
import dev.varve.sharding.ClusterNode;
import dev.varve.sharding.SchemaTooNewException;
import dev.varve.storage.StorageException;
import dev.varve.storage.disk.sql.SqlGroup;
import dev.varve.storage.disk.sql.SqlNode;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/** A cluster's groups in the form that the SQL store takes. */
final class ClusterGroups {
  private ClusterGroups() {}

  static List<SqlGroup> of(Cluster cluster) {
    return cluster.groups().stream().<SqlGroup>map(Group::new).toList();
  }

  /** One group; a test that breaks something overrides {@link #connect}. */
  static class Group implements SqlGroup {
    private final ClusterGroup group;
    private final List<SqlNode> nodes;

    Group(ClusterGroup group) {
      this.group = group;
      this.nodes = group.nodes().stream().<SqlNode>map(Node::new).toList();
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
      return nodes.stream().anyMatch(node -> !node.heightsTable().equals("heights"));
    }

    @Override
    public Connection connect(boolean primary) throws SQLException {
      try {
        return group.connect(primary);
      } catch (SchemaTooNewException e) {
        throw new StorageException.Incompatible(e.getMessage());
      }
    }

    @Override
    public List<SqlNode> nodes() {
      return nodes;
    }
  }

  private record Node(ClusterNode node) implements SqlNode {
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
