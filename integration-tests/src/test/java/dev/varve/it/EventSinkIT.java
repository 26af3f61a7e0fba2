package dev.varve.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.varve.node.NodeConfig;
import dev.varve.node.NodeHome;
import dev.varve.node.VarveNode;
import dev.varve.sharding.fixture.ClusterYaml;
import dev.varve.sharding.fixture.ClusterYaml.Layout;
import dev.varve.sharding.fixture.NeedsDatabase;
import dev.varve.sharding.fixture.TestCluster;
import dev.varve.testnet.CometBinary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * A real node writes a chain's events to CometBFT's own sink, in PostgreSQL with the schema that
 * comes with CometBFT, while Varve writes them to a cluster: both answer queries with the same
 * rows.
 */
@NeedsDatabase
class EventSinkIT {
  private static final String SINK = "sink";
  private static final int TRANSACTIONS = 300;

  /** What dashboards ask, by height and index as row ids differ; times are the sink's own clock. */
  private static final List<String> QUERIES =
      List.of(
          "SELECT height, chain_id FROM blocks WHERE height <= %d",
          "SELECT b.height, r.\"index\", r.tx_hash FROM tx_results r"
              + " JOIN blocks b ON b.rowid = r.block_id WHERE b.height <= %d",
          "SELECT height, chain_id, type, \"key\", composite_key, value FROM block_events"
              + " WHERE height <= %d",
          "SELECT height, \"index\", chain_id, type, \"key\", composite_key, value FROM tx_events"
              + " WHERE height <= %d",
          "SELECT b.height, r.\"index\", e.type, COUNT(*) FROM events e"
              + " JOIN blocks b ON b.rowid = e.block_id"
              + " LEFT JOIN tx_results r ON r.rowid = e.tx_id WHERE b.height <= %d"
              + " GROUP BY b.height, r.\"index\", e.type",
          "SELECT b.height, r.\"index\", e.type, a.\"key\", a.composite_key, a.value"
              + " FROM attributes a JOIN events e ON e.rowid = a.event_id"
              + " JOIN blocks b ON b.rowid = e.block_id"
              + " LEFT JOIN tx_results r ON r.rowid = e.tx_id WHERE b.height <= %d",
          "SELECT b.height, v.type, v.\"key\", v.composite_key, v.value,"
              + " CASE WHEN v.tx_id IS NULL THEN 1 ELSE 0 END FROM event_attributes v"
              + " JOIN blocks b ON b.rowid = v.block_id WHERE b.height <= %d",
          "SELECT type, composite_key, COUNT(*), MIN(height), MAX(height) FROM tx_events"
              + " WHERE height <= %d GROUP BY type, composite_key");

  @RegisterExtension private final TestFolder folder = new TestFolder();

  @Test
  void shouldAnswerAsCometBftsOwnSink() throws Exception {
    assumeTrue(
        PostgresServer.find().isPresent(),
        "PostgreSQL is not installed (Debian: apt-get install postgresql)");
    CometBinary bin = Settings.comet("0.38");
    TestCluster servers = TestCluster.shared();
    String database = servers.createDatabase();
    Path yaml = new ClusterYaml(servers, database).write(folder.path(), Layout.TWO_GROUPS);
    try (PostgresServer postgres = PostgresServer.start(FreePorts.base(1) + 9)) {
      postgres.query("postgres", "CREATE DATABASE " + SINK);
      postgres.query(SINK, Files.readString(schema(bin.version())));
      try (TestChain chain =
          TestChain.create(
              folder.path(),
              bin,
              1,
              node ->
                  node.with("tx_index.indexer", "\"psql\"")
                      .with("tx_index.psql-conn", "\"" + postgres.url(SINK) + "\""),
              home -> start(home, yaml))) {
        chain.start().node().waitForHeight(1, TestChain.LIMIT);
        long height = load(chain.node());
        awaitIndexed(postgres, height);
        chain.node().waitForHeight(height + 5, TestChain.LIMIT);
        chain.close();
        compare(postgres, servers, database, height);
      }
    }
  }

  private static VarveNode start(NodeHome home, Path yaml) {
    return VarveNode.start(
        home,
        NodeConfig.load(home, Map.of("disk.store", "mysql", "disk.cluster", yaml.toString())));
  }

  /** The schema that the sink's own sources bring along. */
  private static Path schema(String version) throws IOException, InterruptedException {
    String module = "github.com/cometbft/cometbft@v" + version;
    Process go =
        new ProcessBuilder("go", "mod", "download", "-json", module)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    byte[] out = go.getInputStream().readAllBytes();
    assertThat(go.waitFor(2, TimeUnit.MINUTES)).isTrue();
    assertThat(go.exitValue()).as(new String(out, UTF_8)).isZero();
    String source = new ObjectMapper().readTree(out).path("Dir").asText();
    return Path.of(source, "state", "indexer", "sink", "psql", "schema.sql");
  }

  /** Writes, overwrites and deletes, in transactions of both kinds; returns the last height. */
  private static long load(TestNode node) {
    Random random = new Random(Settings.seed());
    for (int i = 0; i < TRANSACTIONS; i++) {
      String key = "k" + random.nextInt(TRANSACTIONS / 3);
      byte[] tx =
          i % 3 == 0
              ? Envelopes.put(key, "v" + i, node.rpc().height() + 100)
              : (key + "=" + i + " ä€😀'\\\"").getBytes(UTF_8);
      assertThat(node.rpc().broadcastTxSync(tx).path("code").asInt()).isZero();
    }
    byte[] last = "last=one".getBytes(UTF_8);
    return node.rpc().broadcastTxCommit(last).path("height").asLong();
  }

  private static void awaitIndexed(PostgresServer postgres, long height) throws Exception {
    long end = System.nanoTime() + TestChain.LIMIT.toNanos();
    String found;
    do {
      assertThat(System.nanoTime()).as("indexed up to %d", height).isLessThan(end);
      Thread.sleep(50);
      found = postgres.query(SINK, "SELECT COALESCE(MAX(height), 0) FROM blocks").get(0);
    } while (Long.parseLong(found) <= height + 1);
  }

  private static void compare(
      PostgresServer postgres, TestCluster servers, String database, long height) throws Exception {
    try (Connection connection = servers.primary(0).admin(database + "_sink");
        Statement statement = connection.createStatement()) {
      statement.execute("SET SESSION sql_mode = CONCAT(@@sql_mode, ',ANSI_QUOTES')");
      for (String query : QUERIES) {
        String sql = String.format(query, height);
        List<String> expected = new ArrayList<>(postgres.query(SINK, sql));
        List<String> actual = rows(statement, sql);
        Collections.sort(expected);
        Collections.sort(actual);
        assertThat(actual).as(sql).isNotEmpty().isEqualTo(expected);
        System.out.printf("%d rows the same: %s%n", actual.size(), sql);
      }
    }
  }

  private static List<String> rows(Statement statement, String sql) throws SQLException {
    List<String> rows = new ArrayList<>();
    try (ResultSet row = statement.executeQuery(sql)) {
      int columns = row.getMetaData().getColumnCount();
      while (row.next()) {
        List<String> cells = new ArrayList<>();
        for (int i = 1; i <= columns; i++) {
          String cell = row.getString(i);
          cells.add(cell == null ? "\\N" : cell);
        }
        rows.add(String.join("\t", cells));
      }
    }
    return rows;
  }
}
