package dev.varve.storage.disk.sql;

import com.google.protobuf.ByteString;
import dev.varve.storage.BlockBatch;
import dev.varve.storage.RecordType;
import dev.varve.storage.StorageException;
import dev.varve.storage.disk.Sha256;
import dev.varve.storage.disk.copy.CopyRecord;
import dev.varve.storage.record.AppliedHeight;
import dev.varve.storage.record.BlockRecord;
import dev.varve.storage.record.BlockSeal;
import dev.varve.storage.record.HistoryRecord;
import dev.varve.storage.record.LogSlice;
import dev.varve.storage.record.NameBefore;
import dev.varve.storage.record.ResultSlice;
import dev.varve.storage.record.StateRecord;
import dev.varve.storage.record.TransactionSlice;
import dev.varve.storage.record.TxLocation;
import dev.varve.storage.record.TxLog;
import dev.varve.storage.record.TxResult;
import dev.varve.storage.record.UndoEntry;
import dev.varve.storage.record.UndoSlice;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/**
 * Collects records of other stores and writes them as rows; what is there under the same key is
 * written over. Threads: one at a time.
 */
final class SqlImport {
  private final Group chain;
  private final Group execution;
  private final Checksums checksums = new Checksums();
  private final Shards shards = new Shards();
  private final List<BlockRows> blocks = new ArrayList<>();
  private final List<BlockSeal> seals = new ArrayList<>();
  private final List<CopyRecord> locations = new ArrayList<>();
  private final List<CopyRecord> others = new ArrayList<>();

  SqlImport(Group chain, Group execution) {
    this.chain = chain;
    this.execution = execution;
  }

  /** Takes a unit. */
  void put(List<CopyRecord> unit) {
    switch (unit.get(0).type()) {
      case BLOCK -> blocks.add(block(unit));
      case INDEX -> locations.addAll(unit);
      case DELETION -> {} // the history tells
      default -> others.addAll(unit);
    }
  }

  private BlockRows block(List<CopyRecord> unit) {
    BlockRecord block = unit.get(0).parse(BlockRecord.parser());
    List<ByteString> txs = new ArrayList<>();
    List<TxResult> results = new ArrayList<>();
    List<TxLog> logs = new ArrayList<>();
    AppliedHeight marker = null;
    for (CopyRecord record : unit) {
      switch (record.type()) {
        case TRANSACTION -> txs.addAll(record.parse(TransactionSlice.parser()).getTxsList());
        case RESULT -> results.addAll(record.parse(ResultSlice.parser()).getResultsList());
        case LOG -> logs.addAll(record.parse(LogSlice.parser()).getLogsList());
        case SEAL -> seals.add(record.parse(BlockSeal.parser()));
        case MARKER -> marker = record.parse(AppliedHeight.parser());
        default -> {}
      }
    }
    List<ByteString> hashes = txs.stream().map(Sha256::of).toList();
    BlockBatch batch =
        new BlockBatch(block, txs, hashes, results, logs, List.of(), ByteString.EMPTY, 0, Map.of());
    return new BlockRows(batch, checksums, marker);
  }

  /** Writes all that was taken since the last call, the group of execution first. */
  void write() {
    boolean one = chain == execution;
    if (!blocks.isEmpty() || !others.isEmpty()) {
      execution
          .access()
          .write(
              connection -> {
                writeExecution(connection);
                if (one) {
                  writeChain(connection);
                }
                Marker.write(connection, execution.parts(), blocks);
                HeaderRows.mark(connection, execution.parts(), seals);
                return null;
              });
    }
    if ((!blocks.isEmpty() || !locations.isEmpty()) && !(one && !blocks.isEmpty())) {
      chain
          .access()
          .write(
              connection -> {
                writeChain(connection);
                Marker.write(connection, chain.parts(), blocks);
                HeaderRows.mark(connection, chain.parts(), seals);
                return null;
              });
    }
    blocks.clear();
    seals.clear();
    locations.clear();
    others.clear();
  }

  private void writeChain(Connection connection) throws SQLException {
    ChainRows.writeBlocks(connection, blocks);
    HeaderRows.write(connection, seals);
    locations(connection, locations, checksums);
  }

  /** Writes rows of {@code locations}, over those that are there. */
  static void locations(Connection connection, List<CopyRecord> records, Checksums checksums)
      throws SQLException {
    try (Upsert rows =
        Upsert.into(connection, "locations", 2, "shard, hash, height, tx_index, success, crc")) {
      for (CopyRecord record : records) {
        TxLocation at = record.parse(TxLocation.parser());
        rows.put(Shards.ofHash(record.key()))
            .put(record.key())
            .put(at.getHeight())
            .put(at.getIndex())
            .put(at.getSuccess())
            .putUnsigned(checksums.location(record.key(), at))
            .end();
      }
      rows.finish();
    }
  }

  /** Writes what was taken, but for blocks and locations, with others in one transaction. */
  void writeExecution(Connection connection) throws SQLException {
    ExecutionRows.writeBlocks(connection, blocks);
    try (Upsert state =
            Upsert.into(connection, "state", 2, "shard, state_key, height, value, crc");
        Upsert commitments = Upsert.into(connection, "commitments", 1, "height, delta, crc")) {
      for (CopyRecord record : others) {
        if (record.type() == RecordType.STATE) {
          state(state, record);
        } else if (record.type() == RecordType.COMMITMENT) {
          commitments
              .put(record.height())
              .put(record.payload())
              .putUnsigned(checksums.commitment(record.height(), record.payload()))
              .end();
        } else if (record.type() == RecordType.META) {
          Names.write(connection, record.key().toStringUtf8(), record.payload());
        }
      }
      state.finish();
      commitments.finish();
    }
    history(connection);
  }

  private void state(Upsert rows, CopyRecord record) throws SQLException {
    StateRecord state = record.parse(StateRecord.parser());
    byte[] key = record.key().toByteArray();
    rows.put(shards.ofKey(key))
        .put(key)
        .put(state.getHeight())
        .put(state.getValue())
        .putUnsigned(checksums.state(key, state.getHeight(), state.getValue()))
        .end();
  }

  private void history(Connection connection) throws SQLException {
    HistoryRecord.Builder record = null;
    long height = 0;
    int keys = 0;
    try (Upsert intervals = StateChanges.history(connection);
        Upsert heights =
            Upsert.into(connection, "history", 1, "height, first, commitment_floor, names, crc")) {
      for (CopyRecord next : others) {
        if (next.type() == RecordType.HISTORY) {
          finish(heights, height, record, keys);
          height = next.height();
          record = next.parse(HistoryRecord.parser()).toBuilder();
          keys = names(intervals, height, record.getNamesList());
          record.clearNames();
        } else if (next.type() == RecordType.UNDO) {
          keys += undo(intervals, height, next.parse(UndoSlice.parser()));
        }
      }
      finish(heights, height, record, keys);
      intervals.finish();
      heights.finish();
    }
  }

  private void finish(Upsert rows, long height, HistoryRecord.Builder record, int keys)
      throws SQLException {
    if (record == null) {
      return;
    }
    HistoryRecord whole = record.setKeys(keys).build();
    rows.put(height)
        .put(whole.getFloor())
        .put(whole.getCommitmentFloor())
        .put(whole.toByteString())
        .putUnsigned(checksums.history(height, whole.toByteString()))
        .end();
  }

  private int names(Upsert rows, long until, List<NameBefore> names) throws SQLException {
    for (NameBefore name : names) {
      interval(rows, Shards.nameKey(name.getName()), 0, until, Names.kept(name));
    }
    return names.size();
  }

  private int undo(Upsert rows, long until, UndoSlice slice) throws SQLException {
    int count = 0;
    for (UndoEntry entry : slice.getEntriesList()) {
      byte[] key = entry.getKey().toByteArray();
      if (entry.getLost()) {
        throw new StorageException.Corruption(
            String.format(
                "what block %d replaced of key %s was damaged already, and a cluster cannot take"
                    + " it: copy once history no longer reaches below that block",
                until, HexFormat.of().formatHex(key)),
            null);
      }
      if (entry.hasBefore()) {
        interval(rows, key, entry.getBefore().getHeight(), until, entry.getBefore().getValue());
        count++;
      }
    }
    return count;
  }

  private void interval(Upsert rows, byte[] key, long from, long until, ByteString value)
      throws SQLException {
    rows.put(shards.ofKey(key))
        .put(key)
        .put(from)
        .put(until)
        .put(value)
        .putUnsigned(checksums.interval(key, from, until, value))
        .end();
  }
}
