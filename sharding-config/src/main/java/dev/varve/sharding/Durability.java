package dev.varve.sharding;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Whether what a primary has committed survives a crash of its machine: so it is set there. */
final class Durability {
  private static final String SETTINGS =
      "SELECT @@global.innodb_flush_log_at_trx_commit, @@global.log_bin, @@global.sync_binlog";

  private Durability() {}

  /** What is set otherwise, in words. */
  static Optional<String> weakness(Connection primary) throws SQLException {
    List<String> found = new ArrayList<>();
    try (Statement statement = primary.createStatement();
        ResultSet row = statement.executeQuery(SETTINGS)) {
      row.next();
      int flush = row.getInt(1);
      boolean isLogged = row.getBoolean(2);
      long sync = row.getLong(3);
      if (flush != 1) {
        found.add("innodb_flush_log_at_trx_commit = " + flush);
      }
      if (isLogged && sync != 1) {
        found.add("sync_binlog = " + sync);
      }
    }
    return found.isEmpty() ? Optional.empty() : Optional.of(String.join(" and ", found));
  }
}
