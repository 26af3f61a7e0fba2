package dev.varve.storage.disk.sql;

import com.google.protobuf.ByteString;
import dev.varve.storage.BlockBatch;
import dev.varve.storage.record.Attribute;
import dev.varve.storage.record.Event;
import dev.varve.storage.record.HistoryRecord;
import dev.varve.storage.record.TxLog;
import dev.varve.storage.record.TxResult;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;

/** Writes results, logs, state, history, commitments and names of a run. Threads: one at a time. */
final class ExecutionRows {
  private static final String RESULT =
      "height, tx_index, hash, code, data, log, info, gas_wanted, gas_used, codespace, events,"
          + " log_crc, crc";
  private static final String ATTRIBUTE =
      "height, tx_index, event_index, attr_index, name, composite_key, value, indexed";

  private final Connection connection;
  private final List<BlockRows> run;
  private final Shards shards = new Shards();
  private final Checksums checksums = new Checksums();

  private ExecutionRows(Connection connection, List<BlockRows> run) {
    this.connection = connection;
    this.run = run;
  }

  /**
   * Writes all of a run.
   *
   * @param first the height that history begins with, -1 where none is kept
   * @param isRepeated whether a part holds some of it already
   */
  static void write(Connection connection, List<BlockRows> run, long first, boolean isRepeated)
      throws SQLException {
    StateChanges changes = StateChanges.read(connection, run, first, isRepeated);
    ExecutionRows rows = new ExecutionRows(connection, run);
    rows.blocks();
    rows.commitments();
    changes.write(connection);
    for (int i = 0; i < run.size(); i++) {
      boolean kept = first >= 0 && run.get(i).height() > first;
      int names = rows.names(run.get(i), kept);
      if (first >= 0) {
        int keys = isRepeated ? -1 : changes.intervals(i) + names;
        rows.history(run.get(i), first, keys);
      }
    }
  }

  /** Writes results and logs alone. */
  static void writeBlocks(Connection connection, List<BlockRows> run) throws SQLException {
    new ExecutionRows(connection, run).blocks();
  }

  private void blocks() throws SQLException {
    results();
    logs();
    attributes();
  }

  private void results() throws SQLException {
    try (Upsert rows = Upsert.into(connection, "tx_results", 2, RESULT)) {
      for (BlockRows block : run) {
        BlockBatch batch = block.batch();
        for (int i = 0; i < batch.results().size(); i++) {
          TxResult result = batch.results().get(i);
          rows.put(batch.height())
              .put(i)
              .put(batch.txHashes().get(i))
              .putUnsigned(result.getCode())
              .put(result.getData())
              .put(result.getLog())
              .put(result.getInfo())
              .put(result.getGasWanted())
              .put(result.getGasUsed())
              .put(result.getCodespace())
              .put(batch.logs().get(i).getEventsCount())
              .putUnsigned(block.logCrc(i))
              .putUnsigned(block.resultCrc(i))
              .end();
        }
      }
      rows.finish();
    }
  }

  private void logs() throws SQLException {
    try (Upsert rows = Upsert.into(connection, "logs", 3, "height, tx_index, event_index, type")) {
      for (BlockRows block : run) {
        List<TxLog> logs = block.batch().logs();
        for (int i = 0; i < logs.size(); i++) {
          for (int event = 0; event < logs.get(i).getEventsCount(); event++) {
            rows.put(block.height())
                .put(i)
                .put(event)
                .put(logs.get(i).getEvents(event).getType())
                .end();
          }
        }
      }
      rows.finish();
    }
  }

  private void attributes() throws SQLException {
    try (Upsert rows = Upsert.into(connection, "attributes", 4, ATTRIBUTE)) {
      for (BlockRows block : run) {
        List<TxLog> logs = block.batch().logs();
        for (int i = 0; i < logs.size(); i++) {
          for (int event = 0; event < logs.get(i).getEventsCount(); event++) {
            attributes(rows, block.height(), i, event, logs.get(i).getEvents(event));
          }
        }
      }
      rows.finish();
    }
  }

  private static void attributes(Upsert rows, long height, int index, int place, Event event)
      throws SQLException {
    for (int i = 0; i < event.getAttributesCount(); i++) {
      Attribute attribute = event.getAttributes(i);
      rows.put(height)
          .put(index)
          .put(place)
          .put(i)
          .put(attribute.getKey())
          .put(event.getType() + "." + attribute.getKey())
          .put(attribute.getValue())
          .put(attribute.getIndex())
          .end();
    }
  }

  private void commitments() throws SQLException {
    try (Upsert rows = Upsert.into(connection, "commitments", 1, "height, delta, crc")) {
      for (BlockRows block : run) {
        rows.put(block.height())
            .put(block.batch().commitment())
            .putUnsigned(block.commitmentCrc())
            .end();
      }
      rows.finish();
    }
  }

  /** Writes a block's names, and what they were before; returns the number of these. */
  private int names(BlockRows block, boolean kept) throws SQLException {
    int count = 0;
    for (Map.Entry<String, ByteString> name : block.meta().entrySet()) {
      if (kept && !hasInterval(name.getKey(), block.height())) {
        ByteString value = Names.find(connection, name.getKey(), shards).orElse(null);
        Names.keepBefore(connection, name.getKey(), block.height(), value);
      }
      count += kept ? 1 : 0;
      Names.write(connection, name.getKey(), name.getValue());
    }
    return count;
  }

  private boolean hasInterval(String name, long until) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(
            "SELECT until_height FROM state_history"
                + " WHERE shard = ? AND state_key = ? AND until_height = ?")) {
      statement.setString(1, shards.ofName(name));
      statement.setBytes(2, Shards.nameKey(name));
      statement.setLong(3, until);
      try (ResultSet row = statement.executeQuery()) {
        return row.next();
      }
    }
  }

  /** {@code keys}: how many rows of state_history the block has, -1 to count them. */
  private void history(BlockRows block, long first, int keys) throws SQLException {
    long height = block.height();
    long commitmentFloor = block.batch().commitmentFloor();
    ByteString record =
        HistoryRecord.newBuilder()
            .setFloor(first)
            .setCommitmentFloor(commitmentFloor)
            .setKeys(keys < 0 ? countIntervals(height) : keys)
            .build()
            .toByteString();
    try (Upsert rows =
        Upsert.into(connection, "history", 1, "height, first, commitment_floor, names, crc")) {
      rows.put(height)
          .put(first)
          .put(commitmentFloor)
          .put(record)
          .putUnsigned(checksums.history(height, record))
          .end();
      rows.finish();
    }
  }

  private int countIntervals(long height) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement("SELECT COUNT(*) FROM state_history WHERE until_height = ?")) {
      statement.setLong(1, height);
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        return row.getInt(1);
      }
    }
  }
}
