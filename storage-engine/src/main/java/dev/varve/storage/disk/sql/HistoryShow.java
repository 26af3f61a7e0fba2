package dev.varve.storage.disk.sql;

import com.google.protobuf.ByteString;
import dev.varve.storage.RecordType;
import dev.varve.storage.StorageException;
import dev.varve.storage.disk.copy.CopyRecord;
import dev.varve.storage.disk.copy.HistoryUnit;
import dev.varve.storage.disk.copy.RecordStore;
import dev.varve.storage.record.DeletionRecord;
import dev.varve.storage.record.HistoryRecord;
import dev.varve.storage.record.NameBefore;
import dev.varve.storage.record.StateRecord;
import dev.varve.storage.record.UndoEntry;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Shows the history of the state as embedded stores have it: what each block changed, and when keys
 * were deleted, told from which values there were and for how long. Threads: one at a time.
 */
final class HistoryShow {
  private static final int PAGE_HEIGHTS = 128;
  private static final int PAGE_ROWS = 4000;
  private static final Comparator<ByteString> BYTES =
      ByteString.unsignedLexicographicalComparator();
  private static final String BORN_NOW =
      "SELECT state_key, height FROM state WHERE height >= ? AND height < ?";
  private static final String BORN_BEFORE =
      "SELECT state_key, from_height FROM state_history"
          + " WHERE from_height >= ? AND from_height < ? AND until_height > ?";
  private static final String REPLACED =
      "SELECT state_key, from_height, value, crc FROM state_history WHERE until_height = ?";
  private static final String EARLIER =
      "SELECT from_height, until_height FROM state_history"
          + " WHERE shard = ? AND state_key = ? AND until_height < ? ORDER BY until_height DESC";

  private final Group execution;
  private final Checksums checksums = new Checksums();
  private final Shards shards = new Shards();

  HistoryShow(Group execution) {
    this.execution = execution;
  }

  /** Shows HISTORY units of heights, all of which must be there. */
  void heights(long from, long last, long first, RecordStore.Visitor visitor) {
    for (long page = from; page <= last; page += PAGE_HEIGHTS) {
      long begin = page;
      long end = Math.min(last + 1, page + PAGE_HEIGHTS);
      Map<Long, Set<ByteString>> born =
          execution.access().read(true, connection -> born(connection, begin, end));
      for (long at = page; at < end; at++) {
        long height = at;
        Set<ByteString> keys = born.getOrDefault(height, Set.of());
        visitor.visit(
            execution.access().read(true, connection -> unit(connection, height, keys, first)));
      }
    }
  }

  /** The keys that got a value, by the block that gave it. */
  private static Map<Long, Set<ByteString>> born(Connection connection, long from, long to)
      throws SQLException {
    Map<Long, Set<ByteString>> born = new HashMap<>();
    try (PreparedStatement now = connection.prepareStatement(BORN_NOW);
        PreparedStatement before = connection.prepareStatement(BORN_BEFORE)) {
      now.setLong(1, from);
      now.setLong(2, to);
      collect(now, born);
      before.setLong(1, from);
      before.setLong(2, to);
      before.setLong(3, from);
      collect(before, born);
    }
    return born;
  }

  private static void collect(PreparedStatement statement, Map<Long, Set<ByteString>> born)
      throws SQLException {
    try (ResultSet row = statement.executeQuery()) {
      while (row.next()) {
        byte[] key = row.getBytes(1);
        if (!Shards.isNameKey(key)) {
          born.computeIfAbsent(row.getLong(2), any -> new HashSet<>())
              .add(ByteString.copyFrom(key));
        }
      }
    }
  }

  private List<CopyRecord> unit(
      Connection connection, long height, Set<ByteString> born, long first) throws SQLException {
    HistoryRecord stored =
        HistoryRows.find(connection, height)
            .orElseThrow(
                () ->
                    new StorageException.Corruption(
                        "the history row of block " + height + " is missing", null));
    HistoryRecord.Builder record =
        HistoryRecord.newBuilder()
            .setFloor(stored.getFloor())
            .setCommitmentFloor(stored.getCommitmentFloor());
    TreeMap<ByteString, UndoEntry> entries = new TreeMap<>(BYTES);
    if (height > first) {
      TreeMap<String, NameBefore> names = new TreeMap<>();
      int rows = replaced(connection, height, entries, names);
      if (rows != stored.getKeys()) {
        throw new StorageException.Corruption(
            String.format(
                "block %d has %d rows in state_history, %d are there",
                height, stored.getKeys(), rows),
            null);
      }
      record.addAllNames(names.values());
      for (Map.Entry<ByteString, UndoEntry> entry : entries.entrySet()) {
        if (!born.contains(entry.getKey())) {
          entry.setValue(deletion(connection, height, entry.getValue()));
        }
      }
      for (ByteString key : born) {
        entries.computeIfAbsent(key, fresh -> UndoEntry.newBuilder().setKey(fresh).build());
      }
    }
    return HistoryUnit.of(height, record.build(), new ArrayList<>(entries.values()), first);
  }

  private int replaced(
      Connection connection,
      long height,
      Map<ByteString, UndoEntry> entries,
      Map<String, NameBefore> names)
      throws SQLException {
    int rows = 0;
    try (PreparedStatement statement = connection.prepareStatement(REPLACED)) {
      statement.setLong(1, height);
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          rows++;
          byte[] key = row.getBytes(1);
          if (Shards.isNameKey(key)) {
            ByteString kept = StateRows.interval(row, key, height).getValue();
            names.put(Shards.nameOf(key), Names.before(Shards.nameOf(key), kept));
          } else {
            UndoEntry entry = entry(row, key, height);
            entries.put(entry.getKey(), entry);
          }
        }
      }
    }
    return rows;
  }

  private UndoEntry entry(ResultSet row, byte[] key, long until) throws SQLException {
    long from = row.getLong(2);
    ByteString value = Marker.bytes(row, 3);
    UndoEntry.Builder entry = UndoEntry.newBuilder().setKey(ByteString.copyFrom(key));
    if ((int) row.getLong(4) == ~checksums.interval(key, from, until, value)) {
      return entry.setLost(true).build();
    }
    StateRecord before = StateRows.interval(row, key, until);
    return entry.setBefore(before).build();
  }

  /** The entry of a key that the block deleted. */
  private UndoEntry deletion(Connection connection, long height, UndoEntry entry)
      throws SQLException {
    long before =
        deletionBelow(
            connection, entry.getKey().toByteArray(), height, entry.getBefore().getHeight());
    return entry.toBuilder().setDeleted(true).setDeletedBefore(before).build();
  }

  /**
   * The last deletion of a key before it got the value that it had until a block, 0 for none.
   *
   * @param valueFrom the block that gave it that value
   */
  private long deletionBelow(Connection connection, byte[] key, long until, long valueFrom)
      throws SQLException {
    long from = valueFrom;
    try (PreparedStatement statement = connection.prepareStatement(EARLIER)) {
      statement.setString(1, shards.ofKey(key));
      statement.setBytes(2, key);
      statement.setLong(3, until);
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          if (row.getLong(2) < from) {
            return row.getLong(2); // it had none from there on
          }
          from = row.getLong(1);
        }
      }
    }
    return 0;
  }

  /** A key and its last value in the history. */
  private record Last(ByteString key, long from, long until) {}

  /** Shows DELETION records of keys from one on. */
  void deletions(ByteString from, long first, RecordStore.Visitor visitor) {
    ByteString next = from;
    int limit = PAGE_ROWS;
    while (true) {
      ByteString start = next;
      int rows = limit;
      List<Last> all = new ArrayList<>();
      boolean full = execution.access().read(true, c -> page(c, start, first, rows, all));
      // Of its last key a full page may lack rows.
      List<Last> whole = full ? all.subList(0, all.size() - 1) : all;
      if (full && whole.isEmpty()) {
        limit *= 2;
        continue;
      }
      show(whole, first, visitor);
      if (!full) {
        return;
      }
      next = all.get(all.size() - 1).key();
    }
  }

  private boolean page(Connection connection, ByteString from, long first, int rows, List<Last> all)
      throws SQLException {
    boolean sharded = execution.tables().isSharded();
    String sql =
        "SELECT state_key, from_height, until_height"
            + (sharded ? ", HEX(state_key) AS state_key_hex" : "")
            + " FROM state_history WHERE state_key >= ? AND state_key < ? AND until_height > ?"
            + " ORDER BY "
            + (sharded ? "state_key_hex" : "state_key")
            + ", until_height LIMIT "
            + rows;
    int seen = 0;
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setBytes(1, from.toByteArray());
      statement.setBytes(2, Shards.nameKey(""));
      statement.setLong(3, first);
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          seen++;
          Last last = new Last(Marker.bytes(row, 1), row.getLong(2), row.getLong(3));
          if (!all.isEmpty() && all.get(all.size() - 1).key().equals(last.key())) {
            all.set(all.size() - 1, last);
          } else {
            all.add(last);
          }
        }
      }
    }
    return seen == rows;
  }

  private void show(List<Last> lasts, long first, RecordStore.Visitor visitor) {
    List<ByteString> keys = lasts.stream().map(Last::key).toList();
    Map<ByteString, StateRows.Row> now =
        execution.access().read(true, c -> StateRows.find(c, keys, shards));
    for (Last last : lasts) {
      StateRows.Row row = now.get(last.key());
      long deleted = last.until();
      if (row != null && row.state().getHeight() == last.until()) {
        byte[] key = last.key().toByteArray();
        deleted =
            execution.access().read(true, c -> deletionBelow(c, key, last.until(), last.from()));
      }
      if (deleted > first) {
        DeletionRecord record = DeletionRecord.newBuilder().setHeight(deleted).build();
        visitor.visit(
            List.of(CopyRecord.of(RecordType.DELETION, last.key().toByteArray(), record)));
      }
    }
  }
}
