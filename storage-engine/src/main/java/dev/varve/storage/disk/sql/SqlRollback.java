package dev.varve.storage.disk.sql;

import com.google.protobuf.ByteString;
import dev.varve.storage.StorageException;
import dev.varve.storage.record.StateRecord;
import dev.varve.storage.record.TxLocation;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Takes blocks back, newest first, each in one transaction a group, the chain's first: broken off,
 * no group holds less than the state needs, and the next call goes on. Threads: one, and no other
 * that writes.
 */
final class SqlRollback {
  private static final String LAST_INCLUSION =
      "SELECT height, tx_index, code FROM tx_results"
          + " WHERE hash = ? AND height >= ? AND height < ?"
          + " ORDER BY height DESC, tx_index DESC";

  private final Group chain;
  private final Group execution;
  private final StoreState state;
  private final Checksums checksums = new Checksums();

  SqlRollback(Group chain, Group execution, StoreState state) {
    this.chain = chain;
    this.execution = execution;
    this.state = state;
  }

  /** Takes back one height of every group that holds it, or of which a part does. */
  void takeBack(long height) {
    boolean inChain = chain.highest() >= height;
    boolean inExecution = execution.highest() >= height;
    Map<ByteString, TxLocation> earlier = inChain ? earlierInclusions(height) : Map.of();
    if (inChain) {
      chain
          .access()
          .write(
              connection -> {
                takeBackChain(connection, height, earlier);
                if (chain == execution) {
                  takeBackExecution(connection, height);
                }
                delete(connection, height, "heights");
                return null;
              });
    }
    if (inExecution && chain != execution) {
      execution
          .access()
          .write(
              connection -> {
                takeBackExecution(connection, height);
                delete(connection, height, "heights");
                return null;
              });
    }
  }

  private static void delete(Connection connection, long height, String... tables)
      throws SQLException {
    for (String table : tables) {
      Group.deleteRange(connection, table, "height", height, height + 1);
    }
  }

  /** Where the transactions that are located in a block stood before it, or null. */
  private Map<ByteString, TxLocation> earlierInclusions(long height) {
    List<ByteString> hashes =
        chain
            .access()
            .read(
                true,
                connection -> {
                  List<ByteString> located = new ArrayList<>();
                  try (PreparedStatement statement =
                      connection.prepareStatement("SELECT hash FROM locations WHERE height = ?")) {
                    statement.setLong(1, height);
                    try (ResultSet row = statement.executeQuery()) {
                      while (row.next()) {
                        located.add(Marker.bytes(row, 1));
                      }
                    }
                  }
                  return located;
                });
    return execution
        .access()
        .read(
            true,
            connection -> {
              Map<ByteString, TxLocation> earlier = new LinkedHashMap<>();
              try (PreparedStatement statement = connection.prepareStatement(LAST_INCLUSION)) {
                for (ByteString hash : hashes) {
                  earlier.put(hash, earlierInclusion(statement, hash, height));
                }
              }
              return earlier;
            });
  }

  /** The last success, else the last inclusion. */
  private TxLocation earlierInclusion(PreparedStatement statement, ByteString hash, long height)
      throws SQLException {
    statement.setBytes(1, hash.toByteArray());
    statement.setLong(2, state.chainFloor());
    statement.setLong(3, height);
    TxLocation last = null;
    try (ResultSet row = statement.executeQuery()) {
      while (row.next()) {
        boolean success = row.getLong(3) == 0;
        if (last == null || success) {
          last =
              TxLocation.newBuilder()
                  .setHeight(row.getLong(1))
                  .setIndex((int) row.getLong(2))
                  .setSuccess(success)
                  .build();
        }
        if (success) {
          return last;
        }
      }
    }
    return last;
  }

  private void takeBackChain(
      Connection connection, long height, Map<ByteString, TxLocation> earlier) throws SQLException {
    delete(connection, height, "locations");
    try (Upsert rows =
        Upsert.into(connection, "locations", 2, "shard, hash, height, tx_index, success, crc")) {
      for (Map.Entry<ByteString, TxLocation> entry : earlier.entrySet()) {
        TxLocation before = entry.getValue();
        if (before != null) {
          rows.put(Shards.ofHash(entry.getKey()))
              .put(entry.getKey())
              .put(before.getHeight())
              .put(before.getIndex())
              .put(before.getSuccess())
              .putUnsigned(checksums.location(entry.getKey(), before))
              .end();
        }
      }
      rows.finish();
    }
    delete(connection, height, "transactions", "headers", "blocks");
  }

  private void takeBackExecution(Connection connection, long height) throws SQLException {
    Map<ByteString, StateRecord> before = new LinkedHashMap<>();
    boolean isWhole = execution.marker().getHeight() >= height;
    HistoryRows.visit(
        connection, height, isWhole, (key, record) -> before.put(ByteString.copyFrom(key), record));
    delete(connection, height, "state");
    Shards shards = new Shards();
    try (Upsert rows =
        Upsert.into(connection, "state", 2, "shard, state_key, height, value, crc")) {
      for (Map.Entry<ByteString, StateRecord> entry : before.entrySet()) {
        byte[] key = entry.getKey().toByteArray();
        StateRecord record = entry.getValue();
        if (!Shards.isNameKey(key)) {
          rows.put(shards.ofKey(key))
              .put(key)
              .put(record.getHeight())
              .put(record.getValue())
              .putUnsigned(checksums.state(key, record.getHeight(), record.getValue()))
              .end();
        }
      }
      rows.finish();
    }
    for (Map.Entry<ByteString, StateRecord> entry : before.entrySet()) {
      byte[] key = entry.getKey().toByteArray();
      if (Shards.isNameKey(key)) {
        Names.restore(connection, Shards.nameOf(key), entry.getValue().getValue());
      }
    }
    Group.deleteRange(connection, "state_history", "until_height", height, height + 1);
    delete(connection, height, "tx_results", "logs", "attributes", "history", "commitments");
  }

  /** Requires that the heights down to a target can be taken back. */
  void require(long target) {
    long last = state.height();
    if (target > last) {
      throw new IllegalArgumentException("height " + target + " is above the last, " + last);
    }
    state.requireHistory(target);
    if (target < state.chainFloor()) {
      throw StorageException.Pruned.ofBlock(target, state.chainFloor());
    }
  }
}
