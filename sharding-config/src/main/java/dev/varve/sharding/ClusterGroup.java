package dev.varve.sharding;

import dev.varve.sharding.ClusterConfig.Group;
import dev.varve.sharding.ClusterConfig.Part;
import dev.varve.sharding.ClusterConfig.Records;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.sql.DataSource;
import org.apache.shardingsphere.driver.api.yaml.YamlShardingSphereDataSourceFactory;

/**
 * The databases that hold one or both kinds of records, behind one connection.
 *
 * <p>Schemas are brought up to date, and ShardingSphere is started, at the first use of each way:
 * to the primaries, and with reads from replicas. Safe for use by many threads.
 */
public final class ClusterGroup {
  private final Group group;
  private final List<ClusterNode> primaries = new ArrayList<>();
  private final List<List<ClusterNode>> replicas = new ArrayList<>();
  private final Optional<SinkViews> sink;
  private final Lazy primaryWay;
  private final Lazy routedWay;
  private boolean migrated;

  ClusterGroup(Group group, ClusterConfig config) {
    this.group = group;
    for (int p = 0; p < group.parts().size(); p++) {
      Part part = group.parts().get(p);
      int number = p;
      String heights = Tables.HEIGHTS.actualNames(Layout.of(group, p)).get(0);
      primaries.add(new ClusterNode(part.primary(), p, false, heights, config.primaryPool()));
      replicas.add(
          part.replicas().stream()
              .map(one -> new ClusterNode(one, number, true, heights, config.replicaPool()))
              .toList());
    }
    this.sink =
        group.records().contains(Records.EXECUTION)
            ? config.sinkDatabase().map(name -> new SinkViews(name, group, primaries.get(0)))
            : Optional.empty();
    this.primaryWay = new Lazy("group " + group.name(), this::toPrimaries);
    this.routedWay = new Lazy("group " + group.name() + " with replicas", this::withReplicas);
  }

  /** As in cluster.yaml. */
  public String name() {
    return group.name();
  }

  /** Whether blocks and transactions lie here. */
  public boolean holdsChain() {
    return group.records().contains(Records.CHAIN);
  }

  /** Whether results, logs and state lie here. */
  public boolean holdsExecution() {
    return group.records().contains(Records.EXECUTION);
  }

  /** How many primaries there are. */
  public int parts() {
    return primaries.size();
  }

  /** Whether tables are spread over more than one actual table each. */
  public boolean isSharded() {
    return !group.isPlain();
  }

  /** All servers, each primary before its replicas. */
  public List<ClusterNode> nodes() {
    List<ClusterNode> nodes = new ArrayList<>();
    for (int part = 0; part < primaries.size(); part++) {
      nodes.add(primaries.get(part));
      nodes.addAll(replicas.get(part));
    }
    return nodes;
  }

  /**
   * A connection with the logical names of tables.
   *
   * <p>The first call starts what it needs, which takes seconds; calls meanwhile, and for a short
   * while after it has failed, are refused at once.
   *
   * @param primary whether all statements go to primaries; else those outside of a transaction that
   *     only read go to a replica of each primary that has one
   * @throws SchemaException the databases cannot be used until an operator has changed something
   * @throws SQLException the databases do not answer; with a replica mostly at the statement, as
   *     connections to servers are made then
   */
  public Connection connect(boolean primary) throws SQLException {
    return (primary ? primaryWay : routedWay).get().getConnection();
  }

  private DataSource toPrimaries() throws SQLException {
    migrate();
    if (group.isPlain()) {
      return new NodeDataSource(primaries.get(0), List.of());
    }
    Map<String, DataSource> sources = new LinkedHashMap<>();
    for (int part = 0; part < primaries.size(); part++) {
      sources.put(
          group.parts().get(part).name(), new NodeDataSource(primaries.get(part), List.of()));
    }
    return start(sources, false);
  }

  private DataSource withReplicas() throws SQLException {
    if (replicas.stream().allMatch(List::isEmpty)) {
      return primaryWay.get();
    }
    migrate();
    Map<String, DataSource> sources = new LinkedHashMap<>();
    for (int part = 0; part < primaries.size(); part++) {
      boolean alone = replicas.get(part).isEmpty();
      ClusterNode primary = primaries.get(part);
      sources.put(
          alone ? group.parts().get(part).name() : primary.name(),
          new NodeDataSource(primary, List.of()));
      for (ClusterNode replica : replicas.get(part)) {
        List<ClusterNode> others = new ArrayList<>(replicas.get(part));
        others.remove(replica);
        sources.put(replica.name(), new NodeDataSource(replica, others));
      }
    }
    return start(sources, true);
  }

  private DataSource start(Map<String, DataSource> sources, boolean withReplicas)
      throws SQLException {
    String rules = new RouterYaml(group).text(withReplicas);
    try {
      return YamlShardingSphereDataSourceFactory.createDataSource(
          sources, rules.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    } catch (RuntimeException e) {
      throw new SQLTransientConnectionException(
          "group " + group.name() + ": " + Schema.firstLine(e), "08001", e);
    }
  }

  /** Once a process; the second way to come waits for the first. */
  private synchronized void migrate() throws SQLException {
    if (migrated) {
      return;
    }
    for (int part = 0; part < primaries.size(); part++) {
      ClusterNode primary = primaries.get(part);
      new Schema(primary, Layout.of(group, part)).migrate();
      // Refused until now when the database itself has only just been made.
      primary.probe();
    }
    if (sink.isPresent()) {
      sink.get().create();
    }
    migrated = true;
  }

  void close() {
    primaryWay.close();
    routedWay.close();
    nodes().forEach(ClusterNode::close);
  }
}
