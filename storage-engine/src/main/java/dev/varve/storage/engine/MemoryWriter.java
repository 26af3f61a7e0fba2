package dev.varve.storage.engine;

import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import dev.varve.storage.BlockBatch;
import dev.varve.storage.DiskStore;
import dev.varve.storage.Keys;
import dev.varve.storage.MemoryStore;
import dev.varve.storage.RecordBuffer;
import dev.varve.storage.RecordType;
import dev.varve.storage.StateWrite;
import java.util.List;

/**
 * Puts records into a memory store, in the envelope disk has them in; all but the hash index and
 * what the ledger alone reads, at start. Threads: one at a time.
 */
final class MemoryWriter {
  private final RecordBuffer buffer = new RecordBuffer(1 << 16);
  private final MemoryStore memory;

  MemoryWriter(MemoryStore memory) {
    this.memory = memory;
  }

  /** Puts a block's records, and removes the state keys that it deleted. */
  void fill(BlockBatch batch) {
    long height = batch.height();
    int length = batch.txs().size();
    put(RecordType.BLOCK, Keys.chain(height, RecordType.BLOCK, 0), batch.block());
    for (int from = 0, slice = 0; from < length; from += DiskStore.SLICE_LENGTH, slice++) {
      int to = Math.min(length, from + DiskStore.SLICE_LENGTH);
      putTransactions(height, slice, batch.txs().subList(from, to));
      putSlice(RecordType.RESULT, height, slice, batch.results().subList(from, to));
      putSlice(RecordType.LOG, height, slice, batch.logs().subList(from, to));
    }
    for (StateWrite write : batch.stateWrites()) {
      fill(write);
    }
  }

  private void fill(StateWrite write) {
    byte[] key = Keys.typed(RecordType.STATE, write.key());
    if (write.isDelete()) {
      memory.remove(key);
      return;
    }
    int valueAt = begin(key);
    buffer.writeState(write.height(), write.value());
    end(RecordType.STATE, key, valueAt);
  }

  void putTransactions(long height, int slice, List<ByteString> txs) {
    byte[] key =
        Keys.typed(RecordType.TRANSACTION, Keys.chain(height, RecordType.TRANSACTION, slice));
    int valueAt = begin(key);
    buffer.writeByteStrings(txs);
    end(RecordType.TRANSACTION, key, valueAt);
  }

  void putSlice(RecordType type, long height, int slice, List<? extends MessageLite> items) {
    byte[] key = Keys.typed(type, Keys.chain(height, type, slice));
    int valueAt = begin(key);
    buffer.writeMessages(items);
    end(type, key, valueAt);
  }

  void put(RecordType type, byte[] untypedKey, MessageLite message) {
    byte[] key = Keys.typed(type, untypedKey);
    int valueAt = begin(key);
    buffer.writeMessage(message);
    end(type, key, valueAt);
  }

  private int begin(byte[] key) {
    buffer.reset();
    buffer.writeBytes(key);
    return buffer.beginValue();
  }

  private void end(RecordType type, byte[] key, int valueAt) {
    buffer.endValue(type, 1, key.length - 1, valueAt);
    memory.put(key, buffer.copy(valueAt, buffer.position()));
  }
}
