package dev.varve.storage.engine;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import dev.varve.fallback.KeyIndex;
import dev.varve.fallback.LogEntry;
import dev.varve.storage.BlockBatch;
import dev.varve.storage.DiskStore;
import dev.varve.storage.Envelope;
import dev.varve.storage.Keys;
import dev.varve.storage.RecordBuffer;
import dev.varve.storage.RecordType;
import dev.varve.storage.StateWrite;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Encodes a block as the payload of one log entry, with an index of its records. The bytes are
 * drawn in the package description; equal batches give equal bytes. Threads: one at a time.
 */
final class BatchCodec {
  static final byte VERSION = 1;
  static final int HEADER_BYTES = 21;

  /** Set in a record's type byte: the key is deleted, and there is no value. */
  static final int DELETED = 0x80;

  // The head of an entry, the block's own record in it, seldom takes more.
  private static final int HEAD_ROOM = 1 << 16;

  private final RecordBuffer entry = new RecordBuffer(1 << 20);
  private final RecordBuffer head = new RecordBuffer(1 << 12);
  private final KeyIndex entryKeys = new KeyIndex(1 << 12);
  private final KeyIndex headKeys = new KeyIndex(1);
  private final KeyIndex allKeys = new KeyIndex(1 << 12);
  // Where the next record goes.
  private RecordBuffer out = entry;
  private KeyIndex index = entryKeys;

  /** The entry of a block; valid until the next call. */
  LogEntry encode(BlockBatch batch) {
    begin(batch);
    return complete(batch);
  }

  /** Encodes what {@link #complete} finds done, which is what follows from a draft alone. */
  void begin(BlockBatch draft) {
    entry.reset();
    entryKeys.clear();
    entry.skip(HEAD_ROOM);
    slices(draft);
    for (StateWrite write : draft.stateWrites()) {
      state(write);
    }
    for (int i = 0; i < draft.txHashes().size(); i++) {
      location(draft, i);
    }
  }

  /** The entry of the block that was begun; valid until the next call. */
  LogEntry complete(BlockBatch batch) {
    long height = batch.height();
    value(RecordType.COMMITMENT, Keys.height(height), batch.commitment());
    for (Map.Entry<String, ByteString> meta : new TreeMap<>(batch.meta()).entrySet()) {
      value(RecordType.META, meta.getKey().getBytes(UTF_8), meta.getValue());
    }
    int from = entry.putBefore(HEAD_ROOM, head(batch, 1 + entryKeys.pairs()));
    allKeys.clear();
    allKeys.addAll(headKeys, 0);
    // Those of the entry were told from the buffer's start.
    allKeys.addAll(entryKeys, head.position() - HEAD_ROOM);
    return new LogEntry(height, entry.array(), from, entry.position() - from, allKeys);
  }

  private RecordBuffer head(BlockBatch batch, int records) {
    head.reset();
    headKeys.clear();
    head.writeByte(VERSION);
    head.writeLong(batch.height());
    head.writeLong(batch.commitmentFloor());
    head.writeInt(records);
    out = head;
    index = headKeys;
    message(RecordType.BLOCK, Keys.chain(batch.height(), RecordType.BLOCK, 0), batch.block());
    out = entry;
    index = entryKeys;
    return head;
  }

  /** Whether a payload is what {@code batch} encodes to. */
  boolean matches(BlockBatch batch, byte[] payload) {
    LogEntry encoded = encode(batch);
    int from = encoded.offset();
    return Arrays.equals(
        payload, 0, payload.length, encoded.payload(), from, from + encoded.length());
  }

  private void slices(BlockBatch batch) {
    long height = batch.height();
    int length = batch.txs().size();
    for (int from = 0, slice = 0; from < length; from += DiskStore.SLICE_LENGTH, slice++) {
      List<ByteString> txs = batch.txs().subList(from, end(from, length));
      byte[] key = Keys.chain(height, RecordType.TRANSACTION, slice);
      int keyAt = key(RecordType.TRANSACTION, key, RecordBuffer.byteStringsSize(txs));
      int valueAt = out.beginValue();
      out.writeByteStrings(txs);
      out.endValue(RecordType.TRANSACTION, keyAt, key.length, valueAt);
    }
    for (int from = 0, slice = 0; from < length; from += DiskStore.SLICE_LENGTH, slice++) {
      messages(RecordType.RESULT, height, slice, batch.results().subList(from, end(from, length)));
    }
    for (int from = 0, slice = 0; from < length; from += DiskStore.SLICE_LENGTH, slice++) {
      messages(RecordType.LOG, height, slice, batch.logs().subList(from, end(from, length)));
    }
  }

  private static int end(int from, int length) {
    return Math.min(length, from + DiskStore.SLICE_LENGTH);
  }

  private void messages(
      RecordType type, long height, int slice, List<? extends MessageLite> items) {
    byte[] key = Keys.chain(height, type, slice);
    int keyAt = key(type, key, RecordBuffer.messagesSize(items));
    int valueAt = out.beginValue();
    out.writeMessages(items);
    out.endValue(type, keyAt, key.length, valueAt);
  }

  private void message(RecordType type, byte[] key, MessageLite message) {
    int keyAt = key(type, key, message.getSerializedSize());
    int valueAt = out.beginValue();
    out.writeMessage(message);
    out.endValue(type, keyAt, key.length, valueAt);
  }

  private void value(RecordType type, byte[] key, ByteString value) {
    int keyAt = key(type, key, value.size());
    int valueAt = out.beginValue();
    out.writeBytes(value);
    out.endValue(type, keyAt, key.length, valueAt);
  }

  private void state(StateWrite write) {
    byte[] key = write.key().toByteArray();
    if (write.isDelete()) {
      index(RecordType.STATE, key);
      out.writeByte(RecordType.STATE.code() | DELETED);
      out.writeVarint(key.length);
      out.writeBytes(key);
      return;
    }
    int keyAt = key(RecordType.STATE, key, RecordBuffer.stateSize(write.height(), write.value()));
    int valueAt = out.beginValue();
    out.writeState(write.height(), write.value());
    out.endValue(RecordType.STATE, keyAt, key.length, valueAt);
  }

  private void location(BlockBatch batch, int position) {
    byte[] key = batch.txHashes().get(position).toByteArray();
    boolean success = batch.results().get(position).getCode() == 0;
    int size = RecordBuffer.locationSize(batch.height(), position, success);
    int keyAt = key(RecordType.INDEX, key, size);
    int valueAt = out.beginValue();
    out.writeLocation(batch.height(), position, success);
    out.endValue(RecordType.INDEX, keyAt, key.length, valueAt);
  }

  private int key(RecordType type, byte[] key, int payloadBytes) {
    index(type, key);
    out.writeByte(type.code());
    out.writeVarint(key.length);
    int keyAt = out.position();
    out.writeBytes(key);
    out.writeVarint(Envelope.HEADER_BYTES + payloadBytes);
    return keyAt;
  }

  private void index(RecordType type, byte[] key) {
    index.add(LogRecord.hash(type, key), out.position());
  }
}
