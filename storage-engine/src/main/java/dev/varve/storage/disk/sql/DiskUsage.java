package dev.varve.storage.disk.sql;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks the primaries how much they hold, not more often than every few seconds. */
final class DiskUsage {
  private static final Logger LOG = LoggerFactory.getLogger(DiskUsage.class);
  private static final long KEEP_NANOS = TimeUnit.SECONDS.toNanos(5);
  private static final String BYTES =
      "SELECT SUM(data_length + index_length) FROM information_schema.tables"
          + " WHERE table_schema = DATABASE()";

  private final List<? extends SqlGroup> groups;
  // Guarded by this.
  private boolean asked;
  private long askedAt;
  private long bytes;

  DiskUsage(List<? extends SqlGroup> groups) {
    this.groups = groups;
  }

  synchronized long bytes() {
    if (!asked || System.nanoTime() - askedAt > KEEP_NANOS) {
      bytes = ask();
      asked = true;
      askedAt = System.nanoTime();
    }
    return bytes;
  }

  private long ask() {
    long sum = 0;
    for (SqlGroup group : groups) {
      for (SqlNode node : group.nodes()) {
        if (!node.isReplica()) {
          try {
            sum += ask(node);
          } catch (SQLException | RuntimeException e) {
            LOG.debug("{} does not tell how much it holds: {}", node.name(), e.getMessage());
            return 0;
          }
        }
      }
    }
    return sum;
  }

  private static long ask(SqlNode node) throws SQLException {
    try (Connection connection = node.connect();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(BYTES)) {
      row.next();
      return row.getLong(1);
    }
  }
}
