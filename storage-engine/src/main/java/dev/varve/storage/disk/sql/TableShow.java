package dev.varve.storage.disk.sql;

import com.google.protobuf.ByteString;
import dev.varve.storage.Keys;
import dev.varve.storage.RecordType;
import dev.varve.storage.StorageException;
import dev.varve.storage.disk.copy.CopyRecord;
import dev.varve.storage.disk.copy.RecordStore;
import dev.varve.storage.disk.copy.StoreCopy;
import dev.varve.storage.record.StateRecord;
import dev.varve.storage.record.TxLocation;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeMap;

/**
 * Shows tables with one row a record, on the primaries, in the order of keys; each row is verified.
 * Threads: any.
 */
final class TableShow {
  private static final int PAGE_ROWS = 4000;

  private final Group group;
  private final BadRow bad;

  /** Told of a row whose checksum is wrong; it is not shown then. */
  interface BadRow {
    void row(RecordType type, ByteString key, String what);
  }

  TableShow(Group group, BadRow bad) {
    this.group = group;
    this.bad = bad;
  }

  /** One that throws {@link StorageException.Corruption}. */
  TableShow(Group group) {
    this(
        group,
        (type, key, what) -> {
          throw new StorageException.Corruption(what, null);
        });
  }

  private interface RowReader {
    /** The record of a row whose first column is its key, or null where its checksum is wrong. */
    CopyRecord read(ResultSet row, byte[] key, Checksums checksums) throws SQLException;
  }

  void locations(ByteString from, long floor, RecordStore.Visitor visitor) {
    pages(
        RecordType.INDEX,
        "locations",
        "hash",
        "height, tx_index, success, crc",
        from,
        visitor,
        (row, key, checksums) -> {
          TxLocation at =
              TxLocation.newBuilder()
                  .setHeight(row.getLong(2))
                  .setIndex((int) row.getLong(3))
                  .setSuccess(Marker.flag(row, 4))
                  .build();
          boolean sound = checksums.location(ByteString.copyFrom(key), at) == (int) row.getLong(5);
          return sound ? CopyRecord.of(RecordType.INDEX, key, at) : null;
        },
        record -> record.parse(TxLocation.parser()).getHeight() >= floor);
  }

  void state(ByteString from, RecordStore.Visitor visitor) {
    pages(
        RecordType.STATE,
        "state",
        "state_key",
        "height, value, crc",
        from,
        visitor,
        (row, key, checksums) -> {
          ByteString value = Marker.bytes(row, 3);
          StateRecord state =
              StateRecord.newBuilder().setHeight(row.getLong(2)).setValue(value).build();
          return checksums.state(key, row.getLong(2), value) == (int) row.getLong(4)
              ? CopyRecord.of(RecordType.STATE, key, state)
              : null;
        },
        record -> true);
  }

  private interface Choice {
    boolean isShown(CopyRecord record);
  }

  private void pages(
      RecordType type,
      String table,
      String key,
      String columns,
      ByteString from,
      RecordStore.Visitor visitor,
      RowReader reader,
      Choice choice) {
    // A router can merge texts, but not bytes.
    boolean sharded = group.tables().isSharded();
    String sql =
        String.format(
            "SELECT %s, %s%s FROM %s WHERE %s >= ? ORDER BY %s LIMIT %d",
            key,
            columns,
            sharded ? ", HEX(" + key + ") AS key_hex" : "",
            table,
            key,
            sharded ? "key_hex" : key,
            PAGE_ROWS);
    byte[] next = from.toByteArray();
    while (next != null) {
      byte[] start = next;
      List<byte[]> keys = new ArrayList<>();
      List<CopyRecord> page =
          group.access().read(true, c -> page(c, sql, start, type, reader, keys));
      page.stream().filter(choice::isShown).map(List::of).forEach(visitor::visit);
      next = keys.size() < PAGE_ROWS ? null : Keys.after(keys.get(keys.size() - 1));
    }
  }

  private List<CopyRecord> page(
      Connection connection,
      String sql,
      byte[] from,
      RecordType type,
      RowReader reader,
      List<byte[]> keys)
      throws SQLException {
    Checksums checksums = new Checksums();
    List<CopyRecord> page = new ArrayList<>();
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setBytes(1, from);
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          byte[] key = row.getBytes(1);
          keys.add(key);
          add(page, type, key, reader.read(row, key, checksums));
        }
      }
    }
    return page;
  }

  private void add(List<CopyRecord> page, RecordType type, byte[] key, CopyRecord record) {
    if (record != null) {
      page.add(record);
      return;
    }
    bad.row(
        type,
        ByteString.copyFrom(key),
        type + " row of key " + HexFormat.of().formatHex(key) + " has a wrong checksum");
  }

  void commitments(ByteString from, RecordStore.Visitor visitor) {
    long next = from.isEmpty() ? 0 : Keys.heightOf(from.toByteArray());
    while (next >= 0) {
      long start = next;
      long[] last = {-1};
      List<CopyRecord> page = group.access().read(true, c -> deltas(c, start, last));
      page.stream().map(List::of).forEach(visitor::visit);
      next = last[0] < 0 ? -1 : last[0] + 1;
    }
  }

  private List<CopyRecord> deltas(Connection connection, long from, long[] last)
      throws SQLException {
    Checksums checksums = new Checksums();
    List<CopyRecord> page = new ArrayList<>();
    try (PreparedStatement statement =
        connection.prepareStatement(
            "SELECT height, delta, crc FROM commitments WHERE height >= ? ORDER BY height LIMIT "
                + PAGE_ROWS)) {
      statement.setLong(1, from);
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          last[0] = row.getLong(1);
          byte[] key = Keys.height(last[0]);
          ByteString delta = Marker.bytes(row, 2);
          boolean sound = checksums.commitment(last[0], delta) == (int) row.getLong(3);
          CopyRecord record =
              new CopyRecord(RecordType.COMMITMENT, ByteString.copyFrom(key), delta);
          add(page, RecordType.COMMITMENT, key, sound ? record : null);
        }
      }
    }
    return page;
  }

  /** Few: all are read at once. */
  void names(ByteString from, RecordStore.Visitor visitor) {
    List<CopyRecord> rows =
        group
            .access()
            .read(
                true,
                connection -> {
                  try (PreparedStatement statement =
                      connection.prepareStatement("SELECT name, value, crc FROM meta")) {
                    return names(statement);
                  }
                });
    TreeMap<ByteString, CopyRecord> sorted =
        new TreeMap<>(ByteString.unsignedLexicographicalComparator());
    rows.forEach(record -> sorted.put(record.key(), record));
    sorted.tailMap(from, true).values().stream().map(List::of).forEach(visitor::visit);
  }

  private List<CopyRecord> names(PreparedStatement statement) throws SQLException {
    Checksums checksums = new Checksums();
    List<CopyRecord> names = new ArrayList<>();
    try (ResultSet row = statement.executeQuery()) {
      while (row.next()) {
        String name = row.getString(1);
        ByteString value = Marker.bytes(row, 2);
        byte[] key = name.getBytes(StandardCharsets.UTF_8);
        boolean sound = checksums.meta(name, value) == (int) row.getLong(3);
        if (!name.equals(StoreCopy.NAME)) {
          CopyRecord record = new CopyRecord(RecordType.META, ByteString.copyFrom(key), value);
          add(names, RecordType.META, key, sound ? record : null);
        }
      }
    }
    return names;
  }
}
