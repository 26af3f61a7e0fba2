package dev.varve.storage.pending;

import dev.varve.storage.StorageException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Statements on {@code uplink_gateways} and {@code uplink_state}. */
final class GatewayRows {
  private static final String COLUMNS =
      "number, session, state, taken_by, renewals, lease_ms,"
          + " lease_until <= UTC_TIMESTAMP(6)"
          + " OR lease_until > TIMESTAMPADD(MICROSECOND, lease_ms * 1000, UTC_TIMESTAMP(6)),"
          + " last_id, followed, net_bytes, feed_seq, feed_floor";
  private static final String LEASE_UNTIL = "TIMESTAMPADD(MICROSECOND, ?, UTC_TIMESTAMP(6))";

  private GatewayRows() {}

  /** All of them, by number. */
  static List<GatewayRow> all(Connection connection) throws SQLException {
    String sql = "SELECT " + COLUMNS + " FROM uplink_gateways ORDER BY number";
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      return read(statement);
    }
  }

  /** Locked until the transaction ends: whoever changes tasks of a gateway holds its row. */
  static Optional<GatewayRow> lock(Connection connection, int number) throws SQLException {
    String sql = "SELECT " + COLUMNS + " FROM uplink_gateways WHERE number = ? FOR UPDATE";
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setInt(1, number);
      return read(statement).stream().findFirst();
    }
  }

  private static List<GatewayRow> read(PreparedStatement statement) throws SQLException {
    List<GatewayRow> rows = new ArrayList<>();
    try (ResultSet row = statement.executeQuery()) {
      while (row.next()) {
        rows.add(
            new GatewayRow(
                row.getInt(1),
                row.getString(2),
                GatewayRow.State.of(row.getString(3)),
                row.getInt(4),
                row.getLong(5),
                row.getLong(6),
                row.getInt(7) != 0,
                row.getLong(8),
                row.getLong(9),
                row.getLong(10),
                row.getLong(11),
                row.getLong(12)));
      }
    }
    return rows;
  }

  /**
   * Gives the number that the next new gateway takes, with {@link #numberTaken}; others wait until
   * the transaction ends.
   *
   * @throws StorageException.Incompatible when the tables are another chain's
   */
  static int nextNumber(Connection connection, String chainId) throws SQLException {
    State state = lockState(connection);
    if (state == null) {
      try (PreparedStatement make =
          connection.prepareStatement("INSERT IGNORE INTO uplink_state VALUES (1, ?, 1)")) {
        make.setString(1, chainId);
        make.executeUpdate();
      }
      state = lockState(connection);
    }
    if (state.chainId.isEmpty() && !chainId.isEmpty()) {
      try (PreparedStatement name =
          connection.prepareStatement("UPDATE uplink_state SET chain_id = ? WHERE one = 1")) {
        name.setString(1, chainId);
        name.executeUpdate();
      }
    } else if (!chainId.isEmpty() && !state.chainId.equals(chainId)) {
      throw new StorageException.Incompatible(
          "the uplink's tables hold transactions of the chain "
              + state.chainId
              + ", this gateway is of "
              + chainId);
    }
    return state.next;
  }

  private record State(String chainId, int next) {}

  private static State lockState(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "SELECT chain_id, next_number FROM uplink_state WHERE one = 1 FOR UPDATE")) {
      return row.next() ? new State(row.getString(1), row.getInt(2)) : null;
    }
  }

  /** No number is given twice. */
  static void numberTaken(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.executeUpdate("UPDATE uplink_state SET next_number = next_number + 1");
    }
  }

  /** The row of a home that nobody has taken over; the newest if there are several. */
  static Optional<GatewayRow> ofHome(Connection connection, String homeId) throws SQLException {
    String sql =
        "SELECT "
            + COLUMNS
            + " FROM uplink_gateways WHERE home_id = ? AND state <> 'taken'"
            + " ORDER BY number DESC LIMIT 1 FOR UPDATE";
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setString(1, homeId);
      return read(statement).stream().findFirst();
    }
  }

  static void insert(Connection connection, Lease.Identity who, SqlPendingConfig config)
      throws SQLException {
    String sql =
        "INSERT INTO uplink_gateways (number, session, home_id, state, renewals, lease_ms,"
            + " lease_until, last_id, followed, net_bytes, feed_seq, feed_floor)"
            + " VALUES (?, ?, ?, 'live', 1, ?, "
            + LEASE_UNTIL
            + ", 0, 0, 0, 0, 0)";
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setInt(1, who.number());
      statement.setString(2, who.session());
      statement.setString(3, config.homeId());
      statement.setLong(4, config.lease().toMillis());
      statement.setLong(5, config.lease().toNanos() / 1000);
      statement.executeUpdate();
    }
  }

  /** Gives a row that is there to a new process of the same home. */
  static void resume(Connection connection, Lease.Identity who, SqlPendingConfig config)
      throws SQLException {
    String sql =
        "UPDATE uplink_gateways SET session = ?, state = 'live', renewals = renewals + 1,"
            + " lease_ms = ?, lease_until = "
            + LEASE_UNTIL
            + " WHERE number = ?";
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setString(1, who.session());
      statement.setLong(2, config.lease().toMillis());
      statement.setLong(3, config.lease().toNanos() / 1000);
      statement.setInt(4, who.number());
      statement.executeUpdate();
    }
  }

  /** Returns whether the row is still the caller's. */
  static boolean renew(Connection connection, Lease.Identity who, SqlPendingConfig config)
      throws SQLException {
    String sql =
        "UPDATE uplink_gateways SET renewals = renewals + 1, lease_until = "
            + LEASE_UNTIL
            + " WHERE number = ? AND session = ? AND state = 'live'";
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setLong(1, config.lease().toNanos() / 1000);
      statement.setInt(2, who.number());
      statement.setString(3, who.session());
      return statement.executeUpdate() == 1;
    }
  }

  /** Others need not wait for the lease to run out. */
  static void close(Connection connection, Lease.Identity who) throws SQLException {
    String sql =
        "UPDATE uplink_gateways SET state = 'closed', lease_until = UTC_TIMESTAMP(6)"
            + " WHERE number = ? AND session = ? AND state = 'live'";
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setInt(1, who.number());
      statement.setString(2, who.session());
      statement.executeUpdate();
    }
  }

  /** Writes what a write has changed of its gateway's row. */
  static void wrote(
      Connection connection, int number, long lastId, long followed, long moreBytes, long feedSeq)
      throws SQLException {
    String sql =
        "UPDATE uplink_gateways SET last_id = GREATEST(last_id, ?), followed = ?,"
            + " net_bytes = net_bytes + ?, feed_seq = ? WHERE number = ?";
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setLong(1, lastId);
      statement.setLong(2, followed);
      statement.setLong(3, moreBytes);
      statement.setLong(4, feedSeq);
      statement.setInt(5, number);
      statement.executeUpdate();
    }
  }

  /**
   * Takes a row, and those that it had taken, if it is still as it was seen; both rows are locked.
   */
  static boolean take(Connection connection, GatewayRow seen, int by) throws SQLException {
    String sql =
        "UPDATE uplink_gateways SET state = 'taken', taken_by = ?, net_bytes = 0"
            + " WHERE number = ? AND state <> 'taken' AND session = ? AND renewals = ?";
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setInt(1, by);
      statement.setInt(2, seen.number());
      statement.setString(3, seen.session());
      statement.setLong(4, seen.renewals());
      if (statement.executeUpdate() == 0) {
        return false;
      }
    }
    try (PreparedStatement statement =
        connection.prepareStatement(
            "UPDATE uplink_gateways SET taken_by = ? WHERE taken_by = ? AND state = 'taken'")) {
      statement.setInt(1, by);
      statement.setInt(2, seen.number());
      statement.executeUpdate();
    }
    return true;
  }

  static void setFeedFloor(Connection connection, int number, long floor) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement("UPDATE uplink_gateways SET feed_floor = ? WHERE number = ?")) {
      statement.setLong(1, floor);
      statement.setInt(2, number);
      statement.executeUpdate();
    }
  }

  static void delete(Connection connection, int number) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement("DELETE FROM uplink_gateways WHERE number = ?")) {
      statement.setInt(1, number);
      statement.executeUpdate();
    }
  }
}
