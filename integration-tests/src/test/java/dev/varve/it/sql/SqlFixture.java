package dev.varve.it.sql;

import dev.varve.node.ClusterGroups;
import dev.varve.sharding.Cluster;
import dev.varve.sharding.ClusterConfig;
import dev.varve.sharding.fixture.ClusterYaml;
import dev.varve.sharding.fixture.ClusterYaml.Layout;
import dev.varve.sharding.fixture.TestCluster;
import dev.varve.sharding.fixture.TestServer;
import dev.varve.storage.disk.sql.SqlGroup;
import dev.varve.storage.disk.sql.SqlStore;
import dev.varve.storage.disk.sql.SqlStoreConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import javax.sql.DataSource;

/**
 * The shared test cluster in one layout, with a router that is started once; each folder given to
 * {@link #open} for the first time finds it empty.
 */
final class SqlFixture {
  private static final int SHARDS = 4;
  private static final List<String> UPLINK_TABLES =
      List.of("tasks", "gateways", "feed", "readers", "state");
  private static final Map<Layout, SqlFixture> FIXTURES = new EnumMap<>(Layout.class);

  private final String database;
  private final Cluster cluster;
  private final List<SqlGroup> groups;
  private Path folder;

  private SqlFixture(Layout layout) throws IOException, SQLException {
    TestCluster servers = TestCluster.shared();
    this.database = servers.createDatabase();
    ClusterYaml yaml = new ClusterYaml(servers, database);
    if (layout == Layout.SEVERAL_PRIMARIES) {
      yaml.shards(SHARDS);
    }
    Path file = yaml.write(Files.createTempDirectory("varve-cluster"), layout);
    this.cluster = Cluster.open(ClusterConfig.load(file));
    this.groups = ClusterGroups.of(cluster);
  }

  /** The one of a layout; lives as long as the JVM, as the servers do. */
  static synchronized SqlFixture of(Layout layout) {
    return FIXTURES.computeIfAbsent(
        layout,
        key -> {
          try {
            return new SqlFixture(key);
          } catch (IOException | SQLException e) {
            throw new IllegalStateException(e);
          }
        });
  }

  List<SqlGroup> groups() {
    return groups;
  }

  /** To the uplink's tables, emptied. */
  DataSource uplink() {
    try {
      reach(cluster.uplink()::getConnection); // makes the tables
      execute(
          UPLINK_TABLES.stream()
              .map(table -> "DELETE FROM uplink_" + table)
              .toArray(String[]::new));
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
    return cluster.uplink();
  }

  SqlStore open(Path home, long historyBlocks, long retainBlocks) {
    return open(home, config().withBlocks(historyBlocks, retainBlocks));
  }

  static SqlStoreConfig config() {
    return SqlStoreConfig.of("home of the test");
  }

  SqlStore open(Path home, SqlStoreConfig config) {
    if (!home.equals(folder)) {
      wipe();
      folder = home;
    }
    return SqlStore.open(groups, config);
  }

  /** Empties all tables, on replicas too. */
  void wipe() {
    try {
      for (SqlGroup group : groups) {
        reach(() -> group.connect()); // makes the tables
      }
      for (TestServer primary : TestCluster.shared().primaries()) {
        wipe(primary);
      }
      TestCluster.shared().awaitReplication();
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  /** A way to a primary. */
  private interface Way {
    Connection connect() throws SQLException;
  }

  /** What was broken a moment ago is refused until the cluster has seen that it is back. */
  private static void reach(Way way) throws SQLException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (true) {
      try (Connection primary = way.connect()) {
        if (primary.isValid(1)) {
          return;
        }
      } catch (SQLException e) {
        if (System.nanoTime() > end) {
          throw e;
        }
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
    }
  }

  private void wipe(TestServer primary) throws SQLException {
    try (Connection connection = primary.connect(database);
        Statement statement = connection.createStatement()) {
      List<String> tables = new ArrayList<>();
      try (ResultSet row =
          statement.executeQuery(
              "SELECT table_name FROM information_schema.tables"
                  + " WHERE table_schema = DATABASE() AND table_type = 'BASE TABLE'"
                  + " AND table_name NOT LIKE '%schema%' AND table_name NOT LIKE '%layout%'")) {
        while (row.next()) {
          tables.add(row.getString(1));
        }
      }
      for (String table : tables) {
        statement.execute("DELETE FROM " + table);
      }
    }
  }

  /** Runs statements on the first primary. */
  void execute(String... statements) throws SQLException {
    try (Connection connection = TestCluster.shared().primary(0).connect(database);
        Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    }
  }

  /** A number that the first primary gives. */
  long query(String sql) throws SQLException {
    try (Connection connection = TestCluster.shared().primary(0).connect(database);
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return row.getLong(1);
    }
  }

  /** Waits until the store knows that all replicas hold a block. */
  static void awaitReplicas(SqlStore store, long height) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (store.replicas().stream().anyMatch(replica -> replica.height() < height)) {
      if (System.nanoTime() > end) {
        throw new AssertionError("block " + height + " is due, there is " + store.replicas());
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
    }
  }

  void stopReplicas() throws SQLException {
    for (TestServer server : TestCluster.shared().servers()) {
      if (server.isReplica()) {
        server.stopReplication();
      }
    }
  }

  void startReplicas() throws SQLException {
    for (TestServer server : TestCluster.shared().servers()) {
      if (server.isReplica()) {
        server.startReplication();
      }
    }
  }
}
