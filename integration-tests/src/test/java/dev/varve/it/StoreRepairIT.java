package dev.varve.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.ByteString;
import dev.varve.node.HomeCheck;
import dev.varve.node.HomeRepair;
import dev.varve.node.NodeConfig;
import dev.varve.node.Problem;
import dev.varve.node.StoredChain;
import dev.varve.sharding.fixture.ClusterYaml;
import dev.varve.sharding.fixture.ClusterYaml.Layout;
import dev.varve.sharding.fixture.NeedsDatabase;
import dev.varve.sharding.fixture.TestCluster;
import dev.varve.sharding.fixture.TestServer;
import dev.varve.storage.DiskStore;
import dev.varve.testnet.CometBinary;
import dev.varve.testnet.CometHome;
import dev.varve.testnet.CometRpc;
import dev.varve.testnet.TestnetException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Rows of every table of a node's cluster are deleted and altered: the check names them, the repair
 * makes the same rows of the fallback log, of the node's own disk, and of CometBFT's RPC.
 */
@NeedsDatabase
class StoreRepairIT {
  private static final Duration LIMIT = Duration.ofMinutes(2);
  private static final int COMMITS = 26;
  private static final ObjectMapper JSON = new ObjectMapper();

  @RegisterExtension private final TestFolder folder = new TestFolder();

  private final TestCluster servers = TestCluster.shared();
  private final CometBinary comet = Settings.comet("0.38");
  private String database;
  private Path home;
  private int runs;

  @Test
  void shouldMendEveryTable() throws Exception {
    database = servers.createDatabase();
    Path yaml = new ClusterYaml(servers, database).write(folder.path(), Layout.TWO_GROUPS);
    try (TestChain chain = TestChain.single(folder.path(), comet, UnaryOperator.identity())) {
      TestNode node = chain.node();
      home = node.home().path();
      putOnCluster(node, yaml);
      node.start();
      commit(node);
      node.stop();
      assertThat(new HomeCheck(node.home(), config(node), text -> {}).run().problems()).isEmpty();
      Map<String, List<String>> before = dump();

      List<Long> heights = longs("SELECT DISTINCT height FROM transactions ORDER BY height");
      List<String> first = damageForTheLog(heights);
      requireFound(node, first);
      HomeRepair.Report logged = repair(node, false);
      assertThat(logged.fromLog()).isEqualTo(first.size());
      assertThat(logged.left()).isEmpty();
      assertThat(dump()).isEqualTo(before);

      Path log = home.resolve("fallback");
      Files.move(log, home.resolve("kept"));
      List<String> second = damageForTheNode(heights);
      Map<String, List<String>> damaged = dump();
      assertThat(repair(node, true).found()).hasSizeGreaterThan(20);
      assertThat(dump()).isEqualTo(damaged);
      requireFound(node, second);
      assertThat(repair(node, false).left().toString()).contains("give --node");
      JsonNode mended;
      try (AutoCloseable inspect = inspect(node)) {
        assertThat(inspect).isNotNull();
        String rpc = CometHome.open(node.home().cometHome()).rpc().toString();
        mended = run("store", "repair", "--home", home.toString(), "--json", "--node", rpc);
      }
      assertThat(mended.path("blocks_from_node").asInt()).isPositive();
      assertThat(dump()).isEqualTo(before);
      assertThat(mended.path("sound").asBoolean()).as(mended.toString()).isTrue();
      assertThat(run("check", "--home", home.toString(), "--json").path("sound").asBoolean())
          .isTrue();
      List<String> left = loseWholeBlocks(heights);
      damaged = dump();
      assertThat(repair(node, false).left().toString()).contains(left);
      assertThat(dump()).isEqualTo(damaged);
      Files.move(home.resolve("kept"), log);
      assertThat(repair(node, false).left()).isEmpty();
      assertThat(dump()).isEqualTo(before);

      node.start();
      long last = heights.get(heights.size() - 1);
      node.waitForHeight(last + 3, LIMIT);
      compare(node, last);
    }
  }

  private static void putOnCluster(TestNode node, Path yaml) throws IOException {
    Path file = node.home().configFile();
    String text = Files.readString(file);
    text = text.replaceFirst("(?m)^#store = .*$", "store = \"mysql\"");
    text = text.replaceFirst("(?m)^#cluster = .*$", "cluster = \"" + yaml + "\"");
    text = text.replaceFirst("(?m)^\\[history\\]$", "[history]\nblocks = 15");
    text = text.replaceFirst("(?m)^#blocks = 10000$", "");
    Files.writeString(file, text);
    assertThat(config(node).disk().store()).isEqualTo("mysql");
    assertThat(config(node).history().blocks()).isEqualTo(15);
  }

  private static NodeConfig config(TestNode node) {
    return NodeConfig.load(node.home(), Map.of());
  }

  /** Keys that come again and go, bytes that come again, and failures. */
  private static void commit(TestNode node) throws InterruptedException {
    node.waitForHeight(1, LIMIT);
    for (int i = 0; i < COMMITS; i++) {
      node.rpc().broadcastTxSync(("over=" + i).getBytes(UTF_8));
      node.rpc().broadcastTxSync(("k" + i + "=v" + i).getBytes(UTF_8));
      long until = node.rpc().height() + 20;
      byte[] envelope =
          Envelopes.of(
              until,
              Envelopes.put(ByteString.copyFromUtf8("e" + i), ByteString.copyFromUtf8("é" + i)),
              Envelopes.delete(ByteString.copyFromUtf8("k" + (i - 3))));
      node.rpc().broadcastTxCommit(envelope);
    }
  }

  private List<String> damageForTheLog(List<Long> heights) throws SQLException {
    long[] at = heights.stream().mapToLong(Long::longValue).skip(2).toArray();
    execute("DELETE FROM blocks WHERE height = " + at[0]);
    execute("DELETE FROM transactions WHERE height = " + at[1]);
    execute("UPDATE tx_results SET code = 7 WHERE tx_index = 0 AND height = " + at[2]);
    execute("DELETE FROM attributes WHERE height = " + at[3] + " LIMIT 1");
    execute("DELETE FROM heights WHERE height = " + at[4]);
    return List.of(
        "blocks in the cluster of block " + at[0] + ": is missing",
        "transactions in the cluster of block " + at[1] + ": row 0 is missing",
        "tx_results in the cluster of block " + at[2] + ": row 0 has a wrong checksum",
        "attributes in the cluster of block " + at[3],
        "heights in the cluster of block " + at[4]);
  }

  private List<String> damageForTheNode(List<Long> heights) throws SQLException {
    long[] at = heights.stream().mapToLong(Long::longValue).skip(1).toArray();
    List<String> found = new ArrayList<>();
    String[] damage = {
      "DELETE FROM blocks WHERE height = %d",
      "UPDATE blocks SET proposer_address = hash WHERE height = %d",
      "DELETE FROM transactions WHERE height = %d",
      "UPDATE transactions SET tx = 'x' WHERE height = %d",
      "UPDATE transactions SET hash = REVERSE(hash) WHERE height = %d",
      "DELETE FROM tx_results WHERE height = %d",
      "UPDATE tx_results SET info = 'x' WHERE height = %d",
      "DELETE FROM logs WHERE height = %d",
      "UPDATE logs SET type = 'x' WHERE height = %d",
      "DELETE FROM attributes WHERE height = %d",
      "UPDATE attributes SET value = 'x' WHERE height = %d",
      "UPDATE heights SET app_hash = hash WHERE height = %d",
      "INSERT INTO transactions SELECT height, 77, hash, tx, crc FROM transactions"
          + " WHERE tx_index = 0 AND height = %d",
    };
    for (int i = 0; i < damage.length; i++) {
      String sql = String.format(damage[i], at[i]);
      // Of heights, one group only: the other one tells.
      on(servers.primaries().get(tableOf(sql).equals("heights") ? 0 : indexOf(sql)), sql);
      found.add(tableOf(sql) + " in the cluster of block " + at[i]);
    }
    found.addAll(damageRecords());
    return found;
  }

  /** All rows of the last block, and of the one before it the block and its last transaction. */
  private List<String> loseWholeBlocks(List<Long> heights) throws SQLException {
    long last = heights.get(heights.size() - 1);
    for (String table : "blocks transactions tx_results logs attributes heights".split(" ", -1)) {
      execute("DELETE FROM " + table + " WHERE height = " + last);
    }
    long other = heights.get(heights.size() - 2);
    execute("DELETE FROM blocks WHERE height = " + other);
    execute("DELETE FROM transactions WHERE height = " + other + " ORDER BY tx_index DESC LIMIT 1");
    return List.of(last + ": the number of its transactions is", other + ": transaction ");
  }

  private List<String> damageRecords() throws SQLException {
    List<Long> replaced = longs("SELECT DISTINCT until_height FROM state_history ORDER BY 1 DESC");
    List<Long> history = longs("SELECT height FROM history ORDER BY height DESC");
    history.removeAll(replaced.subList(0, 2)); // one finding a height
    List<Long> deltas = longs("SELECT height FROM commitments ORDER BY height DESC");
    execute("DELETE FROM locations LIMIT 1");
    execute("UPDATE locations SET height = height + 1 LIMIT 1");
    execute("DELETE FROM state LIMIT 1");
    execute("UPDATE state SET value = 'x' LIMIT 1");
    execute(
        "INSERT INTO state SELECT shard, CONCAT(state_key, 'z'), height, value, crc FROM state"
            + " LIMIT 1");
    execute("DELETE FROM state_history WHERE until_height = " + replaced.get(0) + " LIMIT 1");
    execute("UPDATE state_history SET value = 'x' WHERE until_height = " + replaced.get(1));
    execute("DELETE FROM history WHERE height = " + history.get(3));
    execute("UPDATE history SET first = first + 1 WHERE height = " + history.get(5));
    execute("DELETE FROM commitments WHERE height = " + deltas.get(0));
    execute("UPDATE commitments SET delta = 'x' WHERE height = " + deltas.get(1));
    execute("DELETE FROM meta WHERE name = 'ledger.chain_id'");
    execute("UPDATE meta SET value = 'x' WHERE name = 'ledger.initial_height'");
    return List.of(
        "locations in the cluster",
        "state in the cluster",
        "state_history in the cluster of block " + replaced.get(0) + ": lacks 1 rows",
        "state_history in the cluster of block " + replaced.get(1),
        "history in the cluster of block " + history.get(3) + ": row of the block is missing",
        "history in the cluster of block " + history.get(5),
        "commitments in the cluster of block " + deltas.get(0) + ": row is missing",
        "commitments in the cluster of block " + deltas.get(1),
        "row of name ledger.chain_id is missing",
        "row of name ledger.initial_height has a wrong checksum");
  }

  private static String tableOf(String sql) {
    return sql.replaceFirst("^(DELETE FROM|UPDATE|INSERT INTO) (\\w+) .*$", "$2");
  }

  private int indexOf(String sql) throws SQLException {
    for (int i = 0; i < servers.primaries().size(); i++) {
      try (Connection connection = servers.primary(i).connect(database);
          ResultSet row = connection.getMetaData().getTables(database, null, tableOf(sql), null)) {
        if (row.next()) {
          return i;
        }
      }
    }
    throw new AssertionError("no table for " + sql);
  }

  /** On every primary that has the table. */
  private void execute(String sql) throws SQLException {
    for (TestServer primary : servers.primaries()) {
      try (Connection connection = primary.connect(database);
          ResultSet row = connection.getMetaData().getTables(database, null, tableOf(sql), null)) {
        if (row.next()) {
          on(primary, sql);
        }
      }
    }
  }

  private void on(TestServer primary, String sql) throws SQLException {
    try (Connection connection = primary.connect(database);
        Statement statement = connection.createStatement()) {
      assertThat(statement.executeUpdate(sql)).as(sql).isPositive();
    }
  }

  private List<Long> longs(String sql) throws SQLException {
    List<Long> values = new ArrayList<>();
    String table = sql.replaceFirst("^.* FROM (\\w+) .*$", "$1");
    try (Connection connection =
            servers.primary(indexOf("DELETE FROM " + table + " ")).connect(database);
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      while (row.next()) {
        values.add(row.getLong(1));
      }
    }
    return values;
  }

  /** Every row of every table of both primaries. */
  private Map<String, List<String>> dump() throws SQLException {
    Map<String, List<String>> dump = new TreeMap<>();
    for (TestServer primary : servers.primaries()) {
      try (Connection connection = primary.connect(database);
          Statement statement = connection.createStatement()) {
        List<String> tables = new ArrayList<>();
        try (ResultSet row =
            connection.getMetaData().getTables(database, null, "%", new String[] {"TABLE"})) {
          while (row.next()) {
            tables.add(row.getString("TABLE_NAME"));
          }
        }
        for (String table : tables) {
          dump.put(primary.name() + "." + table, rows(statement, table));
        }
      }
    }
    return dump;
  }

  private static List<String> rows(Statement statement, String table) throws SQLException {
    List<String> rows = new ArrayList<>();
    // Where history begins depends on when each store pruned it last.
    String columns = table.equals("history") ? "height, commitment_floor" : "*";
    try (ResultSet row = statement.executeQuery("SELECT " + columns + " FROM " + table)) {
      int count = row.getMetaData().getColumnCount();
      while (row.next()) {
        StringBuilder text = new StringBuilder();
        for (int i = 1; i <= count; i++) {
          byte[] bytes = row.getBytes(i);
          text.append(bytes == null ? "null" : TestNode.hex(bytes)).append(' ');
        }
        rows.add(text.toString());
      }
    }
    rows.sort(null);
    return rows;
  }

  private void requireFound(TestNode node, List<String> texts) {
    List<Problem> problems = new HomeCheck(node.home(), config(node), text -> {}).run().problems();
    String report = problems.toString();
    for (String text : texts) {
      assertThat(report).contains(text);
    }
    assertThat(problems)
        .allSatisfy(
            problem -> assertThat(problem.remedy()).contains("varve store repair --home " + home));
  }

  private static HomeRepair.Report repair(TestNode node, boolean dryRun) {
    return new HomeRepair(node.home(), config(node), text -> {}).run(Optional.empty(), dryRun);
  }

  private JsonNode run(String... command) throws IOException {
    try (VarveProcess process =
        VarveProcess.start(folder.resolve("run-" + ++runs + ".log"), command)) {
      assertThat(process.awaitExit(LIMIT)).as(process.output()).isZero();
      return JSON.readTree(process.output().substring(process.output().indexOf("{\n")));
    }
  }

  /** CometBFT's RPC over the blocks of a node that does not run. */
  private AutoCloseable inspect(TestNode node) throws Exception {
    CometHome cometHome = CometHome.open(node.home().cometHome());
    Process process =
        new ProcessBuilder(
                comet.path().toString(),
                "inspect",
                "--home",
                cometHome.path().toString(),
                "--rpc.laddr",
                cometHome.rpcAddress())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("inspect.log").toFile())
            .start();
    CometRpc rpc = new CometRpc(cometHome.rpc());
    long deadline = System.nanoTime() + LIMIT.toNanos();
    while (true) {
      try {
        assertThat(rpc.block(1).path("block").isObject()).isTrue();
        break;
      } catch (TestnetException e) {
        assertThat(process.isAlive() && System.nanoTime() < deadline).as(e.getMessage()).isTrue();
        TimeUnit.MILLISECONDS.sleep(100);
      }
    }
    return () -> {
      process.destroy();
      assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    };
  }

  /** What the cluster holds is what the node keeps by itself. */
  private static void compare(TestNode node, long last) {
    try (StoredChain stored = StoredChain.open(node.home(), config(node))) {
      DiskStore store = stored.store();
      new BlockComparison(
              node.rpc(),
              (height, index, hash) -> {
                int slice = index / DiskStore.SLICE_LENGTH;
                int at = index % DiskStore.SLICE_LENGTH;
                return WiredApplication.document(
                    height,
                    index,
                    hash,
                    store.transactions(height, slice).get(at),
                    store.results(height, slice).get(at),
                    store.logs(height, slice).get(at));
              })
          .compare(1, last);
    }
  }
}
