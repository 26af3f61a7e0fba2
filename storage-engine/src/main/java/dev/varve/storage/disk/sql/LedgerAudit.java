package dev.varve.storage.disk.sql;

import com.google.protobuf.ByteString;
import dev.varve.storage.Keys;
import dev.varve.storage.RecordType;
import dev.varve.storage.disk.ChainFloor;
import dev.varve.storage.disk.copy.CopyRecord;
import dev.varve.storage.disk.copy.EmbeddedRecords;
import dev.varve.storage.disk.copy.RecordStore;
import dev.varve.storage.disk.copy.Section;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Compares state, history, commitments and names on the primaries with the ledger's own store, both
 * at the same height. Threads: one.
 */
final class LedgerAudit {
  private static final int BATCH = 512;

  private final Group chain;
  private final Group execution;
  private final EmbeddedRecords ledger;
  private final AuditSink sink;
  private final Consumer<String> progress;

  LedgerAudit(
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

  void run() {
    progress.accept("state in the cluster");
    state();
    progress.accept("commitments in the cluster");
    long needed = new HistoryAudit(chain, execution, ledger, sink, progress).run();
    // Lower ones serve the history, and each store dropped them at a time of its own.
    long inCluster =
        execution.access().read(true, c -> Group.least(c, "commitments", "height")).orElse(needed);
    long lowest = Math.min(needed, Math.max(inCluster, ledger.firstCommitment().orElse(needed)));
    small(Section.COMMITMENT, "commitments", key -> height(key) >= lowest);
    small(Section.META, "meta", key -> !key.toStringUtf8().equals(ChainFloor.NAME));
  }

  private static long height(ByteString key) {
    return Keys.heightOf(key.toByteArray());
  }

  private void state() {
    long[] sound = {0};
    Set<ByteString> told = new HashSet<>();
    TableShow rows =
        new TableShow(execution, (type, key, what) -> wrong(key, "has a wrong checksum", told));
    rows.state(
        ByteString.EMPTY,
        unit -> {
          CopyRecord found = unit.get(0);
          Optional<CopyRecord> due = ledger.find(RecordType.STATE, found.key());
          if (due.isPresent() && due.get().equals(found)) {
            sound[0]++;
          } else {
            wrong(
                found.key(),
                due.isEmpty() ? "is not in the ledger" : "differs from the ledger's",
                told);
          }
        });
    long[] due = {0};
    ledger.scan(Section.STATE, ByteString.EMPTY, unit -> due[0]++);
    if (due[0] != sound[0]) {
      missing(told);
    }
  }

  private void missing(Set<ByteString> told) {
    List<ByteString> batch = new ArrayList<>();
    RecordStore.Visitor each =
        unit -> {
          batch.add(unit.get(0).key());
          if (batch.size() >= BATCH) {
            missing(batch, told);
          }
        };
    ledger.scan(Section.STATE, ByteString.EMPTY, each);
    missing(batch, told);
  }

  private void missing(List<ByteString> batch, Set<ByteString> told) {
    Map<ByteString, StateRows.Row> found =
        execution.access().read(true, c -> StateRows.find(c, batch, new Shards()));
    for (ByteString key : batch) {
      if (!found.containsKey(key)) {
        wrong(key, "is missing", told);
      }
    }
    batch.clear();
  }

  private void wrong(ByteString key, String what, Set<ByteString> told) {
    if (told.size() >= ClusterAudit.MAX_FINDINGS || !told.add(key)) {
      return;
    }
    String words = "row of key " + HexFormat.of().formatHex(key.toByteArray()) + " " + what;
    sink.record(
        new SqlFault("state", 0, words),
        connection -> {
          Optional<CopyRecord> due = ledger.find(RecordType.STATE, key);
          ClusterRepair.deleteRow(connection, "state", "state_key", key);
          if (due.isPresent()) {
            put(connection, List.of(due.get()));
          }
          return null;
        });
  }

  private void put(Connection connection, List<CopyRecord> unit) throws SQLException {
    SqlImport rows = new SqlImport(chain, execution);
    rows.put(unit);
    rows.writeExecution(connection);
  }

  private interface Keep {
    boolean isCompared(ByteString key);
  }

  /** Tables with few rows. */
  private void small(Section section, String table, Keep keep) {
    Set<ByteString> seen = new HashSet<>();
    RecordType type = section == Section.META ? RecordType.META : RecordType.COMMITMENT;
    TableShow rows =
        new TableShow(
            execution,
            (any, key, what) -> {
              seen.add(key);
              if (keep.isCompared(key)) {
                wrong(type, table, key, "has a wrong checksum");
              }
            });
    RecordStore.Visitor each =
        unit -> {
          CopyRecord found = unit.get(0);
          seen.add(found.key());
          Optional<CopyRecord> due = ledger.find(type, found.key());
          if (keep.isCompared(found.key()) && !due.filter(found::equals).isPresent()) {
            wrong(
                type,
                table,
                found.key(),
                due.isEmpty() ? "is not in the ledger" : "differs from the ledger's");
          }
        };
    if (section == Section.META) {
      rows.names(ByteString.EMPTY, each);
    } else {
      rows.commitments(ByteString.EMPTY, each);
    }
    ledger.scan(
        section,
        ByteString.EMPTY,
        unit -> {
          ByteString key = unit.get(0).key();
          if (keep.isCompared(key) && !seen.contains(key)) {
            wrong(type, table, key, "is missing");
          }
        });
  }

  private void wrong(RecordType type, String table, ByteString key, String what) {
    boolean named = type == RecordType.META;
    String words = named ? "row of name " + key.toStringUtf8() + " " + what : "row " + what;
    sink.record(
        new SqlFault(table, named ? 0 : height(key), words),
        connection -> {
          Optional<CopyRecord> due = ledger.find(type, key);
          if (due.isPresent()) {
            put(connection, List.of(due.get()));
          } else if (named) {
            Names.delete(connection, key.toStringUtf8());
          } else {
            Group.deleteRange(connection, table, "height", height(key), height(key) + 1);
          }
          return null;
        });
  }
}
