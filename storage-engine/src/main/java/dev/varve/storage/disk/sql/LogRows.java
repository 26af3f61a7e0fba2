package dev.varve.storage.disk.sql;

import dev.varve.storage.RecordType;
import dev.varve.storage.record.Attribute;
import dev.varve.storage.record.Event;
import dev.varve.storage.record.TxLog;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** Puts logs together from the rows of their results, events and attributes. */
final class LogRows {
  private static final String IN_SLICE = " WHERE height = ? AND tx_index >= ? AND tx_index < ?";
  private static final String LOGS =
      "SELECT tx_index, events, log_crc FROM tx_results" + IN_SLICE + " ORDER BY tx_index";
  private static final String EVENTS =
      "SELECT tx_index, event_index, type FROM logs" + IN_SLICE + " ORDER BY tx_index, event_index";
  private static final String ATTRIBUTES =
      "SELECT tx_index, event_index, attr_index, name, value, indexed FROM attributes"
          + IN_SLICE
          + " ORDER BY tx_index, event_index, attr_index";

  private LogRows() {}

  /** The logs of the transactions from one place up to, not including, another. */
  static List<TxLog> read(Connection connection, long height, long from, long to)
      throws SQLException {
    List<TxLog.Builder> logs = new ArrayList<>();
    List<Integer> crcs = new ArrayList<>();
    each(
        connection,
        LOGS,
        height,
        from,
        to,
        row -> {
          require(row.getLong(1) == from + logs.size(), height, from + logs.size());
          logs.add(TxLog.newBuilder());
          crcs.add((int) row.getLong(3));
        });
    if (logs.isEmpty()) {
      return List.of();
    }
    each(connection, EVENTS, height, from, to, row -> addEvent(row, logs, height, from));
    each(connection, ATTRIBUTES, height, from, to, row -> addAttribute(row, logs, height, from));
    Checksums checksums = new Checksums();
    List<TxLog> built = new ArrayList<>(logs.size());
    for (int i = 0; i < logs.size(); i++) {
      TxLog log = logs.get(i).build();
      int index = (int) from + i;
      int crc = checksums.ofTransaction(RecordType.LOG, height, index, log);
      require(crc == crcs.get(i), height, index);
      built.add(log);
    }
    return built;
  }

  private static void addEvent(ResultSet row, List<TxLog.Builder> logs, long height, long from)
      throws SQLException {
    long index = row.getLong(1);
    require(index - from < logs.size(), height, index);
    logs.get((int) (index - from)).addEvents(Event.newBuilder().setType(row.getString(3)));
  }

  private static void addAttribute(ResultSet row, List<TxLog.Builder> logs, long height, long from)
      throws SQLException {
    long index = row.getLong(1);
    long event = row.getLong(2);
    require(index - from < logs.size(), height, index);
    TxLog.Builder log = logs.get((int) (index - from));
    require(event < log.getEventsCount(), height, index);
    log.getEventsBuilder((int) event)
        .addAttributes(
            Attribute.newBuilder()
                .setKey(row.getString(4))
                .setValue(row.getString(5))
                .setIndex(row.getLong(6) != 0));
  }

  private static void require(boolean isSound, long height, long index) {
    if (!isSound) {
      throw ChainReader.damaged(RecordType.LOG, height, (int) index);
    }
  }

  private interface RowVisitor {
    void visit(ResultSet row) throws SQLException;
  }

  private static void each(
      Connection connection, String sql, long height, long from, long to, RowVisitor visitor)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setLong(1, height);
      statement.setLong(2, from);
      statement.setLong(3, to);
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          visitor.visit(row);
        }
      }
    }
  }
}
