package dev.varve.sharding;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;

/**
 * What ShardingSphere takes for the data source of one server.
 *
 * <p>That of a replica gives connections to it only where the read of the thread admits it; its
 * place is taken by the other replicas of the same primary, and then by the primary. Its public
 * getters are read by ShardingSphere, which finds out the make of database by the URL.
 */
public final class NodeDataSource extends SimpleDataSource {
  private final List<ClusterNode> replicas;
  private final ClusterNode primary;
  private final Map<Thread, ReplicaChoice> choices;

  NodeDataSource(ClusterNode primary) {
    this(List.of(), primary, Map.of());
  }

  /** {@code replicas}: as they are tried; {@code choices}: of the threads that read. */
  NodeDataSource(
      List<ClusterNode> replicas, ClusterNode primary, Map<Thread, ReplicaChoice> choices) {
    this.replicas = List.copyOf(replicas);
    this.primary = primary;
    this.choices = choices;
  }

  public String getUrl() {
    return (replicas.isEmpty() ? primary : replicas.get(0)).url();
  }

  /** Not the real one, which ShardingSphere does not need: it would keep it. */
  public String getUsername() {
    return "varve";
  }

  @Override
  public Connection getConnection() throws SQLException {
    ReplicaChoice choice = choices.get(Thread.currentThread());
    if (choice == null || replicas.isEmpty()) {
      return primary.dataConnection();
    }
    SQLException failure = null;
    for (ClusterNode replica : replicas) {
      if (replica.isUp() && choice.admits(replica.name())) {
        try {
          return replica.dataConnection();
        } catch (SQLException e) {
          failure = e;
        }
      }
    }
    choice.passedOver();
    try {
      return primary.dataConnection();
    } catch (SQLException e) {
      if (failure != null) {
        e.addSuppressed(failure);
      }
      throw e;
    }
  }
}
