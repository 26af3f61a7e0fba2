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
import java.util.concurrent.ConcurrentHashMap;
import javax.sql.DataSource;
import org.apache.shardingsphere.driver.api.yaml.YamlShardingSphereDataSourceFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The databases that hold one or both kinds of records, behind one connection.
 *
 * <p>Schemas are brought up to date, and ShardingSphere is started, at the first use of each way:
 * to the primaries, and with reads from replicas. Safe for use by many threads.
 */
public final class ClusterGroup {
  private static final Logger log = LoggerFactory.getLogger(ClusterGroup.class);

  private final Group group;
  private final List<ClusterNode> primaries = new ArrayList<>();
  private final List<List<ClusterNode>> replicas = new ArrayList<>();
  private final Optional<SinkViews> sink;
  // Of the threads that read. ShardingSphere asks for the connections of a statement on the thread
  // that has it executed; who would ask on another one gets the primary, which is always right.
  private final Map<Thread, ReplicaChoice> choices = new ConcurrentHashMap<>();
  private final Lazy primaryWay;
  private final Lazy routedWay;
  private final Lazy uplinkWay;
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
    this.uplinkWay = new Lazy("group " + group.name() + " for the uplink", this::toUplink);
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
   * A connection to the primaries, with the logical names of tables.
   *
   * <p>The first call starts what it needs, which takes seconds; calls meanwhile, and for a short
   * while after it has failed, are refused at once.
   *
   * @throws SchemaException the databases cannot be used until an operator has changed something
   * @throws SQLException the databases do not answer
   */
  public Connection connect() throws SQLException {
    return primaryWay.get().getConnection();
  }

  /** Statements that read, each outside of a transaction. */
  @FunctionalInterface
  public interface Reading<T> {
    T run(Connection connection) throws SQLException;
  }

  /**
   * Reads on a connection as of {@link #connect}, but what lies on a primary with replicas from one
   * of these that is admitted and answers; the primary stands in where none does.
   *
   * @throws SQLException as from {@link #connect}; or a server broke off in a statement
   */
  public <T> T read(ReplicaChoice choice, Reading<T> reading) throws SQLException {
    DataSource routed = routedWay.get();
    choices.put(Thread.currentThread(), choice);
    try (Connection connection = routed.getConnection()) {
      return reading.run(connection);
    } finally {
      choices.remove(Thread.currentThread());
    }
  }

  /**
   * A connection to its first primary, past all routing, for the uplink's tables; not in autocommit
   * mode. The first call makes the tables; refused as with {@link #connect}.
   */
  Connection connectUplink() throws SQLException {
    return uplinkWay.get().getConnection();
  }

  /** Asks nothing of the other primaries, which may be down. */
  private DataSource toUplink() throws SQLException {
    ClusterNode primary = primaries.get(0);
    new Schema(primary, Layout.of(group, 0)).migrateUplink();
    primary.probe();
    return new SimpleDataSource() {
      @Override
      public Connection getConnection() throws SQLException {
        return primary.uplinkConnection();
      }
    };
  }

  private DataSource toPrimaries() throws SQLException {
    migrate();
    if (group.isPlain()) {
      return new NodeDataSource(primaries.get(0));
    }
    Map<String, DataSource> sources = new LinkedHashMap<>();
    for (int part = 0; part < primaries.size(); part++) {
      sources.put(group.parts().get(part).name(), new NodeDataSource(primaries.get(part)));
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
          alone ? group.parts().get(part).name() : primary.name(), new NodeDataSource(primary));
      for (ClusterNode replica : replicas.get(part)) {
        List<ClusterNode> inOrder = new ArrayList<>(replicas.get(part));
        inOrder.remove(replica);
        inOrder.add(0, replica);
        sources.put(replica.name(), new NodeDataSource(inOrder, primary, choices));
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
      warnOfLoss(primary);
    }
    if (sink.isPresent()) {
      sink.get().create();
    }
    migrated = true;
  }

  private static void warnOfLoss(ClusterNode primary) throws SQLException {
    try (Connection connection = primary.schemaSource().getConnection()) {
      Durability.weakness(connection)
          .ifPresent(
              settings ->
                  log.warn(
                      "primary {} ({}) may lose blocks for good when its machine fails: it has {},"
                          + " set that to 1",
                      primary.name(),
                      primary.address(),
                      settings));
    }
  }

  void close() {
    primaryWay.close();
    routedWay.close();
    uplinkWay.close();
    nodes().forEach(ClusterNode::close);
  }
}
