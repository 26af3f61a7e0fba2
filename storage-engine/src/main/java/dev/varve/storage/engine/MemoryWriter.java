package dev.varve.storage.engine;

import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import dev.varve.storage.BlockBatch;
import dev.varve.storage.DiskStore;
import dev.varve.storage.Keys;
import dev.varve.storage.MemoryStore;
import dev.varve.storage.RecordType;
import dev.varve.storage.StateWrite;
import java.util.List;

/**
 * Puts records into a memory store, in the envelope disk has them in; all but the hash index and
 * what the ledger alone reads, at start. Threads: one at a time.
 */
final class MemoryWriter {
  private final RecordEncoder encoder = new RecordEncoder();
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
    if (write.isDelete()) {
      memory.remove(Keys.typed(RecordType.STATE, write.key()));
    } else {
      put(encoder.state(write.key(), write.height(), write.value()));
    }
  }

  void putTransactions(long height, int slice, List<ByteString> txs) {
    put(encoder.transactions(height, slice, txs));
  }

  void putSlice(RecordType type, long height, int slice, List<? extends MessageLite> items) {
    put(encoder.slice(type, height, slice, items));
  }

  void put(RecordType type, byte[] untypedKey, MessageLite message) {
    put(encoder.message(type, untypedKey, message));
  }

  private void put(StoredRecord record) {
    memory.put(record.key(), record.value());
  }
}
