package dev.varve.storage.engine;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import dev.varve.storage.BlockBatch;
import dev.varve.storage.Envelope;
import dev.varve.storage.StateWrite;
import dev.varve.storage.StorageException;
import dev.varve.storage.record.BlockRecord;
import dev.varve.storage.record.LogSlice;
import dev.varve.storage.record.ResultSlice;
import dev.varve.storage.record.StateRecord;
import dev.varve.storage.record.TransactionSlice;
import dev.varve.storage.record.TxLog;
import dev.varve.storage.record.TxResult;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Reads a block back from the payload of a log entry; made anew for each. */
final class BatchDecoder {
  private final byte[] payload;
  private final List<ByteString> txs = new ArrayList<>();
  private final List<ByteString> hashes = new ArrayList<>();
  private final List<TxResult> results = new ArrayList<>();
  private final List<TxLog> logs = new ArrayList<>();
  private final List<StateWrite> writes = new ArrayList<>();
  private final Map<String, ByteString> meta = new HashMap<>();
  private BlockRecord block = BlockRecord.getDefaultInstance();
  private ByteString commitment = ByteString.EMPTY;

  private BatchDecoder(byte[] payload) {
    this.payload = payload;
  }

  /**
   * The block that a payload was made of.
   *
   * @throws StorageException.Corruption when the bytes are no block of a known version
   */
  static BlockBatch decode(byte[] payload) {
    BatchDecoder decoder = new BatchDecoder(payload);
    try {
      return decoder.decode();
    } catch (IllegalArgumentException e) {
      throw new StorageException.Corruption("log entry does not agree: " + e.getMessage(), e);
    }
  }

  private BlockBatch decode() {
    if (payload.length < BatchCodec.HEADER_BYTES || payload[0] != BatchCodec.VERSION) {
      throw new StorageException.Corruption(
          "log entry of "
              + payload.length
              + " bytes has version "
              + (payload.length == 0 ? "none" : payload[0] & 0xff)
              + ", known is "
              + BatchCodec.VERSION,
          null);
    }
    ByteBuffer header = ByteBuffer.wrap(payload, 1, BatchCodec.HEADER_BYTES - 1);
    long height = header.getLong();
    long floor = header.getLong();
    int records = header.getInt();
    int at = BatchCodec.HEADER_BYTES;
    for (int i = 0; i < records; i++) {
      LogRecord next = LogRecord.read(payload, at);
      if (next.isCut()) {
        throw new StorageException.Corruption(
            "log entry of block " + height + " ends within a record", null);
      }
      take(next);
      at = next.end();
    }
    if (at != payload.length || block.getHeight() != height) {
      throw new StorageException.Corruption(
          "log entry of block " + height + " holds block " + block.getHeight(), null);
    }
    return new BlockBatch(block, txs, hashes, results, logs, writes, commitment, floor, meta);
  }

  private void take(LogRecord next) {
    switch (next.type()) {
      case BLOCK -> block = parse(next, BlockRecord.parser());
      case TRANSACTION -> txs.addAll(parse(next, TransactionSlice.parser()).getTxsList());
      case RESULT -> results.addAll(parse(next, ResultSlice.parser()).getResultsList());
      case LOG -> logs.addAll(parse(next, LogSlice.parser()).getLogsList());
      case STATE -> writes.add(write(next));
      case INDEX -> hashes.add(hash(next));
      case COMMITMENT -> commitment = open(next);
      case META -> meta.put(new String(next.key(), UTF_8), open(next));
      default ->
          throw new StorageException.Corruption(
              "log entry holds a " + next.type() + " record", null);
    }
  }

  private static ByteString hash(LogRecord next) {
    open(next); // its checksum covers the hash, which is its key
    return ByteString.copyFrom(next.key());
  }

  private StateWrite write(LogRecord next) {
    ByteString key = ByteString.copyFrom(next.key());
    if (next.deleted()) {
      // A delete carries no height of its own: it is the block's.
      return new StateWrite(key, null, block.getHeight());
    }
    StateRecord state = parse(next, StateRecord.parser());
    return new StateWrite(key, state.getValue(), state.getHeight());
  }

  private static <M extends MessageLite> M parse(LogRecord next, Parser<M> parser) {
    return Envelope.open(next.type(), next.key(), next.value(), parser);
  }

  private static ByteString open(LogRecord next) {
    return Envelope.open(next.type(), next.key(), next.value());
  }
}
