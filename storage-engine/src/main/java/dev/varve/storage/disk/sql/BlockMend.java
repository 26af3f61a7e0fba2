package dev.varve.storage.disk.sql;

import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import dev.varve.storage.BlockBatch;
import dev.varve.storage.Keys;
import dev.varve.storage.RecordType;
import dev.varve.storage.disk.Sha256;
import dev.varve.storage.disk.copy.CopyRecord;
import dev.varve.storage.disk.copy.EmbeddedRecords;
import dev.varve.storage.record.AppliedHeight;
import dev.varve.storage.record.BlockRecord;
import dev.varve.storage.record.TxLog;
import dev.varve.storage.record.TxResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Puts a block together from the rows that are sound, the ledger's own store, and a supplied block,
 * and proves what it can. Threads: one.
 */
final class BlockMend {
  private final StoredBlock stored;
  private final Optional<SuppliedBlock> supplied;
  private final EmbeddedRecords ledger;
  private final Checksums checksums = new Checksums();
  private final long height;

  /** Why a block cannot be put together, in words for people. */
  static final class NotPossible extends Exception {
    private static final long serialVersionUID = 1L;

    NotPossible(String why) {
      super(why);
    }
  }

  BlockMend(StoredBlock stored, Optional<SuppliedBlock> supplied, EmbeddedRecords ledger) {
    this.stored = stored;
    this.supplied = supplied;
    this.ledger = ledger;
    this.height = stored.height();
  }

  /** The rows of the block. */
  BlockRows rows() throws NotPossible {
    Optional<AppliedHeight> marker = marker();
    BlockRecord block = block(marker);
    int count = block.getTxCount();
    if (supplied.isPresent()) {
      requireSame("block hash", supplied.get().block().getHash(), block.getHash());
      if (supplied.get().txs().size() != count) {
        throw new NotPossible(
            "what was supplied has "
                + supplied.get().txs().size()
                + " transactions, due are "
                + count);
      }
    }
    List<ByteString> txs = new ArrayList<>();
    List<ByteString> hashes = new ArrayList<>();
    List<TxResult> results = new ArrayList<>();
    List<TxLog> logs = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      txs.add(tx(i));
      hashes.add(Sha256.of(txs.get(i)));
      results.add(result(i));
      logs.add(log(i));
    }
    BlockBatch batch =
        new BlockBatch(block, txs, hashes, results, logs, List.of(), ByteString.EMPTY, 0, Map.of());
    return new BlockRows(batch, checksums, marker.orElseGet(batch::marker));
  }

  private void requireSame(String what, ByteString one, ByteString other) throws NotPossible {
    if (!one.equals(other)) {
      throw new NotPossible("what was supplied has another " + what);
    }
  }

  /**
   * The marker that a part still has, else that of the log; else the ledger's own, whose checksum
   * is of another kind: then it is not known.
   */
  private Optional<AppliedHeight> marker() throws NotPossible {
    AppliedHeight known = stored.knownMarker();
    Optional<AppliedHeight> logged =
        supplied.flatMap(SuppliedBlock::batch).map(b -> new BlockRows(b, checksums).marker());
    if (known != null) {
      if (logged.isPresent() && known.getBatchCrc() != 0 && !logged.get().equals(known)) {
        throw new NotPossible("the fallback log has another block than the table heights");
      }
      return Optional.of(known);
    }
    if (logged.isPresent()) {
      return logged;
    }
    return ledger
        .find(RecordType.MARKER, chainKey(RecordType.MARKER))
        .map(record -> record.parse(AppliedHeight.parser()).toBuilder().clearBatchCrc().build());
  }

  private ByteString chainKey(RecordType type) {
    return ByteString.copyFrom(Keys.chain(height, type, 0));
  }

  private BlockRecord block(Optional<AppliedHeight> marker) throws NotPossible {
    if (stored.block() != null) {
      return stored.block();
    }
    Optional<CopyRecord> kept = ledger.find(RecordType.BLOCK, chainKey(RecordType.BLOCK));
    if (kept.isPresent()) {
      BlockRecord block = kept.get().parse(BlockRecord.parser());
      return agreed(block.toBuilder().setTxCount(count()).build(), marker);
    }
    if (supplied.isEmpty()) {
      throw new NotPossible("the block itself is needed from elsewhere");
    }
    BlockRecord block = supplied.get().block();
    if (block.getAppHash().isEmpty() && marker.isPresent()) {
      block = block.toBuilder().setAppHash(marker.get().getAppHash()).build();
    }
    return agreed(block.toBuilder().setTxCount(count()).build(), marker);
  }

  /**
   * How many transactions a block has whose own row is lost: never by the rows that are left, as
   * there is no telling how many are not.
   */
  private int count() throws NotPossible {
    OptionalLong told = stored.knownCount();
    if (supplied.isEmpty() && told.isEmpty()) {
      throw new NotPossible("the number of its transactions is needed from elsewhere");
    }
    long count = supplied.isPresent() ? supplied.get().txs().size() : told.getAsLong();
    if (told.isPresent() && told.getAsLong() != count) {
      throw new NotPossible(
          "what was supplied has " + count + " transactions, heights tell " + told.getAsLong());
    }
    if (stored.leastCount() > count) {
      throw new NotPossible(
          "rows of " + stored.leastCount() + " transactions are there, due are " + count);
    }
    return (int) count;
  }

  private static BlockRecord agreed(BlockRecord block, Optional<AppliedHeight> marker)
      throws NotPossible {
    if (marker.isPresent()
        && !(marker.get().getBlockHash().equals(block.getHash())
            && marker.get().getAppHash().equals(block.getAppHash()))) {
      throw new NotPossible("another block hash or app hash stands in heights");
    }
    return block;
  }

  private SuppliedBlock needed(String what) throws NotPossible {
    return supplied.orElseThrow(() -> new NotPossible(what + " is needed from elsewhere"));
  }

  private ByteString tx(int index) throws NotPossible {
    StoredBlock.Tx row = stored.txs().get((long) index);
    if (row != null
        && checksums.transaction(height, index, row.bytes()) == row.crc()
        && Sha256.of(row.bytes()).equals(row.hash())) {
      return row.bytes();
    }
    ByteString bytes;
    if (row != null && supplied.isEmpty() && isOtherwiseSound(row, index)) {
      bytes = row.bytes();
    } else {
      bytes = needed("transaction " + index).txs().get(index);
    }
    StoredBlock.Result result = stored.results().get((long) index);
    ByteString hash = Sha256.of(bytes);
    boolean proven =
        row == null
            || checksums.transaction(height, index, bytes) == row.crc()
            || row.bytes().equals(bytes)
            || hash.equals(row.hash())
            || (result != null && hash.equals(result.hash()));
    if (!proven) {
      throw new NotPossible(
          "what was supplied as transaction " + index + " has neither checksum nor hash of it");
    }
    return bytes;
  }

  /** Only its hash, which follows from it, was altered. */
  private boolean isOtherwiseSound(StoredBlock.Tx row, int index) {
    return checksums.transaction(height, index, row.bytes()) == row.crc();
  }

  private TxResult result(int index) throws NotPossible {
    StoredBlock.Result row = stored.results().get((long) index);
    if (row != null && crc(RecordType.RESULT, index, row.result()) == row.crc()) {
      return row.result();
    }
    TxResult result = needed("result " + index).results().get(index);
    if (row != null
        && crc(RecordType.RESULT, index, result) != row.crc()
        && !result.equals(row.result())) {
      throw new NotPossible("what was supplied as result " + index + " has another checksum");
    }
    return result;
  }

  private TxLog log(int index) throws NotPossible {
    StoredBlock.Result row = stored.results().get((long) index);
    TxLog held = stored.log(index).build();
    boolean isKnown = row != null && crc(RecordType.RESULT, index, row.result()) == row.crc();
    if (row != null && crc(RecordType.LOG, index, held) == row.logCrc()) {
      return held;
    }
    TxLog log = needed("the log of transaction " + index).logs().get(index);
    if (isKnown && crc(RecordType.LOG, index, log) != row.logCrc() && !log.equals(held)) {
      throw new NotPossible(
          "what was supplied as log of transaction " + index + " has another checksum");
    }
    return log;
  }

  private int crc(RecordType type, int index, MessageLite message) {
    return checksums.ofTransaction(type, height, index, message);
  }
}
