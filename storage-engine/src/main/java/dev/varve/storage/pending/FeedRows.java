package dev.varve.storage.pending;

import com.google.protobuf.ByteString;
import dev.varve.storage.CommittedTask;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Statements on {@code uplink_feed} and {@code uplink_readers}. */
final class FeedRows {
  private static final int BATCH_ROWS = 500;
  private static final String INSERT =
      "INSERT INTO uplink_feed (gateway, seq, id, kind, hash, height, tx_index, code, committed_ms,"
          + " written) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, UTC_TIMESTAMP(6))";
  private static final String READ =
      "SELECT seq, id, kind, hash, height, tx_index, code, committed_ms FROM uplink_feed"
          + " WHERE gateway = ? AND seq > ? AND seq <= ? ORDER BY seq LIMIT ?";
  private static final String FIRST_YOUNGER =
      "SELECT seq FROM uplink_feed WHERE gateway = ? AND seq > ?"
          + " AND written > TIMESTAMPADD(MICROSECOND, ?, UTC_TIMESTAMP(6)) ORDER BY seq LIMIT 1";

  private FeedRows() {}

  /** Appends to a gateway's changes, from a place on. */
  static void insert(Connection connection, int gateway, long firstSeq, List<FeedRow> rows)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(INSERT)) {
      int waiting = 0;
      for (int i = 0; i < rows.size(); i++) {
        statement.setInt(1, gateway);
        statement.setLong(2, firstSeq + i);
        bind(statement, rows.get(i));
        statement.addBatch();
        if (++waiting == BATCH_ROWS) {
          statement.executeBatch();
          waiting = 0;
        }
      }
      if (waiting > 0) {
        statement.executeBatch();
      }
    }
  }

  private static void bind(PreparedStatement statement, FeedRow row) throws SQLException {
    statement.setLong(3, row.id());
    statement.setString(4, row.kind().word());
    CommittedTask committed = row.committed();
    if (committed == null) {
      for (int place = 5; place <= 9; place++) {
        statement.setNull(place, Types.BIGINT);
      }
      return;
    }
    statement.setBytes(5, committed.hash().toByteArray());
    statement.setLong(6, committed.height());
    statement.setLong(7, Integer.toUnsignedLong(committed.index()));
    statement.setLong(8, Integer.toUnsignedLong(committed.code()));
    statement.setLong(9, committed.committedMs());
  }

  /** A gateway's changes after one and up to another, a number of them at most. */
  static List<FeedRow> between(
      Connection connection, int gateway, long after, long through, int limit) throws SQLException {
    List<FeedRow> rows = new ArrayList<>();
    try (PreparedStatement statement = connection.prepareStatement(READ)) {
      statement.setInt(1, gateway);
      statement.setLong(2, after);
      statement.setLong(3, through);
      statement.setInt(4, limit);
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          rows.add(
              new FeedRow(
                  row.getLong(1),
                  row.getLong(2),
                  FeedRow.Kind.of(row.getString(3)),
                  committed(row)));
        }
      }
    }
    return rows;
  }

  private static CommittedTask committed(ResultSet row) throws SQLException {
    byte[] hash = row.getBytes(4);
    return hash == null
        ? null
        : new CommittedTask(
            row.getLong(2),
            ByteString.copyFrom(hash),
            "",
            row.getLong(5),
            (int) row.getLong(6),
            (int) row.getLong(7),
            row.getLong(8));
  }

  /** The last of a gateway's changes, from one on, that all are older than so many milliseconds. */
  static long lastOlder(Connection connection, GatewayRow gateway, long ageMs) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(FIRST_YOUNGER)) {
      statement.setInt(1, gateway.number());
      statement.setLong(2, gateway.feedFloor());
      statement.setLong(3, -1000 * ageMs);
      try (ResultSet row = statement.executeQuery()) {
        return row.next() ? row.getLong(1) - 1 : gateway.feedSeq();
      }
    }
  }

  static void delete(Connection connection, int gateway, long after, long through)
      throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(
            "DELETE FROM uplink_feed WHERE gateway = ? AND seq > ? AND seq <= ?")) {
      statement.setInt(1, gateway);
      statement.setLong(2, after);
      statement.setLong(3, through);
      statement.executeUpdate();
    }
  }

  /** Says how far a reader has come in the changes of others. */
  static void say(Connection connection, int reader, Map<Integer, Long> places)
      throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(
            "INSERT INTO uplink_readers (reader, gateway, seq) VALUES (?, ?, ?)"
                + " ON DUPLICATE KEY UPDATE seq = VALUES(seq)")) {
      for (Map.Entry<Integer, Long> each : places.entrySet()) {
        statement.setInt(1, reader);
        statement.setInt(2, each.getKey());
        statement.setLong(3, each.getValue());
        statement.addBatch();
      }
      statement.executeBatch();
    }
  }

  /** How far the readers of a gateway's changes have come, by reader. */
  static Map<Integer, Long> readers(Connection connection, int gateway) throws SQLException {
    Map<Integer, Long> places = new HashMap<>();
    try (PreparedStatement statement =
        connection.prepareStatement("SELECT reader, seq FROM uplink_readers WHERE gateway = ?")) {
      statement.setInt(1, gateway);
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          places.put(row.getInt(1), row.getLong(2));
        }
      }
    }
    return places;
  }

  /** Forgets a gateway that is gone, as a reader and as one that is read. */
  static void forget(Connection connection, int gateway) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement("DELETE FROM uplink_readers WHERE reader = ? OR gateway = ?")) {
      statement.setInt(1, gateway);
      statement.setInt(2, gateway);
      statement.executeUpdate();
    }
  }
}
