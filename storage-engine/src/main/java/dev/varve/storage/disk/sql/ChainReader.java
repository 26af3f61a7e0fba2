package dev.varve.storage.disk.sql;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.varve.storage.DiskStore;
import dev.varve.storage.RecordType;
import dev.varve.storage.StorageException;
import dev.varve.storage.disk.sql.GroupAccess.Work;
import dev.varve.storage.record.BlockRecord;
import dev.varve.storage.record.BlockSeal;
import dev.varve.storage.record.CommitInfo;
import dev.varve.storage.record.TxLog;
import dev.varve.storage.record.TxResult;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads blocks, transactions, results and logs, verified. Threads: any. */
final class ChainReader {
  private static final int KNOWN_COUNTS = 4096;
  private static final String BLOCK =
      "SELECT hash, time_seconds, time_nanos, proposer_address, next_validators_hash, tx_count,"
          + " app_hash, last_commit, misbehavior, crc FROM blocks WHERE height = ?";
  private static final String IN_SLICE =
      " WHERE height = ? AND tx_index >= ? AND tx_index < ? ORDER BY tx_index";
  private static final String TRANSACTIONS =
      "SELECT tx_index, tx, crc FROM transactions" + IN_SLICE;
  private static final String RESULTS =
      "SELECT tx_index, code, data, log, info, gas_wanted, gas_used, codespace, crc FROM tx_results"
          + IN_SLICE;

  private final Route chain;
  private final Route execution;
  private final StoreState state;
  // Transactions of the blocks that were read last; guarded by itself.
  private final Map<Long, Integer> counts =
      new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, Integer> eldest) {
          return size() > KNOWN_COUNTS;
        }
      };

  ChainReader(Route chain, Route execution, StoreState state) {
    this.chain = chain;
    this.execution = execution;
    this.state = state;
  }

  /** See {@link DiskStore#block}. */
  Optional<BlockRecord> block(long height) {
    if (!state.holds(height)) {
      return Optional.empty();
    }
    Optional<BlockRecord> found = chain.fixed(connection -> block(connection, height));
    if (found.isEmpty() && state.holds(height)) {
      throw missing(RecordType.BLOCK, height, 0);
    }
    return found;
  }

  static Optional<BlockRecord> block(Connection connection, long height) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(BLOCK)) {
      statement.setLong(1, height);
      try (ResultSet row = statement.executeQuery()) {
        if (!row.next()) {
          return Optional.empty();
        }
        BlockRecord.Builder block =
            BlockRecord.newBuilder()
                .setHeight(height)
                .setHash(Marker.bytes(row, 1))
                .setProposerAddress(Marker.bytes(row, 4))
                .setNextValidatorsHash(Marker.bytes(row, 5))
                .setTxCount((int) row.getLong(6))
                .setAppHash(Marker.bytes(row, 7));
        Marker.time(row, 2).ifPresent(block::setTime);
        addMessages(block, row.getBytes(8), row.getBytes(9));
        return Optional.of(verified(block.build(), (int) row.getLong(10)));
      }
    }
  }

  static void addMessages(BlockRecord.Builder block, byte[] commit, byte[] misbehavior) {
    try {
      if (commit != null) {
        block.setLastCommit(CommitInfo.parseFrom(commit));
      }
      if (misbehavior != null) {
        block.addAllMisbehavior(BlockRecord.parseFrom(misbehavior).getMisbehaviorList());
      }
    } catch (InvalidProtocolBufferException e) {
      throw new StorageException.Corruption(
          "the row of block " + block.getHeight() + " does not parse: " + e.getMessage(), e);
    }
  }

  private static BlockRecord verified(BlockRecord block, int crc) {
    if (new Checksums().block(block) != crc) {
      throw damaged(RecordType.BLOCK, block.getHeight(), 0);
    }
    return block;
  }

  static StorageException.Corruption damaged(RecordType type, long height, int index) {
    return new StorageException.Corruption(
        type + " row " + index + " of block " + height + " has a wrong checksum", null);
  }

  private static StorageException.Corruption missing(RecordType type, long height, int index) {
    return new StorageException.Corruption(
        type + " row " + index + " of block " + height + " is missing", null);
  }

  /** See {@link DiskStore#seal(long)}. */
  Optional<BlockSeal> seal(long height) {
    return state.holds(height) && height <= state.sealed()
        ? chain.fixed(connection -> HeaderRows.find(connection, height))
        : Optional.empty();
  }

  /** See {@link DiskStore#transactions}. */
  List<ByteString> transactions(long height, int slice) {
    return slice(
        RecordType.TRANSACTION,
        chain,
        height,
        slice,
        connection -> rows(connection, TRANSACTIONS, height, slice, ChainReader::transaction));
  }

  private static ByteString transaction(ResultSet row, long height, int index, Checksums checksums)
      throws SQLException {
    ByteString tx = Marker.bytes(row, 2);
    if (checksums.transaction(height, index, tx) != (int) row.getLong(3)) {
      throw damaged(RecordType.TRANSACTION, height, index);
    }
    return tx;
  }

  /** See {@link DiskStore#results}. */
  List<TxResult> results(long height, int slice) {
    return slice(
        RecordType.RESULT,
        execution,
        height,
        slice,
        connection -> rows(connection, RESULTS, height, slice, ChainReader::result));
  }

  private static TxResult result(ResultSet row, long height, int index, Checksums checksums)
      throws SQLException {
    TxResult result =
        TxResult.newBuilder()
            .setCode((int) row.getLong(2))
            .setData(Marker.bytes(row, 3))
            .setLog(row.getString(4))
            .setInfo(row.getString(5))
            .setGasWanted(row.getLong(6))
            .setGasUsed(row.getLong(7))
            .setCodespace(row.getString(8))
            .build();
    int crc = checksums.ofTransaction(RecordType.RESULT, height, index, result);
    if (crc != (int) row.getLong(9)) {
      throw damaged(RecordType.RESULT, height, index);
    }
    return result;
  }

  /** See {@link DiskStore#logs}. */
  List<TxLog> logs(long height, int slice) {
    return slice(
        RecordType.LOG,
        execution,
        height,
        slice,
        connection -> LogRows.read(connection, height, first(slice), first(slice + 1)));
  }

  private static long first(long slice) {
    return slice * DiskStore.SLICE_LENGTH;
  }

  private interface RowReader<T> {
    T read(ResultSet row, long height, int index, Checksums checksums) throws SQLException;
  }

  private static <T> List<T> rows(
      Connection connection, String sql, long height, int slice, RowReader<T> reader)
      throws SQLException {
    Checksums checksums = new Checksums();
    List<T> items = new ArrayList<>();
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setLong(1, height);
      statement.setLong(2, first(slice));
      statement.setLong(3, first((long) slice + 1));
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          int index = (int) row.getLong(1);
          if (index != first(slice) + items.size()) {
            throw missing(RecordType.TRANSACTION, height, (int) first(slice) + items.size());
          }
          items.add(reader.read(row, height, index, checksums));
        }
      }
    }
    return items;
  }

  private <T> List<T> slice(
      RecordType type, Route route, long height, int slice, Work<List<T>> work) {
    if (slice < 0 || !state.holds(height)) {
      return List.of();
    }
    try {
      long expected = Math.min(DiskStore.SLICE_LENGTH, count(height) - first(slice));
      if (expected <= 0) {
        return List.of();
      }
      List<T> found =
          route
              .fixed(
                  connection ->
                      Optional.of(work.run(connection)).filter(list -> list.size() == expected))
              .orElse(List.of());
      if (found.size() != expected && state.holds(height)) {
        throw missing(type, height, (int) first(slice) + found.size());
      }
      return found;
    } catch (StorageException.Corruption e) {
      if (!state.holds(height)) {
        return List.of(); // it was dropped meanwhile
      }
      throw e;
    }
  }

  /** How many transactions a block has. */
  private long count(long height) {
    Integer known;
    synchronized (counts) {
      known = counts.get(height);
    }
    if (known == null) {
      Optional<BlockRecord> block = block(height);
      if (block.isEmpty()) {
        return 0; // taken back meanwhile, and maybe there again later
      }
      known = block.get().getTxCount();
      synchronized (counts) {
        counts.put(height, known);
      }
    }
    return Integer.toUnsignedLong(known);
  }

  /** Blocks may have been taken back. */
  void forget() {
    synchronized (counts) {
      counts.clear();
    }
  }
}
