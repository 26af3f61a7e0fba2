package dev.varve.storage.disk.sql;

import com.google.protobuf.ByteString;
import dev.varve.storage.DiskStore;
import dev.varve.storage.Keys;
import dev.varve.storage.RecordType;
import dev.varve.storage.StorageException;
import dev.varve.storage.disk.Sha256;
import dev.varve.storage.disk.copy.CopyRecord;
import dev.varve.storage.record.AppliedHeight;
import dev.varve.storage.record.BlockRecord;
import dev.varve.storage.record.BlockSeal;
import dev.varve.storage.record.LogSlice;
import dev.varve.storage.record.ResultSlice;
import dev.varve.storage.record.TransactionSlice;
import dev.varve.storage.record.TxLog;
import dev.varve.storage.record.TxResult;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.OptionalLong;
import java.util.TreeMap;

/** What the tables hold of one block, and what is wrong with it. Threads: one at a time. */
final class StoredBlock {
  private final long height;
  private final Map<String, SqlFault> faults = new LinkedHashMap<>();
  private final TreeMap<Long, Tx> txs = new TreeMap<>();
  // Of transactions that are sound.
  private final Map<Long, ByteString> hashes = new HashMap<>();
  private final TreeMap<Long, Result> results = new TreeMap<>();
  private final TreeMap<Long, TxLog.Builder> logs = new TreeMap<>();
  private final List<Height> heights = new ArrayList<>();
  private final Checksums checksums = new Checksums();
  private BlockRecord block;
  private boolean complete;
  private BlockSeal seal;

  /** A row of {@code transactions}. */
  record Tx(ByteString bytes, ByteString hash, int crc) {}

  /** A row of {@code tx_results}. */
  record Result(TxResult result, ByteString hash, long events, int logCrc, int crc) {}

  /** A row of {@code heights}. */
  record Height(
      String group, int part, AppliedHeight marker, long txCount, boolean complete, int crc) {}

  StoredBlock(long height) {
    this.height = height;
  }

  long height() {
    return height;
  }

  /** The first fault of a table counts. */
  void fault(String table, String what) {
    faults.putIfAbsent(table, new SqlFault(table, height, what));
  }

  /** Without its rows, which are many. */
  StoredBlock faultsAlone() {
    StoredBlock alone = new StoredBlock(height);
    alone.faults.putAll(faults);
    return alone;
  }

  List<SqlFault> faults() {
    return List.copyOf(faults.values());
  }

  /** {@code isComplete}: whether its row says that there is a header. */
  void block(BlockRecord row, boolean isComplete, int crc) {
    complete = isComplete;
    if (checksums.block(row) == crc) {
      block = row;
    } else {
      fault("blocks", "has a wrong checksum");
    }
  }

  void seal(BlockSeal row, int crc) {
    if (checksums.seal(height, row) == crc) {
      seal = row;
    } else {
      fault("headers", "has a wrong checksum");
    }
  }

  void tx(long index, Tx row) {
    txs.put(index, row);
  }

  void result(long index, Result row) {
    results.put(index, row);
  }

  void height(Height row) {
    heights.add(row);
  }

  /** A log whose events come in order. */
  TxLog.Builder log(long index) {
    return logs.computeIfAbsent(index, any -> TxLog.newBuilder());
  }

  /** The block, or null where it cannot be read. */
  BlockRecord block() {
    return block;
  }

  /** Header and commit, or null where there is none, or it is not of this block. */
  BlockSeal seal() {
    return faults.containsKey("headers") ? null : seal;
  }

  NavigableMap<Long, Tx> txs() {
    return txs;
  }

  NavigableMap<Long, Result> results() {
    return results;
  }

  /** The marker, once all is sound. */
  AppliedHeight marker() {
    return heights.get(0).marker();
  }

  /** Of the markers whose checksum is right, those of all parts alike, one; else null. */
  AppliedHeight knownMarker() {
    for (Height row : heights) {
      if (checksums.marker(row.marker()) == row.crc()) {
        return row.marker();
      }
    }
    return null;
  }

  /** Looks at everything; {@code parts}: how many each group has, by name. */
  void check(Map<String, Integer> parts) {
    if (block == null) {
      fault("blocks", "is missing");
    }
    long count = count();
    for (long i = 0; i < count; i++) {
      checkTx(i);
      checkResult(i);
    }
    noneFrom(count, "transactions", txs);
    noneFrom(count, "tx_results", results);
    noneFrom(count, "logs", logs);
    checkSeal();
    checkHeights(parts);
  }

  private void checkSeal() {
    // A row that says nothing of a header is written again with the block, the header is not.
    if (seal == null && (complete || heights.stream().anyMatch(Height::complete))) {
      fault("headers", "is missing");
    }
    if (seal != null
        && block != null
        && !seal.getCommit().getBlockId().getHash().equals(block.getHash())) {
      fault("headers", "is of another block");
    }
  }

  /** The number of transactions that the markers with a right checksum tell, if they agree. */
  OptionalLong knownCount() {
    List<Long> told =
        heights.stream()
            .filter(row -> checksums.marker(row.marker()) == row.crc())
            .map(Height::txCount)
            .distinct()
            .toList();
    return told.size() == 1 ? OptionalLong.of(told.get(0)) : OptionalLong.empty();
  }

  /** Of how many transactions there are rows at least. */
  long leastCount() {
    long most = txs.isEmpty() ? 0 : txs.lastKey() + 1;
    return Math.max(most, results.isEmpty() ? 0 : results.lastKey() + 1);
  }

  /** How many transactions there should be. */
  private long count() {
    if (block != null) {
      return Integer.toUnsignedLong(block.getTxCount());
    }
    long most = leastCount();
    for (Height row : heights) {
      most = Math.max(most, row.txCount());
    }
    return most;
  }

  private void noneFrom(long count, String table, NavigableMap<Long, ?> rows) {
    if (!rows.isEmpty() && rows.lastKey() >= count) {
      fault(table, "has row " + rows.lastKey() + ", the block has " + count + " transactions");
    }
  }

  private void checkTx(long index) {
    Tx row = txs.get(index);
    if (row == null) {
      fault("transactions", "row " + index + " is missing");
    } else if (checksums.transaction(height, (int) index, row.bytes()) != row.crc()) {
      fault("transactions", "row " + index + " has a wrong checksum");
    } else {
      ByteString hash = Sha256.of(row.bytes());
      hashes.put(index, hash);
      if (!hash.equals(row.hash())) {
        fault("transactions", "row " + index + " has another hash than its transaction");
      }
    }
  }

  private void checkResult(long index) {
    Result row = results.get(index);
    if (row == null) {
      fault("tx_results", "row " + index + " is missing");
      return;
    }
    ByteString hash = hashes.getOrDefault(index, row.hash());
    if (checksums.ofTransaction(RecordType.RESULT, height, (int) index, row.result())
        != row.crc()) {
      fault("tx_results", "row " + index + " has a wrong checksum");
    } else if (!hash.equals(row.hash())) {
      fault("tx_results", "row " + index + " has another hash than its transaction");
    }
    TxLog log = logOf(index);
    if (log.getEventsCount() != row.events()) {
      fault(
          "logs",
          "of row " + index + " are " + log.getEventsCount() + " events, due are " + row.events());
    } else if (checksums.ofTransaction(RecordType.LOG, height, (int) index, log) != row.logCrc()) {
      fault("attributes", "of row " + index + " do not match their checksum");
    }
  }

  private TxLog logOf(long index) {
    TxLog.Builder log = logs.get(index);
    return log == null ? TxLog.getDefaultInstance() : log.build();
  }

  private void checkHeights(Map<String, Integer> parts) {
    for (Height row : heights) {
      if (checksums.marker(row.marker()) != row.crc()) {
        fault("heights", "part " + row.part() + " has a wrong checksum");
      } else if (!row.marker().equals(marker()) || !agrees(row)) {
        fault("heights", "part " + row.part() + " does not agree with the block");
      }
    }
    parts.forEach(
        (group, count) -> {
          for (int part = 0; part < count; part++) {
            int at = part;
            if (heights.stream().noneMatch(row -> row.group().equals(group) && row.part() == at)) {
              fault("heights", "part " + part + " is missing in group " + group);
            }
          }
        });
  }

  private boolean agrees(Height row) {
    if (block == null) {
      return true;
    }
    AppliedHeight marker = row.marker();
    return marker.getBlockHash().equals(block.getHash())
        && marker.getAppHash().equals(block.getAppHash())
        && marker.hasTime() == block.hasTime()
        && marker.getTime().equals(block.getTime())
        && row.txCount() == Integer.toUnsignedLong(block.getTxCount());
  }

  /** Its records, as all stores have them. */
  List<CopyRecord> unit() {
    for (SqlFault fault : faults.values()) {
      throw new StorageException.Corruption(
          String.format("block %d: %s %s", height, fault.table(), fault.what()), null);
    }
    List<CopyRecord> unit = new ArrayList<>();
    unit.add(CopyRecord.of(RecordType.BLOCK, Keys.chain(height, RecordType.BLOCK, 0), block));
    for (RecordType type : List.of(RecordType.TRANSACTION, RecordType.RESULT, RecordType.LOG)) {
      for (int from = 0; from < txs.size(); from += DiskStore.SLICE_LENGTH) {
        unit.add(slice(type, from));
      }
    }
    if (seal != null) {
      unit.add(CopyRecord.of(RecordType.SEAL, Keys.height(height), seal));
    }
    unit.add(CopyRecord.of(RecordType.MARKER, Keys.chain(height, RecordType.MARKER, 0), marker()));
    return unit;
  }

  private CopyRecord slice(RecordType type, int from) {
    byte[] key = Keys.chain(height, type, from / DiskStore.SLICE_LENGTH);
    int to = Math.min(txs.size(), from + DiskStore.SLICE_LENGTH);
    TransactionSlice.Builder bytes = TransactionSlice.newBuilder();
    ResultSlice.Builder given = ResultSlice.newBuilder();
    LogSlice.Builder events = LogSlice.newBuilder();
    for (long i = from; i < to; i++) {
      bytes.addTxs(txs.get(i).bytes());
      given.addResults(results.get(i).result());
      events.addLogs(logOf(i));
    }
    return switch (type) {
      case TRANSACTION -> CopyRecord.of(type, key, bytes.build());
      case RESULT -> CopyRecord.of(type, key, given.build());
      default -> CopyRecord.of(type, key, events.build());
    };
  }
}
