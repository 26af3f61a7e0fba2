package dev.varve.sharding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The way to the uplink's tables, apart from the other tables and from the router. */
@NeedsDatabase
class UplinkIT {
  private final TestCluster servers = TestCluster.shared();
  private final TestServer primary = servers.primary(0);
  private String database;

  @TempDir Path folder;

  @BeforeEach
  void create() throws Exception {
    database = servers.createDatabase();
  }

  @AfterEach
  void mend() throws Exception {
    servers.mend();
  }

  private Cluster open(Layout layout) throws Exception {
    ClusterYaml yaml = new ClusterYaml(servers, database);
    if (layout == Layout.SEVERAL_PRIMARIES) {
      yaml.shards(4);
    }
    return Cluster.open(ClusterConfig.load(yaml.write(folder, layout)));
  }

  private static String ask(Cluster cluster, String sql) throws SQLException {
    try (Connection connection = cluster.uplink().getConnection();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return row.getString(1);
    }
  }

  private String tables(String pattern) throws SQLException {
    return primary.query(
        "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = '"
            + database
            + "' AND table_name LIKE '"
            + pattern
            + "'");
  }

  @Test
  void shouldMakeItsTablesWhenTheyAreFirstUsed() throws Exception {
    try (Cluster cluster = open(Layout.ONE_PRIMARY)) {
      cluster.groups().get(0).connect().close();
      assertThat(tables("uplink%")).isEqualTo("0");
      assertThat(ask(cluster, "SELECT COUNT(*) FROM uplink_tasks")).isEqualTo("0");
      assertThat(tables("uplink%")).isEqualTo("5");
    }
    primary.execute("INSERT INTO " + database + ".uplink_state VALUES (1, 'chain', 7)");
    try (Cluster cluster = open(Layout.ONE_PRIMARY)) {
      assertThat(ask(cluster, "SELECT next_number FROM uplink_state")).isEqualTo("7");
    }
  }

  @Test
  void shouldNeedOnlyThePrimaryThatHasThem() throws Exception {
    servers.primary(1).kill();
    try (Cluster cluster = open(Layout.SEVERAL_PRIMARIES)) {
      assertThat(ask(cluster, "SELECT COUNT(*) FROM uplink_tasks")).isEqualTo("0");
      assertThat(ask(cluster, "SELECT @@server_id")).isEqualTo(primary.query("SELECT @@server_id"));
      assertThat(tables("blocks%")).isEqualTo("0");
      servers.primary(1).start();
      Await.until(
          "the others are made beside them",
          () -> {
            cluster.groups().get(0).connect().close();
            return true;
          });
      assertThat(tables("blocks%")).isEqualTo("2");
    }
  }

  @Test
  void shouldHaveTheServerGiveSilentTransactionsUp() throws Exception {
    try (Cluster cluster = open(Layout.ONE_PRIMARY)) {
      assertThat(ask(cluster, "SELECT @@session.wait_timeout")).isEqualTo("60");
      assertThat(ask(cluster, "SELECT @@autocommit")).isEqualTo("0");
      try (Connection routed = cluster.groups().get(0).connect()) {
        assertThat(routed.getAutoCommit()).isTrue();
      }
    }
  }

  @Test
  void shouldRefuseTablesFromTheFuture() throws Exception {
    try (Cluster cluster = open(Layout.ONE_PRIMARY)) {
      ask(cluster, "SELECT COUNT(*) FROM uplink_tasks");
    }
    String history = database + "." + Schema.UPLINK_HISTORY_TABLE;
    primary.execute(
        "INSERT INTO "
            + history
            + " SELECT installed_rank + 1, '2', 'later', type, script, checksum, installed_by,"
            + " installed_on, execution_time, success FROM "
            + history
            + " WHERE version = '1'");
    try (Cluster cluster = open(Layout.ONE_PRIMARY)) {
      assertThatThrownBy(() -> cluster.uplink().getConnection())
          .isInstanceOf(SchemaTooNewException.class)
          .hasMessageContaining("schema version 2, this program knows those up to 1");
      cluster.groups().get(0).connect().close();
    }
  }

  @Test
  void shouldRefuseAnotherLayout() throws Exception {
    try (Cluster cluster = open(Layout.ONE_PRIMARY)) {
      cluster.groups().get(0).connect().close();
    }
    try (Cluster cluster = open(Layout.SEVERAL_PRIMARIES)) {
      assertThatThrownBy(() -> cluster.uplink().getConnection())
          .isInstanceOf(LayoutException.class);
    }
  }
}
