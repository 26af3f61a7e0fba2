package dev.varve.storage.disk.sql;

import com.google.protobuf.ByteString;
import dev.varve.storage.Keys;
import dev.varve.storage.StorageException;
import dev.varve.storage.disk.copy.CopyRecord;
import dev.varve.storage.disk.copy.EmbeddedRecords;
import dev.varve.storage.disk.copy.Section;
import dev.varve.storage.record.HistoryRecord;
import dev.varve.storage.record.NameBefore;
import dev.varve.storage.record.StateRecord;
import dev.varve.storage.record.UndoEntry;
import dev.varve.storage.record.UndoSlice;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** Compares the history of the state in the cluster with the ledger's. Threads: one. */
final class HistoryAudit {
  private static final String REPLACED =
      "SELECT state_key, from_height, value, crc FROM state_history WHERE until_height = ?";
  private static final String LOWEST = "SELECT MIN(height) FROM history WHERE height >= ?";

  private final Group chain;
  private final Group execution;
  private final EmbeddedRecords ledger;
  private final AuditSink sink;
  private final Consumer<String> progress;
  private final Checksums checksums = new Checksums();

  HistoryAudit(
      Group chain,
      Group execution,
      EmbeddedRecords ledger,
      AuditSink sink,
      Consumer<String> progress) {
    this.chain = chain;
    this.execution = execution;
    this.ledger = ledger;
    this.sink = sink;
    this.progress = progress;
  }

  /** Compares; returns the lowest height whose commitment the last block needs. */
  long run() {
    long last = ledger.applied().getHeight();
    long kept = ledger.historyFirst();
    if (kept < 0) {
      return last;
    }
    // What lies below was dropped, each store at a time of its own.
    long from = Math.max(kept, lowest(kept).orElse(kept));
    long[] needed = {last};
    ledger.scan(
        Section.HISTORY,
        ByteString.copyFrom(Keys.height(from)),
        unit -> {
          long height = unit.get(0).height();
          needed[0] = unit.get(0).parse(HistoryRecord.parser()).getCommitmentFloor();
          progress.accept("history of block " + height + " in the cluster");
          // The first one has nothing to compare.
          if (height > from) {
            compare(height, unit);
          }
        });
    return needed[0];
  }

  private Optional<Long> lowest(long kept) {
    return execution
        .access()
        .read(
            true,
            connection -> {
              try (PreparedStatement statement = connection.prepareStatement(LOWEST)) {
                statement.setLong(1, kept);
                try (ResultSet row = statement.executeQuery()) {
                  row.next();
                  long height = row.getLong(1);
                  return row.wasNull() ? Optional.empty() : Optional.of(height);
                }
              }
            });
  }

  private void compare(long height, List<CopyRecord> unit) {
    HistoryRecord due = unit.get(0).parse(HistoryRecord.parser());
    Map<ByteString, StateRecord> rows = new HashMap<>();
    Map<ByteString, UndoEntry> lost = new HashMap<>();
    for (NameBefore name : due.getNamesList()) {
      rows.put(
          ByteString.copyFrom(Shards.nameKey(name.getName())),
          StateRecord.newBuilder().setValue(Names.kept(name)).build());
    }
    for (CopyRecord record : unit.subList(1, unit.size())) {
      for (UndoEntry entry : record.parse(UndoSlice.parser()).getEntriesList()) {
        if (entry.getLost()) {
          lost.put(entry.getKey(), entry);
        } else if (entry.hasBefore()) {
          rows.put(entry.getKey(), entry.getBefore());
        }
      }
    }
    HistoryRecord record =
        due.toBuilder().clearFloor().clearNames().setKeys(rows.size() + lost.size()).build();
    String wrong =
        execution.access().read(true, c -> wrong(c, height, record, new HashMap<>(rows), lost));
    if (wrong != null) {
      String table = wrong.startsWith("row of the block") ? "history" : "state_history";
      sink.record(new SqlFault(table, height, wrong), connection -> mend(connection, height));
    }
  }

  private String wrong(
      Connection connection,
      long height,
      HistoryRecord due,
      Map<ByteString, StateRecord> rows,
      Map<ByteString, UndoEntry> lost)
      throws SQLException {
    Optional<HistoryRecord> found;
    try {
      found = HistoryRows.find(connection, height);
    } catch (StorageException.Corruption e) {
      return "row of the block has a wrong checksum";
    }
    if (found.isEmpty()) {
      return "row of the block is missing";
    }
    // Each store begins its history where it pruned it last.
    if (!found.get().toBuilder().clearFloor().build().equals(due)) {
      return "row of the block differs from the ledger's";
    }
    try (PreparedStatement statement = connection.prepareStatement(REPLACED)) {
      statement.setLong(1, height);
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          ByteString key = Marker.bytes(row, 1);
          StateRecord value =
              StateRecord.newBuilder()
                  .setHeight(row.getLong(2))
                  .setValue(Marker.bytes(row, 3))
                  .build();
          int crc =
              checksums.interval(key.toByteArray(), value.getHeight(), height, value.getValue());
          boolean known = lost.remove(key) != null;
          if (known ? crc != ~(int) row.getLong(4) : crc != (int) row.getLong(4)) {
            return "has a row with a wrong checksum";
          }
          if (!known && !value.equals(rows.remove(key))) {
            return "has a row that differs from the ledger's";
          }
        }
      }
    }
    int missing = rows.size() + lost.size();
    return missing == 0 ? null : "lacks " + missing + " rows";
  }

  private Void mend(Connection connection, long height) throws SQLException {
    Group.deleteRange(connection, "state_history", "until_height", height, height + 1);
    SqlImport rows = new SqlImport(chain, execution);
    rows.put(ledger.history(height));
    rows.writeExecution(connection);
    return null;
  }
}
