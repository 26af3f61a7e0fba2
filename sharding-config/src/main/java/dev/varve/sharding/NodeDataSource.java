package dev.varve.sharding;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/**
 * What ShardingSphere takes for the data source of one server.
 *
 * <p>While a replica is down, its place is taken by the other replicas of the same primary. Its
 * public getters are read by ShardingSphere, which finds out the make of database by the URL.
 */
public final class NodeDataSource extends SimpleDataSource {
  private final ClusterNode node;
  private final List<ClusterNode> others;

  NodeDataSource(ClusterNode node, List<ClusterNode> others) {
    this.node = node;
    this.others = List.copyOf(others);
  }

  public String getUrl() {
    return node.url();
  }

  /** Not the real one, which ShardingSphere does not need: it would keep it. */
  public String getUsername() {
    return "varve";
  }

  @Override
  public Connection getConnection() throws SQLException {
    try {
      return node.dataConnection();
    } catch (SQLException e) {
      for (ClusterNode other : others) {
        if (other.isUp()) {
          try {
            return other.dataConnection();
          } catch (SQLException second) {
            e.addSuppressed(second);
          }
        }
      }
      throw e;
    }
  }
}
