package dev.varve.sharding;

import static org.assertj.core.api.Assertions.assertThat;

import dev.varve.sharding.fixture.ClusterYaml;
import dev.varve.sharding.fixture.ClusterYaml.Layout;
import dev.varve.sharding.fixture.NeedsDatabase;
import dev.varve.sharding.fixture.TestCluster;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The documented queries use indexes, and the views of the event sink say what the sink would. */
@NeedsDatabase
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class QueriesIT {
  private static final int BLOCKS = 30;
  private static final int TXS = 20;

  private final TestCluster servers = TestCluster.shared();
  private String database;
  private Cluster cluster;
  private Connection connection;

  @BeforeAll
  void fill(@TempDir Path folder) throws Exception {
    database = servers.createDatabase();
    cluster =
        Cluster.open(
            ClusterConfig.load(
                new ClusterYaml(servers, database).write(folder, Layout.ONE_PRIMARY)));
    try (Connection routed = cluster.groups().get(0).connect()) {
      for (long height = 1; height <= BLOCKS; height++) {
        new Rows(routed).block(height, TXS, 1);
      }
    }
    connection = servers.primary(0).connect(database);
    try (Statement statement = connection.createStatement()) {
      for (String table : Rows.COLUMNS.keySet()) {
        statement.execute("ANALYZE TABLE " + table);
      }
    }
  }

  @AfterAll
  void close() throws Exception {
    if (connection != null) {
      connection.close();
    }
    if (cluster != null) {
      cluster.close();
    }
  }

  /** A query, and whether the page says that it reads all of an index. */
  private record Documented(String query, boolean isReadingAll) {}

  private List<Documented> documented() throws Exception {
    List<Documented> queries = new ArrayList<>();
    Matcher matcher =
        Pattern.compile("(?<words>[^\\n]*)\\n\\n```sql\\n(?<query>.*?);\\n```", Pattern.DOTALL)
            .matcher(Files.readString(Path.of("docs/queries.md")));
    while (matcher.find()) {
      String query = matcher.group("query").replace("varve_sink.", database + "_sink.");
      queries.add(new Documented(query, matcher.group("words").contains("Reads all of")));
    }
    return queries;
  }

  @Test
  void shouldUseAnIndexForEachDocumentedQuery() throws Exception {
    List<Documented> queries = documented();
    assertThat(queries).hasSize(13);
    assertThat(queries).filteredOn(Documented::isReadingAll).hasSize(1);
    for (Documented documented : queries) {
      String query = documented.query();
      try (Statement statement = connection.createStatement();
          ResultSet plan = statement.executeQuery("EXPLAIN FORMAT=TRADITIONAL " + query)) {
        while (plan.next()) {
          String table = plan.getString("table");
          if (table == null || table.startsWith("<")) {
            continue;
          }
          assertThat(plan.getString("key")).as("%s in %s", table, query).isNotNull();
          String type = plan.getString("type");
          assertThat(type).as("%s in %s", table, query).isNotEqualTo("ALL");
          if (!documented.isReadingAll()) {
            assertThat(type).as("%s in %s", table, query).isNotEqualTo("index");
          }
        }
      }
    }
  }

  @Test
  void shouldAnswerTheDocumentedQueries() throws Exception {
    for (Documented documented : documented()) {
      String query = documented.query();
      String real =
          query
              .replaceAll(
                  "hash = x'0+'", "hash = (SELECT hash FROM transactions WHERE height = 3 LIMIT 1)")
              .replaceAll(
                  "proposer_address = x'0+'",
                  "proposer_address = (SELECT proposer_address FROM blocks WHERE height = 3)")
              .replace("UTC_TIMESTAMP()", "TIMESTAMP '2023-11-15 00:00:00'");
      int rows = rows(real);
      if (query.contains("LEAD(")) {
        assertThat(rows).as(query).isZero();
      } else if (!query.contains("state_history")) {
        assertThat(rows).as(query).isPositive();
      }
    }
  }

  private int rows(String query) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(query)) {
      int rows = 0;
      while (result.next()) {
        rows++;
      }
      return rows;
    }
  }

  private List<String> sink(String query) throws SQLException {
    List<String> rows = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(query.replace("{}", database + "_sink"))) {
      int columns = result.getMetaData().getColumnCount();
      while (result.next()) {
        List<String> row = new ArrayList<>();
        for (int column = 1; column <= columns; column++) {
          row.add(result.getString(column));
        }
        rows.add(String.join(" ", row));
      }
    }
    return rows;
  }

  @Test
  void shouldHaveTheViewsOfTheEventSink() throws Exception {
    assertThat(sink("SELECT height, chain_id, created_at FROM {}.blocks WHERE rowid = 7"))
        .containsExactly("7 chain 2023-11-14 22:13:27.000005");
    String hash = sink("SELECT HEX(hash) FROM tx_results WHERE height = 7 AND tx_index = 2").get(0);
    assertThat(
            sink(
                "SELECT t.`index`, t.tx_hash FROM {}.tx_results t JOIN {}.blocks b"
                    + " ON b.rowid = t.block_id WHERE b.height = 7 AND t.`index` = 2"))
        .containsExactly("2 " + hash);
    assertThat(sink("SELECT COUNT(*), COUNT(DISTINCT rowid) FROM {}.tx_results"))
        .containsExactly(BLOCKS * TXS + " " + BLOCKS * TXS);
    // One for the block, and for each transaction tx.hash, tx.height and its own.
    int events = BLOCKS + 3 * BLOCKS * TXS;
    assertThat(sink("SELECT COUNT(*), COUNT(DISTINCT rowid) FROM {}.events"))
        .containsExactly(events + " " + events);
    assertThat(sink("SELECT COUNT(*) FROM {}.attributes")).containsExactly("" + events);
    assertThat(
            sink(
                "SELECT e.type, a.`key`, a.composite_key, a.value FROM {}.events e"
                    + " JOIN {}.attributes a ON a.event_id = e.rowid"
                    + " JOIN {}.tx_results t ON t.rowid = e.tx_id"
                    + " WHERE t.block_id = 7 AND t.`index` = 2 ORDER BY a.composite_key"))
        .containsExactly(
            "put key put.key key2", "tx hash tx.hash " + hash, "tx height tx.height 7");
    assertThat(
            sink(
                "SELECT type, composite_key, value FROM {}.event_attributes"
                    + " WHERE block_id = 7 AND tx_id IS NULL"))
        .containsExactly("block block.height 7");
    assertThat(sink("SELECT height, chain_id, `key`, value FROM {}.block_events WHERE height = 7"))
        .containsExactly("7 chain height 7");
    assertThat(
            sink(
                "SELECT `index`, chain_id, composite_key, value, created_at FROM {}.tx_events"
                    + " WHERE height = 7 AND `index` = 2 AND type = 'put'"))
        .containsExactly("2 chain put.key key2 2023-11-14 22:13:27.000005");
  }

  @Test
  void shouldHaveTheViewsOverSeveralTables(@TempDir Path folder) throws Exception {
    ClusterYaml yaml = new ClusterYaml(servers, servers.createDatabase()).shards(3);
    ClusterConfig config = ClusterConfig.load(yaml.write(folder, Layout.ONE_PRIMARY));
    try (Cluster sharded = Cluster.open(config);
        Connection routed = sharded.groups().get(0).connect()) {
      new Rows(routed).block(1, 5, 1);
      new Rows(routed).block(2, 5, 1);
      String sink = config.sinkDatabase().orElseThrow();
      assertThat(servers.primary(0).query("SELECT COUNT(*) FROM " + sink + ".tx_events"))
          .isEqualTo("30");
      assertThat(servers.primary(0).query("SELECT COUNT(*) FROM " + sink + ".block_events"))
          .isEqualTo("2");
    }
  }
}
