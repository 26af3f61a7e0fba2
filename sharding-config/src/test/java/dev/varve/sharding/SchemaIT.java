package dev.varve.sharding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.varve.sharding.fixture.ClusterYaml;
import dev.varve.sharding.fixture.ClusterYaml.Layout;
import dev.varve.sharding.fixture.NeedsDatabase;
import dev.varve.sharding.fixture.TestCluster;
import dev.varve.sharding.fixture.TestServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@NeedsDatabase
class SchemaIT {
  private final TestCluster servers = TestCluster.shared();
  private final TestServer primary = servers.primary(0);
  private String database;
  private ClusterYaml yaml;

  @TempDir Path folder;

  @BeforeEach
  void create() throws Exception {
    database = servers.createDatabase();
    yaml = new ClusterYaml(servers, database);
  }

  private void connect() throws Exception {
    try (Cluster cluster =
            Cluster.open(ClusterConfig.load(yaml.write(folder, Layout.ONE_PRIMARY)));
        Connection connection = cluster.groups().get(0).connect()) {
      assertThat(connection.isValid(2)).isTrue();
    }
  }

  private String count(String table) throws SQLException {
    return primary.query("SELECT COUNT(*) FROM " + database + "." + table);
  }

  @Test
  void shouldMigrateOnce() throws Exception {
    connect();
    primary.execute("INSERT INTO " + database + ".commitments VALUES (1, x'01', 1)");
    String versions = count(Schema.HISTORY_TABLE);
    connect();
    assertThat(count("commitments")).isEqualTo("1");
    assertThat(count(Schema.HISTORY_TABLE)).isEqualTo(versions);
  }

  @Test
  void shouldMakeTheDatabaseWhenItIsNotThere() throws Exception {
    primary.execute("DROP DATABASE " + database);
    connect();
    assertThat(count("blocks")).isEqualTo("0");
  }

  @Test
  void shouldGoOnAfterAMigrationThatFailedHalfWay() throws Exception {
    connect();
    primary.execute("DROP TABLE " + database + ".meta");
    primary.execute("UPDATE " + database + "." + Schema.HISTORY_TABLE + " SET success = 0");
    connect();
    assertThat(count("logs")).isEqualTo("0");
    assertThat(count("meta")).isEqualTo("0");
  }

  /** As the program of version 1 left it, but for a step to version 2 that broke off half-way. */
  @Test
  void shouldGoOnFromVersionOne() throws Exception {
    connect();
    primary.execute(
        "INSERT INTO "
            + database
            + ".heights (part, height, tx_count, batch_crc, complete, crc)"
            + " VALUES (0, 7, 0, 1, 0, 1)");
    primary.execute("DROP TABLE " + database + ".headers");
    primary.execute(
        "DELETE FROM " + database + "." + Schema.HISTORY_TABLE + " WHERE version = '2'");
    connect();
    assertThat(count("headers")).isEqualTo("0");
    assertThat(count("heights")).isEqualTo("1");
    primary.execute("ALTER TABLE " + database + ".heights DROP KEY complete");
    primary.execute(
        "DELETE FROM " + database + "." + Schema.HISTORY_TABLE + " WHERE version = '2'");
    connect();
    assertThat(
            primary.query(
                "SELECT COUNT(*) FROM information_schema.statistics WHERE table_schema = '"
                    + database
                    + "' AND table_name = 'heights' AND index_name = 'complete'"))
        .isEqualTo("3");
  }

  @Test
  void shouldRefuseASchemaFromTheFuture() throws Exception {
    connect();
    primary.execute(
        "INSERT INTO "
            + database
            + "."
            + Schema.HISTORY_TABLE
            + " SELECT installed_rank + 2, '3', 'later', type, script, checksum, installed_by,"
            + " installed_on, execution_time, success FROM "
            + database
            + "."
            + Schema.HISTORY_TABLE
            + " WHERE version = '1'");
    assertThatThrownBy(this::connect)
        .isInstanceOf(SchemaTooNewException.class)
        .hasMessageContaining("schema version 3, this program knows those up to 2");
  }

  @Test
  void shouldRefuseAnotherLayout() throws Exception {
    connect();
    yaml.shards(4);
    assertThatThrownBy(this::connect)
        .isInstanceOf(LayoutException.class)
        .hasMessageContaining("part 0 of 1, 1 shards, but cluster.yaml says")
        .hasMessageContaining("4 shards");
  }

  @Test
  void shouldNameTheMissingPrivilege() throws Exception {
    primary.execute("CREATE USER poor@'127.0.0.1' IDENTIFIED BY 'secret'");
    try {
      yaml.user("poor");
      assertThatThrownBy(this::connect).hasMessageContaining("denied");
      primary.execute("GRANT SELECT, INSERT ON " + database + ".* TO poor@'127.0.0.1'");
      assertThatThrownBy(this::connect)
          .isInstanceOf(SchemaException.class)
          .hasMessageContaining("grant the user poor all privileges on " + database);
      primary.execute("GRANT ALL ON " + database + ".* TO poor@'127.0.0.1'");
      // No right to make the database of the views: said in the log, and gone on.
      connect();
      assertThat(count("blocks")).isEqualTo("0");
    } finally {
      primary.execute("DROP USER poor@'127.0.0.1'");
    }
  }

  @Test
  void shouldSayThatThePasswordIsWrong() {
    yaml.password("wrong");
    assertThatThrownBy(this::connect)
        .isInstanceOf(SQLException.class)
        .hasMessageContaining("Access denied for user 'varve'");
  }

  @Test
  void shouldRefuseAReadOnlyServerAsPrimary() throws Exception {
    String text = yaml.text(Layout.ONE_PRIMARY);
    Path swapped = folder.resolve("swapped.yaml");
    Files.writeString(
        swapped,
        text.replace("writeDataSourceName: primary_0", "writeDataSourceName: x")
            .replace("[replica_0_0]", "[primary_0]")
            .replace("writeDataSourceName: x", "writeDataSourceName: replica_0_0"));
    try (Cluster cluster = Cluster.open(ClusterConfig.load(swapped))) {
      assertThatThrownBy(() -> cluster.groups().get(0).connect())
          .isInstanceOf(SchemaException.class)
          .hasMessageContaining("is read-only");
    }
  }

  /** Once, at the first use, and only where it is so. */
  @Test
  void shouldWarnOfAPrimaryThatMayLoseWhatItHasCommitted() throws Exception {
    TestServer primary = servers.primary(0);
    primary.execute("SET GLOBAL sync_binlog = 0", "SET GLOBAL innodb_flush_log_at_trx_commit = 2");
    try (LoggedLines log = new LoggedLines();
        Cluster cluster =
            Cluster.open(
                ClusterConfig.load(
                    new ClusterYaml(servers, servers.createDatabase())
                        .write(folder, Layout.TWO_GROUPS)))) {
      for (ClusterGroup group : cluster.groups()) {
        group.connect().close();
        group.connect().close();
      }
      assertThat(log.lines())
          .containsExactly(
              "primary primary_0 (127.0.0.1:%d) may lose blocks for good when its machine fails:"
                      .formatted(primary.port())
                  + " it has innodb_flush_log_at_trx_commit = 2 and sync_binlog = 0, set that"
                  + " to 1");
    } finally {
      primary.execute(
          "SET GLOBAL sync_binlog = 1", "SET GLOBAL innodb_flush_log_at_trx_commit = 1");
    }
  }
}
