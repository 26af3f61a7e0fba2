package dev.varve.sharding;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** Rows for every table, as a store writes them: for tests of routing and of queries. */
final class Rows {
  static final Map<String, List<String>> COLUMNS =
      Map.ofEntries(
          Map.entry("home", List.of("part", "home_id", "chain_id")),
          Map.entry(
              "heights",
              List.of(
                  "part",
                  "height",
                  "hash",
                  "app_hash",
                  "time",
                  "time_seconds",
                  "time_nanos",
                  "tx_count",
                  "batch_crc",
                  "complete",
                  "crc")),
          Map.entry(
              "blocks",
              List.of(
                  "height",
                  "hash",
                  "time",
                  "time_seconds",
                  "time_nanos",
                  "proposer_address",
                  "next_validators_hash",
                  "tx_count",
                  "app_hash",
                  "last_commit",
                  "misbehavior",
                  "complete",
                  "crc")),
          Map.entry(
              "headers",
              List.of(
                  "height",
                  "version_block",
                  "version_app",
                  "chain_id",
                  "commit_round",
                  "block_hash",
                  "crc")),
          Map.entry("transactions", List.of("height", "tx_index", "hash", "tx", "crc")),
          Map.entry("locations", List.of("shard", "hash", "height", "tx_index", "success", "crc")),
          Map.entry(
              "tx_results",
              List.of(
                  "height",
                  "tx_index",
                  "hash",
                  "code",
                  "data",
                  "log",
                  "info",
                  "gas_wanted",
                  "gas_used",
                  "codespace",
                  "events",
                  "log_crc",
                  "crc")),
          Map.entry("logs", List.of("height", "tx_index", "event_index", "type")),
          Map.entry(
              "attributes",
              List.of(
                  "height",
                  "tx_index",
                  "event_index",
                  "attr_index",
                  "name",
                  "composite_key",
                  "value",
                  "indexed")),
          Map.entry("state", List.of("shard", "state_key", "height", "value", "crc")),
          Map.entry(
              "state_history",
              List.of("shard", "state_key", "from_height", "until_height", "value", "crc")),
          Map.entry("history", List.of("height", "first", "commitment_floor", "names", "crc")),
          Map.entry("commitments", List.of("height", "delta", "crc")),
          Map.entry("meta", List.of("shard", "name", "value", "crc")));

  private final Connection connection;

  Rows(Connection connection) {
    this.connection = connection;
  }

  /** Inserts rows, or replaces those that are there, in one batch. */
  void upsert(String table, List<Object[]> rows) throws SQLException {
    List<String> columns = COLUMNS.get(table);
    String sql =
        "INSERT INTO "
            + table
            + " ("
            + String.join(", ", columns)
            + ") VALUES ("
            + String.join(", ", Collections.nCopies(columns.size(), "?"))
            + ") ON DUPLICATE KEY UPDATE "
            + columns.stream()
                .map(c -> c + " = VALUES(" + c + ")")
                .collect(Collectors.joining(", "));
    // The column that a row is spread by must not be among those updated.
    sql = sql.replaceAll("(UPDATE |, )(part|shard|height) = VALUES\\(\\2\\)(, )?", "$1");
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      for (Object[] row : rows) {
        for (int i = 0; i < row.length; i++) {
          statement.setObject(i + 1, row[i]);
        }
        statement.addBatch();
      }
      statement.executeBatch();
    }
  }

  long count(String table) throws SQLException {
    try (PreparedStatement statement =
            connection.prepareStatement("SELECT COUNT(*) FROM " + table);
        ResultSet row = statement.executeQuery()) {
      row.next();
      return row.getLong(1);
    }
  }

  /** One block with a row or more in each table of both kinds of groups, in one transaction. */
  void block(long height, int txs, int parts) throws SQLException {
    connection.setAutoCommit(false);
    List<Object[]> transactions = new ArrayList<>();
    List<Object[]> locations = new ArrayList<>();
    List<Object[]> results = new ArrayList<>();
    List<Object[]> logs = new ArrayList<>();
    List<Object[]> attributes = new ArrayList<>();
    List<Object[]> state = new ArrayList<>();
    for (int i = 0; i < txs; i++) {
      byte[] tx = ("key" + i + "=" + height).getBytes(StandardCharsets.UTF_8);
      byte[] hash = sha256(tx);
      byte[] key = ("\001key" + i).getBytes(StandardCharsets.UTF_8);
      transactions.add(new Object[] {height, i, hash, tx, 7L});
      locations.add(new Object[] {shard(hash), hash, height, i, true, 7L});
      results.add(
          new Object[] {height, i, hash, i % 10 == 9 ? 1 : 0, tx, "", "", 5L, i, "", 1, 7L, 7L});
      logs.add(new Object[] {height, i, 0, "put"});
      attributes.add(new Object[] {height, i, 0, 0, "key", "put.key", "key" + i, true});
      attributes.add(new Object[] {height, i, 0, 1, "note", "put.note", "n", false});
      state.add(new Object[] {shard(sha256(key)), key, height, tx, 7L});
    }
    byte[] hash = sha256(new byte[] {(byte) height});
    long seconds = 1_700_000_000L + height;
    // As a text: of a MariaDB 10 server the driver believes that it has no fractions of seconds.
    String time =
        LocalDateTime.ofEpochSecond(seconds, 5_000, ZoneOffset.UTC)
            .format(DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss.SSSSSS", Locale.ROOT));
    byte[] name = sha256(new byte[] {1});
    upsert("tx_results", results);
    upsert("logs", logs);
    upsert("attributes", attributes);
    upsert("state", state);
    upsert(
        "state_history",
        List.of(new Object[][] {{shard(name), name, height - 1, height, new byte[] {1}, 7L}}));
    upsert("history", List.of(new Object[][] {{height, 1L, 1L, new byte[] {1}, 7L}}));
    upsert("commitments", List.of(new Object[][] {{height, new byte[] {1}, 7L}}));
    upsert("meta", List.of(new Object[][] {{shard(name), "name", new byte[] {1}, 7L}}));
    upsert("transactions", transactions);
    upsert("locations", locations);
    upsert(
        "blocks",
        List.of(
            new Object[][] {
              {height, hash, time, seconds, 5_000, hash, hash, txs, hash, hash, null, true, 7L}
            }));
    upsert("headers", List.of(new Object[][] {{height, 11, 1, "chain", 0, hash, 7L}}));
    List<Object[]> heights = new ArrayList<>();
    List<Object[]> home = new ArrayList<>();
    for (int part = 0; part < parts; part++) {
      home.add(new Object[] {part, "00000000-0000-0000-0000-000000000000", "chain"});
      heights.add(new Object[] {part, height, hash, hash, time, seconds, 5_000, txs, 7L, true, 7L});
    }
    upsert("home", home);
    upsert("heights", heights);
    connection.commit();
    connection.setAutoCommit(true);
  }

  static String shard(byte[] hash) {
    return HexFormat.of().formatHex(hash, 0, 4);
  }

  static byte[] sha256(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
