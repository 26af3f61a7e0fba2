package dev.varve.storage.engine;

import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import dev.varve.storage.Keys;
import dev.varve.storage.RecordBuffer;
import dev.varve.storage.RecordType;
import java.util.List;

/** Makes records as memory keeps them, in the envelope disk has them in. Threads: one at a time. */
final class RecordEncoder {
  private final RecordBuffer buffer = new RecordBuffer(1 << 16);

  StoredRecord transactions(long height, int slice, List<ByteString> txs) {
    byte[] key =
        Keys.typed(RecordType.TRANSACTION, Keys.chain(height, RecordType.TRANSACTION, slice));
    int valueAt = begin(key);
    buffer.writeByteStrings(txs);
    return end(RecordType.TRANSACTION, key, valueAt);
  }

  /** Results or logs. */
  StoredRecord slice(RecordType type, long height, int slice, List<? extends MessageLite> items) {
    byte[] key = Keys.typed(type, Keys.chain(height, type, slice));
    int valueAt = begin(key);
    buffer.writeMessages(items);
    return end(type, key, valueAt);
  }

  StoredRecord state(ByteString stateKey, long height, ByteString value) {
    byte[] key = Keys.typed(RecordType.STATE, stateKey);
    int valueAt = begin(key);
    buffer.writeState(height, value);
    return end(RecordType.STATE, key, valueAt);
  }

  StoredRecord message(RecordType type, byte[] untypedKey, MessageLite message) {
    byte[] key = Keys.typed(type, untypedKey);
    int valueAt = begin(key);
    buffer.writeMessage(message);
    return end(type, key, valueAt);
  }

  private int begin(byte[] key) {
    buffer.reset();
    buffer.writeBytes(key);
    return buffer.beginValue();
  }

  private StoredRecord end(RecordType type, byte[] key, int valueAt) {
    buffer.endValue(type, 1, key.length - 1, valueAt);
    return new StoredRecord(key, buffer.copy(valueAt, buffer.position()));
  }
}
