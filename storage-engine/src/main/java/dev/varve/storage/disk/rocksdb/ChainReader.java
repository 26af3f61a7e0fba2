package dev.varve.storage.disk.rocksdb;

import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import dev.varve.storage.Keys;
import dev.varve.storage.RecordType;
import dev.varve.storage.disk.ChainFloor;
import dev.varve.storage.record.BlockRecord;
import dev.varve.storage.record.LogSlice;
import dev.varve.storage.record.ResultSlice;
import dev.varve.storage.record.TransactionSlice;
import dev.varve.storage.record.TxLog;
import dev.varve.storage.record.TxResult;
import java.util.List;
import java.util.Optional;

/** Reads blocks and their slices, as far as they are kept. Threads: any. */
final class ChainReader {
  private final Records records;
  private final ChainFloor floor;

  ChainReader(Records records, ChainFloor floor) {
    this.records = records;
    this.floor = floor;
  }

  Optional<BlockRecord> block(long height) {
    return find(RecordType.BLOCK, height, 0, BlockRecord.parser());
  }

  List<ByteString> transactions(long height, int slice) {
    return find(RecordType.TRANSACTION, height, slice, TransactionSlice.parser())
        .map(TransactionSlice::getTxsList)
        .orElse(List.of());
  }

  List<TxResult> results(long height, int slice) {
    return find(RecordType.RESULT, height, slice, ResultSlice.parser())
        .map(ResultSlice::getResultsList)
        .orElse(List.of());
  }

  List<TxLog> logs(long height, int slice) {
    return find(RecordType.LOG, height, slice, LogSlice.parser())
        .map(LogSlice::getLogsList)
        .orElse(List.of());
  }

  private <M extends MessageLite> Optional<M> find(
      RecordType type, long height, int slice, Parser<M> parser) {
    return floor.keeps(height)
        ? records.find(type, Keys.chain(height, type, slice), parser)
        : Optional.empty();
  }
}
