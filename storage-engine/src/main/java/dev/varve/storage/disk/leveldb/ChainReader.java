package dev.varve.storage.disk.leveldb;

import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import dev.varve.storage.DiskStore;
import dev.varve.storage.Keys;
import dev.varve.storage.RecordType;
import dev.varve.storage.StorageException;
import dev.varve.storage.disk.ChainFloor;
import dev.varve.storage.record.BlockRecord;
import dev.varve.storage.record.LogSlice;
import dev.varve.storage.record.ResultSlice;
import dev.varve.storage.record.TransactionSlice;
import dev.varve.storage.record.TxLog;
import dev.varve.storage.record.TxResult;
import java.util.List;
import java.util.Optional;
import java.util.function.LongPredicate;

/** Reads blocks and their slices, and tells what is missing from what is not there. */
final class ChainReader {
  private final Records records;
  private final LongPredicate held;
  private final ChainFloor floor;

  /** {@code held}: whether the store holds the block of a height. */
  ChainReader(Records records, LongPredicate held, ChainFloor floor) {
    this.records = records;
    this.held = held;
    this.floor = floor;
  }

  Optional<BlockRecord> block(long height) {
    if (!floor.keeps(height)) {
      return Optional.empty();
    }
    byte[] key = Keys.chain(height, RecordType.BLOCK, 0);
    boolean required = held.test(height);
    Optional<BlockRecord> block = records.find(RecordType.BLOCK, key, BlockRecord.parser());
    if (block.isEmpty() && required && held.test(height) && floor.keeps(height)) {
      throw records.missing(RecordType.BLOCK, key);
    }
    return block;
  }

  /** Reads the chain records of a block, unless they were dropped. */
  void require(long height) {
    try {
      if (floor.keeps(height)) {
        records.requireBlock(height, DiskStore.SLICE_LENGTH);
      }
    } catch (StorageException.Corruption e) {
      // It may have been dropped meanwhile.
      if (floor.keeps(height)) {
        throw e;
      }
    }
  }

  List<ByteString> transactions(long height, int slice) {
    return slice(RecordType.TRANSACTION, height, slice, TransactionSlice.parser())
        .map(TransactionSlice::getTxsList)
        .orElse(List.of());
  }

  List<TxResult> results(long height, int slice) {
    return slice(RecordType.RESULT, height, slice, ResultSlice.parser())
        .map(ResultSlice::getResultsList)
        .orElse(List.of());
  }

  List<TxLog> logs(long height, int slice) {
    return slice(RecordType.LOG, height, slice, LogSlice.parser())
        .map(LogSlice::getLogsList)
        .orElse(List.of());
  }

  private <M extends MessageLite> Optional<M> slice(
      RecordType type, long height, int slice, Parser<M> parser) {
    if (!floor.keeps(height)) {
      return Optional.empty();
    }
    byte[] key = Keys.chain(height, type, slice);
    Optional<M> found = records.find(type, key, parser);
    if (found.isEmpty()) {
      // Empty as well where the block was dropped meanwhile.
      int count = block(height).map(BlockRecord::getTxCount).orElse(0);
      if (slice >= 0 && (long) slice * DiskStore.SLICE_LENGTH < count) {
        throw records.missing(type, key);
      }
    }
    return found;
  }
}
