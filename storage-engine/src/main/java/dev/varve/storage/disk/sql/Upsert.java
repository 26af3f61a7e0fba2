package dev.varve.storage.disk.sql;

import com.google.protobuf.ByteString;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import java.util.Arrays;
import java.util.Collections;
import java.util.stream.Collectors;

/**
 * Rows for one table, inserted many at a time; a row whose key is there is written over.
 *
 * <p>Each statement takes a power of two of rows, so that the few texts there are can be kept by
 * whoever parses them. Batches of single rows, which the driver puts together to such statements
 * itself, bind each value twice. Threads: one at a time.
 */
final class Upsert implements AutoCloseable {
  private static final int MAX_ROWS = 512;
  private static final long MAX_BYTES = 4 << 20;

  private final Connection connection;
  private final String insert;
  private final String places;
  private final String updates;
  private final int columns;
  private final Object[] values;
  private PreparedStatement full;
  private int used;
  private long bytes;

  private Upsert(Connection connection, String table, String columns, String updates) {
    this.connection = connection;
    this.columns = columns.split(", ").length;
    this.insert = "INSERT INTO " + table + " (" + columns + ") VALUES ";
    this.places = "(" + String.join(", ", Collections.nCopies(this.columns, "?")) + ")";
    this.updates = " ON DUPLICATE KEY UPDATE " + updates;
    this.values = new Object[MAX_ROWS * this.columns];
  }

  /** {@code columns}: separated by commas, the first {@code keys} of them not written over. */
  static Upsert into(Connection connection, String table, int keys, String columns)
      throws SQLException {
    String updates =
        Arrays.stream(columns.split(", "))
            .skip(keys)
            .map(name -> name + " = VALUES(" + name + ")")
            .collect(Collectors.joining(", "));
    return with(connection, table, columns, updates);
  }

  /** With an expression of what to do with a row that is there. */
  static Upsert with(Connection connection, String table, String columns, String updates)
      throws SQLException {
    return new Upsert(connection, table, columns, updates);
  }

  private Upsert add(Object value, int length) {
    values[used++] = value;
    bytes += length;
    return this;
  }

  Upsert put(long value) throws SQLException {
    return add(value, Long.BYTES);
  }

  /** An unsigned number of 32 bits. */
  Upsert putUnsigned(int value) throws SQLException {
    return put(Integer.toUnsignedLong(value));
  }

  Upsert put(boolean value) throws SQLException {
    return put(value ? 1 : 0);
  }

  /** NULL where there is none. */
  Upsert put(Long value) throws SQLException {
    return add(value, Long.BYTES);
  }

  Upsert put(String value) throws SQLException {
    return add(value, value == null ? 0 : value.length());
  }

  Upsert put(byte[] value) throws SQLException {
    return add(value, value == null ? 0 : value.length);
  }

  Upsert put(ByteString value) throws SQLException {
    return put(value == null ? null : value.toByteArray());
  }

  /** Ends the row. */
  void end() throws SQLException {
    if (used == values.length) {
      if (full == null) {
        full = prepare(MAX_ROWS);
      }
      send(full, 0, MAX_ROWS);
      empty();
    } else if (bytes >= MAX_BYTES) {
      finish();
    }
  }

  /** Sends what was not sent yet. */
  void finish() throws SQLException {
    int sent = 0;
    int rows = used / columns;
    while (sent < rows) {
      int part = Integer.highestOneBit(rows - sent);
      try (PreparedStatement statement = prepare(part)) {
        send(statement, sent, part);
      }
      sent += part;
    }
    empty();
  }

  private void empty() {
    Arrays.fill(values, 0, used, null);
    used = 0;
    bytes = 0;
  }

  private PreparedStatement prepare(int rows) throws SQLException {
    return connection.prepareStatement(
        insert + String.join(", ", Collections.nCopies(rows, places)) + updates);
  }

  private void send(PreparedStatement statement, int first, int rows) throws SQLException {
    int from = first * columns;
    for (int i = 0; i < rows * columns; i++) {
      bind(statement, i + 1, values[from + i]);
    }
    statement.executeUpdate();
  }

  private static void bind(PreparedStatement statement, int place, Object value)
      throws SQLException {
    if (value instanceof Long number) {
      statement.setLong(place, number);
    } else if (value instanceof byte[] array) {
      statement.setBytes(place, array);
    } else if (value instanceof String text) {
      statement.setString(place, text);
    } else {
      statement.setNull(place, Types.VARCHAR);
    }
  }

  @Override
  public void close() throws SQLException {
    if (full != null) {
      full.close();
    }
  }
}
