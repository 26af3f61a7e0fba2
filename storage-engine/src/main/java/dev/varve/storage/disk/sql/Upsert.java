package dev.varve.storage.disk.sql;

import com.google.protobuf.ByteString;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * Rows for one table, inserted many at a time; a row whose key is there is written over. Threads:
 * one at a time.
 */
final class Upsert implements AutoCloseable {
  private static final int MAX_ROWS = 4096;
  private static final long MAX_BYTES = 4 << 20;

  private final PreparedStatement statement;
  private int column;
  private int rows;
  private long bytes;

  private Upsert(PreparedStatement statement) {
    this.statement = statement;
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
    String places =
        Arrays.stream(columns.split(", ")).map(name -> "?").collect(Collectors.joining(", "));
    return new Upsert(
        connection.prepareStatement(
            "INSERT INTO "
                + table
                + " ("
                + columns
                + ") VALUES ("
                + places
                + ") ON DUPLICATE KEY UPDATE "
                + updates));
  }

  Upsert put(long value) throws SQLException {
    statement.setLong(++column, value);
    bytes += 8;
    return this;
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
    if (value == null) {
      statement.setNull(++column, Types.BIGINT);
      return this;
    }
    return put(value.longValue());
  }

  Upsert put(String value) throws SQLException {
    statement.setString(++column, value);
    bytes += value == null ? 0 : value.length();
    return this;
  }

  Upsert put(byte[] value) throws SQLException {
    statement.setBytes(++column, value);
    bytes += value == null ? 0 : value.length;
    return this;
  }

  Upsert put(ByteString value) throws SQLException {
    return put(value == null ? null : value.toByteArray());
  }

  /** Ends the row. */
  void end() throws SQLException {
    statement.addBatch();
    column = 0;
    rows++;
    if (rows >= MAX_ROWS || bytes >= MAX_BYTES) {
      flush();
    }
  }

  private void flush() throws SQLException {
    statement.executeBatch();
    rows = 0;
    bytes = 0;
  }

  /** Sends what was not sent yet. */
  void finish() throws SQLException {
    if (rows > 0) {
      flush();
    }
    statement.close();
  }

  @Override
  public void close() throws SQLException {
    statement.close();
  }
}
