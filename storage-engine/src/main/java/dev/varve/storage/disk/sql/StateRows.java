package dev.varve.storage.disk.sql;

import com.google.protobuf.ByteString;
import dev.varve.storage.StorageException;
import dev.varve.storage.record.StateRecord;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** Reads and deletes rows of tables with a {@code shard}, many keys in one statement. */
final class StateRows {
  // Few different texts, so that a router parses each once.
  private static final int[] LIST_LENGTHS = {1, 16, 128, 512};

  private StateRows() {}

  /**
   * A row of {@code state}.
   *
   * @param isSound whether its checksum is right
   */
  record Row(StateRecord state, boolean isSound) {}

  /** The rows of some keys, by key; damaged ones too. */
  static Map<ByteString, Row> find(Connection connection, List<ByteString> keys, Shards shards)
      throws SQLException {
    Map<ByteString, Row> found = new HashMap<>();
    Checksums checksums = new Checksums();
    inLists(
        connection,
        list ->
            "SELECT state_key, height, value, crc FROM state WHERE shard IN ("
                + list
                + ") AND state_key IN ("
                + list
                + ")",
        keys,
        shards::ofKey,
        statement -> {
          try (ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
              byte[] key = rows.getBytes(1);
              ByteString value = Marker.bytes(rows, 3);
              long height = rows.getLong(2);
              boolean sound = (int) rows.getLong(4) == checksums.state(key, height, value);
              StateRecord state =
                  StateRecord.newBuilder().setHeight(height).setValue(value).build();
              found.put(ByteString.copyFrom(key), new Row(state, sound));
            }
          }
        });
    return found;
  }

  static void delete(Connection connection, List<ByteString> keys, Shards shards)
      throws SQLException {
    inLists(
        connection,
        list -> "DELETE FROM state WHERE shard IN (" + list + ") AND state_key IN (" + list + ")",
        keys,
        shards::ofKey,
        PreparedStatement::executeUpdate);
  }

  interface Use {
    void with(PreparedStatement statement) throws SQLException;
  }

  /** Runs a statement with lists of shards and of keys, as often as there are keys for. */
  static void inLists(
      Connection connection,
      Function<String, String> sql,
      List<ByteString> keys,
      Function<byte[], String> shardOf,
      Use use)
      throws SQLException {
    List<byte[]> bytes = new ArrayList<>(keys.size());
    keys.forEach(key -> bytes.add(key.toByteArray()));
    int largest = LIST_LENGTHS[LIST_LENGTHS.length - 1];
    for (int from = 0; from < bytes.size(); from += largest) {
      List<byte[]> part = bytes.subList(from, Math.min(bytes.size(), from + largest));
      int length = lengthFor(part.size());
      String list = "?" + ", ?".repeat(length - 1);
      try (PreparedStatement statement = connection.prepareStatement(sql.apply(list))) {
        for (int i = 0; i < length; i++) {
          byte[] key = part.get(Math.min(i, part.size() - 1)); // the last one fills up
          statement.setString(i + 1, shardOf.apply(key));
          statement.setBytes(length + i + 1, key);
        }
        use.with(statement);
      }
    }
  }

  private static int lengthFor(int keys) {
    for (int length : LIST_LENGTHS) {
      if (keys <= length) {
        return length;
      }
    }
    throw new IllegalArgumentException(keys + " keys in one list");
  }

  /** The record of a row with these columns, verified. */
  static StateRecord interval(ResultSet row, byte[] key, long until) throws SQLException {
    long from = row.getLong("from_height");
    byte[] value = row.getBytes("value");
    ByteString bytes = value == null ? ByteString.EMPTY : ByteString.copyFrom(value);
    if ((int) row.getLong("crc") != new Checksums().interval(key, from, until, bytes)) {
      throw new StorageException.Corruption(
          String.format(
              "what block %d replaced of key %s is damaged, or was damaged already",
              until, HexFormat.of().formatHex(key)),
          null);
    }
    return StateRecord.newBuilder().setHeight(from).setValue(bytes).build();
  }
}
