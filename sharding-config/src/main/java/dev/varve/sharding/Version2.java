package dev.varve.sharding;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** Schema version 2: headers and commits, and an index that finds the last block with one. */
final class Version2 extends SchemaStep {
  private static final String INDEX = "complete";
  private static final String FIND_INDEX =
      "SELECT 1 FROM information_schema.statistics"
          + " WHERE table_schema = DATABASE() AND table_name = ? AND index_name = ?";

  Version2(Layout layout) {
    super(2, layout);
  }

  @Override
  public String getDescription() {
    return "headers";
  }

  @Override
  void alter(Connection connection) throws SQLException {
    for (String table : Tables.HEIGHTS.actualNames(layout())) {
      if (!hasIndex(connection, table)) {
        try (Statement statement = connection.createStatement()) {
          statement.execute(
              "ALTER TABLE " + table + " ADD KEY " + INDEX + " (part, complete, height)");
        }
      }
    }
  }

  /** Not every server can add one unless it is there. */
  private static boolean hasIndex(Connection connection, String table) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(FIND_INDEX)) {
      statement.setString(1, table);
      statement.setString(2, INDEX);
      try (ResultSet row = statement.executeQuery()) {
        return row.next();
      }
    }
  }
}
