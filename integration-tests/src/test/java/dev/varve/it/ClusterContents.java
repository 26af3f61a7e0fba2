package dev.varve.it;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.ByteString;
import dev.varve.abci.types.Event;
import dev.varve.abci.types.EventAttribute;
import dev.varve.abci.types.ExecTxResult;
import dev.varve.ledger.Transactions;
import dev.varve.sharding.fixture.TestServer;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The rows of a database on several servers, read with plain SQL: each committed block's must be
 * there once, be equal to what its node has, and be all.
 */
final class ClusterContents {
  private static final int MAX_DIFFERENCES = 5;

  private static final String MARKER =
      "SELECT height, CONCAT_WS('|', HEX(hash), HEX(app_hash), time_seconds, tx_count) FROM %s";
  private static final String TRANSACTION =
      "SELECT CONCAT_WS('/', height, tx_index), CONCAT_WS('|', HEX(hash), UPPER(SHA2(tx, 256)))"
          + " FROM %s";
  private static final String RESULT =
      "SELECT CONCAT_WS('/', height, tx_index), CONCAT_WS('|', code,"
          + " COALESCE(HEX(data), ''), COALESCE(log, ''), COALESCE(info, ''), gas_wanted, gas_used,"
          + " COALESCE(codespace, ''), events) FROM %s";
  private static final String EVENT =
      "SELECT CONCAT_WS('/', height, tx_index, event_index), type FROM %s";
  private static final String ATTRIBUTE =
      "SELECT CONCAT_WS('/', height, tx_index, event_index, attr_index),"
          + " CONCAT_WS('|', name, COALESCE(value, ''), indexed) FROM %s";
  private static final String LOCATION =
      "SELECT HEX(hash), CONCAT(height, '/', tx_index, '|', success) FROM %s";
  private static final String STATE =
      "SELECT HEX(state_key), CONCAT_WS('|', height, COALESCE(HEX(value), '')) FROM %s";

  private final List<TestServer> servers;
  private final String database;

  /** {@code servers}: one of each part of each group, all primaries or all replicas. */
  ClusterContents(List<TestServer> servers, String database) {
    this.servers = servers;
    this.database = database;
  }

  /** Requires a whole chain, and its marker on each server. */
  void requireEqual(List<CommittedBlock> chain) throws SQLException {
    require(chain, "");
  }

  /** Requires the first blocks of a chain that goes on, and their markers on each server. */
  void requireBeginsWith(List<CommittedBlock> chain) throws SQLException {
    require(chain, " WHERE height <= " + chain.size());
  }

  private void require(List<CommittedBlock> chain, String where) throws SQLException {
    Map<String, String> markers = new HashMap<>();
    Map<String, String> txs = new HashMap<>();
    Map<String, String> results = new HashMap<>();
    Map<String, String> events = new HashMap<>();
    Map<String, String> attributes = new HashMap<>();
    Map<String, String> locations = new HashMap<>();
    for (CommittedBlock block : chain) {
      markers.put(
          Long.toString(block.height()),
          row(
              hex(block.hash()),
              hex(block.appHash()),
              block.time().getSeconds(),
              block.txs().size()));
      for (int i = 0; i < block.txs().size(); i++) {
        String at = block.height() + "/" + i;
        ExecTxResult result = block.results().get(i);
        String hash = hex(Transactions.hash(block.txs().get(i)));
        txs.put(at, row(hash, hash));
        results.put(at, result(result));
        events(at, result, events, attributes);
        boolean success = result.getCode() == 0;
        if (success || !locations.getOrDefault(hash, "").endsWith("|1")) {
          locations.put(hash, row(at, success ? 1 : 0));
        }
      }
    }
    for (TestServer server : servers) {
      require(
          server.name() + ", heights", markers, read(List.of(server), "heights", MARKER + where));
    }
    require("blocks", markers, read("blocks", MARKER + where));
    require("transactions", txs, read("transactions", TRANSACTION + where));
    require("tx_results", results, read("tx_results", RESULT + where));
    require("logs", events, read("logs", EVENT + where));
    require("attributes", attributes, read("attributes", ATTRIBUTE + where));
    require("locations", locations, read("locations", LOCATION + where));
  }

  /** Requires the state that a chain of nothing but texts of {@code key=value} leads to. */
  void requireState(List<CommittedBlock> chain) throws SQLException {
    Map<String, String> state = new HashMap<>();
    for (CommittedBlock block : chain) {
      for (int i = 0; i < block.txs().size(); i++) {
        if (block.results().get(i).getCode() == 0) {
          String[] words = block.txs().get(i).toString(UTF_8).split("=", 2);
          state.put(
              hex(ByteString.copyFromUtf8("\0" + words[0])),
              row(block.height(), hex(ByteString.copyFromUtf8(words[1]))));
        }
      }
    }
    require("state", state, read("state", STATE));
  }

  private static String result(ExecTxResult result) {
    return row(
        result.getCode(),
        hex(result.getData()),
        result.getLog(),
        result.getInfo(),
        result.getGasWanted(),
        result.getGasUsed(),
        result.getCodespace(),
        result.getEventsCount());
  }

  private static void events(
      String at, ExecTxResult result, Map<String, String> events, Map<String, String> attributes) {
    for (int e = 0; e < result.getEventsCount(); e++) {
      Event event = result.getEvents(e);
      events.put(at + "/" + e, event.getType());
      for (int a = 0; a < event.getAttributesCount(); a++) {
        EventAttribute attribute = event.getAttributes(a);
        attributes.put(
            at + "/" + e + "/" + a,
            row(attribute.getKey(), attribute.getValue(), attribute.getIndex() ? 1 : 0));
      }
    }
  }

  private static String row(Object... columns) {
    List<String> texts = new ArrayList<>();
    for (Object column : columns) {
      texts.add(column.toString());
    }
    return String.join("|", texts);
  }

  private static String hex(ByteString bytes) {
    return TestNode.hex(bytes.toByteArray());
  }

  private Map<String, String> read(String table, String query) throws SQLException {
    return read(servers, table, query);
  }

  /** Key and row of each row of a table, whatever the number of actual tables. */
  private Map<String, String> read(List<TestServer> from, String table, String query)
      throws SQLException {
    Map<String, String> rows = new HashMap<>();
    for (TestServer server : from) {
      try (Connection connection = server.admin(database);
          Statement statement = connection.createStatement()) {
        for (String actual : actualTables(statement, table)) {
          try (ResultSet row = statement.executeQuery(String.format(Locale.ROOT, query, actual))) {
            while (row.next()) {
              String before = rows.put(row.getString(1), row.getString(2));
              if (before != null) {
                throw new AssertionError(table + " has " + row.getString(1) + " twice");
              }
            }
          }
        }
      }
    }
    return rows;
  }

  private List<String> actualTables(Statement statement, String table) throws SQLException {
    List<String> tables = new ArrayList<>();
    try (ResultSet row =
        statement.executeQuery(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = '"
                + database
                + "' AND table_name REGEXP '^"
                + table
                + "(_[0-9]+)?$'")) {
      while (row.next()) {
        tables.add(row.getString(1));
      }
    }
    return tables;
  }

  private static void require(
      String table, Map<String, String> expected, Map<String, String> found) {
    List<String> differences = new ArrayList<>();
    expected.forEach(
        (key, row) -> {
          String is = found.get(key);
          if (is == null) {
            differences.add(key + " is missing");
          } else if (!is.equals(row)) {
            differences.add(key + " is " + is + " instead of " + row);
          }
        });
    found.keySet().stream()
        .filter(key -> !expected.containsKey(key))
        .forEach(key -> differences.add(key + " is too much"));
    if (!differences.isEmpty()) {
      throw new AssertionError(
          table
              + ": "
              + differences.size()
              + " differences, such as "
              + differences.subList(0, Math.min(MAX_DIFFERENCES, differences.size())));
    }
  }
}
