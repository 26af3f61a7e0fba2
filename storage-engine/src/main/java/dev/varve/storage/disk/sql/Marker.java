package dev.varve.storage.disk.sql;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import dev.varve.storage.StorageException;
import dev.varve.storage.record.AppliedHeight;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Rows of {@code heights}, and times as columns. */
final class Marker {
  private static final String COLUMNS =
      "part, height, hash, app_hash, time, time_seconds, time_nanos, tx_count, batch_crc, complete,"
          + " crc";
  private static final String READ =
      "SELECT height, hash, app_hash, time_seconds, time_nanos, batch_crc, crc FROM heights"
          + " WHERE part = ?";
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss.SSSSSS").withZone(ZoneOffset.UTC);
  private static final int FIRST_YEAR = 1000;
  private static final int LAST_YEAR = 9999;

  private Marker() {}

  /** The last one of each part; the default instance where there is none. */
  static List<AppliedHeight> last(Connection connection, int parts) throws SQLException {
    List<AppliedHeight> markers = new ArrayList<>(parts);
    try (PreparedStatement statement =
        connection.prepareStatement(READ + " ORDER BY height DESC LIMIT 1")) {
      for (int part = 0; part < parts; part++) {
        statement.setLong(1, part);
        markers.add(read(statement).orElse(AppliedHeight.getDefaultInstance()));
      }
    }
    return markers;
  }

  static Optional<AppliedHeight> at(Connection connection, int part, long height)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(READ + " AND height = ?")) {
      statement.setLong(1, part);
      statement.setLong(2, height);
      return read(statement);
    }
  }

  private static Optional<AppliedHeight> read(PreparedStatement statement) throws SQLException {
    try (ResultSet row = statement.executeQuery()) {
      if (!row.next()) {
        return Optional.empty();
      }
      AppliedHeight.Builder marker =
          AppliedHeight.newBuilder()
              .setHeight(row.getLong(1))
              .setBlockHash(bytes(row, 2))
              .setAppHash(bytes(row, 3))
              .setBatchCrc((int) row.getLong(6));
      time(row, 4).ifPresent(marker::setTime);
      AppliedHeight read = marker.build();
      if ((int) row.getLong(7) != new Checksums().marker(read)) {
        throw new StorageException.Corruption(
            "the row of block " + read.getHeight() + " in heights has a wrong checksum", null);
      }
      return Optional.of(read);
    }
  }

  /** Writes the rows of blocks to every part. */
  static void write(Connection connection, int parts, List<BlockRows> run) throws SQLException {
    Checksums checksums = new Checksums();
    try (Upsert rows = Upsert.into(connection, "heights", 2, COLUMNS)) {
      for (BlockRows block : run) {
        AppliedHeight marker = block.marker();
        int crc = checksums.marker(marker);
        for (int part = 0; part < parts; part++) {
          rows.put(part)
              .put(marker.getHeight())
              .put(marker.getBlockHash())
              .put(marker.getAppHash());
          putTime(rows, marker.hasTime() ? marker.getTime() : null);
          rows.putUnsigned(block.batch().block().getTxCount())
              .putUnsigned(marker.getBatchCrc())
              .put(block.batch().block().getComplete())
              .putUnsigned(crc)
              .end();
        }
      }
      rows.finish();
    }
  }

  /** Three columns: for people, seconds, nanoseconds. */
  static void putTime(Upsert rows, Timestamp time) throws SQLException {
    if (time == null) {
      rows.put((String) null).put((Long) null).put((Long) null);
      return;
    }
    rows.put(text(time)).put(time.getSeconds()).put(time.getNanos());
  }

  private static String text(Timestamp time) {
    try {
      Instant instant = Instant.ofEpochSecond(time.getSeconds(), time.getNanos());
      int year = instant.atOffset(ZoneOffset.UTC).getYear();
      return year < FIRST_YEAR || year > LAST_YEAR ? null : TIME.format(instant);
    } catch (DateTimeException e) {
      return null; // the type has no such time; seconds and nanoseconds do
    }
  }

  /** Of a column; NULL, which the checksum will tell, is none. */
  static ByteString bytes(ResultSet row, int column) throws SQLException {
    byte[] value = row.getBytes(column);
    return value == null ? ByteString.EMPTY : ByteString.copyFrom(value);
  }

  /** A truth value, which a router that merges rows gives as one, and the driver as a number. */
  static boolean flag(ResultSet row, int column) throws SQLException {
    Object value = row.getObject(column);
    return value instanceof Boolean flag ? flag : value instanceof Number n && n.longValue() != 0;
  }

  /** From the columns of seconds and, after it, nanoseconds. */
  static Optional<Timestamp> time(ResultSet row, int column) throws SQLException {
    long seconds = row.getLong(column);
    if (row.wasNull()) {
      return Optional.empty();
    }
    return Optional.of(
        Timestamp.newBuilder().setSeconds(seconds).setNanos(row.getInt(column + 1)).build());
  }
}
