package dev.varve.sharding;

import static org.assertj.core.api.Assertions.assertThat;

import dev.varve.sharding.fixture.ClusterYaml;
import dev.varve.sharding.fixture.ClusterYaml.Layout;
import dev.varve.sharding.fixture.NeedsDatabase;
import dev.varve.sharding.fixture.TestCluster;
import dev.varve.sharding.fixture.TestServer;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@NeedsDatabase
class ClusterIT {
  private final TestCluster servers = TestCluster.shared();
  private String database;

  @TempDir Path folder;

  @BeforeEach
  void create() throws Exception {
    database = servers.createDatabase();
  }

  private Cluster open(ClusterYaml yaml, Layout layout) throws Exception {
    return Cluster.open(ClusterConfig.load(yaml.write(folder, layout)));
  }

  private static Set<String> servers(ClusterGroup group, ReplicaChoice choice, String table)
      throws SQLException {
    return group.read(choice, connection -> servers(connection, table));
  }

  private static Set<String> servers(Connection connection, String table) throws SQLException {
    Set<String> found = new TreeSet<>();
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("SELECT @@server_id AS id, height FROM " + table)) {
      while (rows.next()) {
        found.add(rows.getString(1));
      }
    }
    return found;
  }

  private static String id(TestServer server) throws Exception {
    return server.query("SELECT @@server_id");
  }

  @Test
  void shouldWriteToThePrimaryAndReadFromTheReplica() throws Exception {
    try (Cluster cluster = open(new ClusterYaml(servers, database), Layout.ONE_PRIMARY)) {
      ClusterGroup group = cluster.groups().get(0);
      try (Connection connection = group.connect()) {
        new Rows(connection).block(1, 20, 1);
        new Rows(connection).block(1, 20, 1);
        assertThat(servers(connection, "blocks")).containsExactly(id(servers.primary(0)));
      }
      servers.awaitReplication();
      Admitted any = new Admitted();
      assertThat(servers(group, any, "blocks")).containsExactly(id(servers.replica(0, 0)));
      for (String table : Rows.COLUMNS.keySet()) {
        assertThat(group.<Long>read(any, connection -> new Rows(connection).count(table)))
            .as(table)
            .isPositive();
      }
      assertThat(any.isPassedOver()).isFalse();
      Admitted none = new Admitted("none");
      assertThat(servers(group, none, "blocks")).containsExactly(id(servers.primary(0)));
      assertThat(none.isPassedOver()).isTrue();
      String primary = id(servers.primary(0));
      group.read(
          new Admitted(),
          connection -> {
            connection.setAutoCommit(false);
            assertThat(servers(connection, "blocks")).containsExactly(primary);
            connection.rollback();
            return null;
          });
      for (ClusterNode node : group.nodes()) {
        node.probe();
        assertThat(node.health().up()).isTrue();
        assertThat(node.health().height()).hasValue(1);
      }
    }
  }

  @Test
  void shouldKeepGroupsApart() throws Exception {
    try (Cluster cluster = open(new ClusterYaml(servers, database), Layout.TWO_GROUPS)) {
      assertThat(cluster.groups())
          .extracting(ClusterGroup::holdsExecution)
          .containsExactly(true, false);
      try (Connection connection = cluster.groups().get(0).connect()) {
        assertThat(new Rows(connection).count("tx_results")).isZero();
      }
      try (Connection connection = cluster.groups().get(1).connect()) {
        assertThat(new Rows(connection).count("transactions")).isZero();
      }
      String tables =
          "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = '%s'"
              + " AND table_name = '%s'";
      assertThat(servers.primary(0).query(tables.formatted(database, "transactions")))
          .isEqualTo("0");
      assertThat(servers.primary(1).query(tables.formatted(database, "tx_results"))).isEqualTo("0");
      assertThat(servers.primary(1).query(tables.formatted(database, "heights"))).isEqualTo("1");
    }
  }

  @Test
  void shouldSpreadRowsOverPrimariesAndTables() throws Exception {
    ClusterYaml yaml = new ClusterYaml(servers, database).shards(4);
    try (Cluster cluster = open(yaml, Layout.SEVERAL_PRIMARIES)) {
      ClusterGroup group = cluster.groups().get(0);
      try (Connection connection = group.connect()) {
        for (int height = 1; height <= 4; height++) {
          new Rows(connection).block(height, 20, 2);
        }
        assertThat(servers(connection, "transactions"))
            .containsExactlyInAnyOrder(id(servers.primary(0)), id(servers.primary(1)));
      }
      servers.awaitReplication();
      for (int shard = 0; shard < 4; shard++) {
        String from = " FROM " + database + ".";
        TestServer primary = servers.primary(shard % 2);
        assertThat(primary.query("SELECT COUNT(*)" + from + "transactions_" + shard))
            .isEqualTo("20");
        assertThat(primary.query("SELECT COUNT(*) > 0" + from + "locations_" + shard))
            .isEqualTo("1");
      }
      assertThat(servers(group, new Admitted(), "transactions"))
          .containsExactlyInAnyOrder(id(servers.replica(0, 0)), id(servers.replica(1, 0)));
      assertThat(
              group.<Long>read(new Admitted(), connection -> new Rows(connection).count("heights")))
          .isEqualTo(8);
      // A replica that may not be asked has only its own primary stand in.
      Admitted one = new Admitted(servers.replica(1, 0).name());
      assertThat(servers(group, one, "transactions"))
          .containsExactlyInAnyOrder(id(servers.primary(0)), id(servers.replica(1, 0)));
      assertThat(one.isPassedOver()).isTrue();
      for (ClusterNode node : group.nodes()) {
        node.probe();
        assertThat(node.heightsTable()).isEqualTo("heights_" + node.part());
        assertThat(node.health().height()).hasValue(4);
      }
    }
  }

  @Test
  void shouldSpreadRowsOverTablesOfOnePrimary() throws Exception {
    ClusterYaml yaml = new ClusterYaml(servers, database).shards(3);
    try (Cluster cluster = open(yaml, Layout.ONE_PRIMARY)) {
      try (Connection connection = cluster.groups().get(0).connect()) {
        new Rows(connection).block(3, 20, 1);
        assertThat(new Rows(connection).count("transactions")).isEqualTo(20);
      }
      assertThat(servers.primary(0).query("SELECT COUNT(*) FROM " + database + ".heights_0"))
          .isEqualTo("1");
    }
  }
}
