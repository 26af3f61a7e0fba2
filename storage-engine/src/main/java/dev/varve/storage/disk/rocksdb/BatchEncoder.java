package dev.varve.storage.disk.rocksdb;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import dev.varve.storage.BlockBatch;
import dev.varve.storage.DiskStore;
import dev.varve.storage.Envelope;
import dev.varve.storage.Keys;
import dev.varve.storage.RecordBuffer;
import dev.varve.storage.RecordType;
import dev.varve.storage.StateWrite;
import dev.varve.storage.disk.BlockUndo;
import dev.varve.storage.disk.UndoMaker;
import dev.varve.storage.record.AppliedHeight;
import dev.varve.storage.record.DeletionRecord;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * Encodes blocks as RocksDB's serialised {@code WriteBatch}, since a call per record costs four
 * times as much: 8 bytes sequence (0) and 4 bytes count, little-endian, then the records.
 *
 * <p>Hashes and keys are sorted first: neighbours in a memory table are cheaper to insert. Threads:
 * one at a time.
 */
final class BatchEncoder {
  private static final int HEADER_BYTES = 12;
  private static final int COUNT_AT = 8;
  private static final int HASH_BYTES = 32;
  // A range deletion for each block would slow every scan; one in so many blocks does not.
  private static final long DELETE_STRIDE = 1024;

  private final RecordBuffer out = new RecordBuffer(1 << 20);
  private final int[] ids;
  private int count;
  private long deletedBelow;
  // Of the block added last.
  private byte[][] stateKeys;
  private int[] stateOrder;

  /** {@code ids}: RocksDB's number of each family, by slot. */
  BatchEncoder(int[] ids) {
    this.ids = ids.clone();
  }

  void begin() {
    out.reset();
    out.writeLong(0);
    out.writeInt(0);
    count = 0;
  }

  boolean isEmpty() {
    return count == 0;
  }

  int bytes() {
    return out.position();
  }

  byte[] finish() {
    out.setIntLittleEndian(COUNT_AT, count);
    return out.copy(0, out.position());
  }

  /** Appends one record. */
  void put(RecordType type, byte[] key, ByteString payload) {
    value(ColumnFamily.of(type), type, key, payload);
  }

  /** Appends the deletion of one record. */
  void delete(RecordType type, byte[] key) {
    key(WriteTag.DELETE, ColumnFamily.of(type), key);
  }

  /** The marker that {@link #add} would write for the batch. */
  AppliedHeight marker(BlockBatch batch) {
    begin();
    addContent(batch);
    return marker(batch, out.checksum(HEADER_BYTES));
  }

  /**
   * Appends one block and returns its marker.
   *
   * @param succeeded whether a transaction hash has an earlier successful inclusion
   * @param undo makes what is kept of the state before the block; null keeps nothing
   */
  AppliedHeight add(BlockBatch batch, Predicate<ByteString> succeeded, UndoMaker undo) {
    int start = out.position();
    addContent(batch);
    AppliedHeight marker = marker(batch, out.checksum(start));
    addIndex(batch, succeeded);
    if (undo == null) {
      deleteCommitments(batch.commitmentFloor());
    } else {
      addUndo(batch.height(), undo.make(batch, stateKeys, stateOrder));
    }
    long height = batch.height();
    message(
        ColumnFamily.CHAIN, RecordType.MARKER, Keys.chain(height, RecordType.MARKER, 0), marker);
    return marker;
  }

  // Depends on the batch alone, not on what the store holds: its checksum identifies the batch.
  private void addContent(BlockBatch batch) {
    long height = batch.height();
    int length = batch.txs().size();
    for (int from = 0, slice = 0; from < length; from += DiskStore.SLICE_LENGTH, slice++) {
      int to = Math.min(length, from + DiskStore.SLICE_LENGTH);
      transactions(height, slice, batch.txs().subList(from, to));
    }
    for (int from = 0, slice = 0; from < length; from += DiskStore.SLICE_LENGTH, slice++) {
      int to = Math.min(length, from + DiskStore.SLICE_LENGTH);
      messages(height, RecordType.RESULT, slice, batch.results().subList(from, to));
    }
    for (int from = 0, slice = 0; from < length; from += DiskStore.SLICE_LENGTH, slice++) {
      int to = Math.min(length, from + DiskStore.SLICE_LENGTH);
      messages(height, RecordType.LOG, slice, batch.logs().subList(from, to));
    }
    message(
        ColumnFamily.CHAIN,
        RecordType.BLOCK,
        Keys.chain(height, RecordType.BLOCK, 0),
        batch.block());
    byte[] heightKey = Keys.height(height);
    value(ColumnFamily.COMMITMENT, RecordType.COMMITMENT, heightKey, batch.commitment());
    for (Map.Entry<String, ByteString> meta : new TreeMap<>(batch.meta()).entrySet()) {
      value(ColumnFamily.META, RecordType.META, meta.getKey().getBytes(UTF_8), meta.getValue());
    }
    state(batch.stateWrites());
  }

  private void transactions(long height, int slice, List<ByteString> txs) {
    byte[] key = Keys.chain(height, RecordType.TRANSACTION, slice);
    int keyAt = put(ColumnFamily.CHAIN, key, RecordBuffer.byteStringsSize(txs));
    int valueAt = out.beginValue();
    out.writeByteStrings(txs);
    out.endValue(RecordType.TRANSACTION, keyAt, key.length, valueAt);
  }

  private void messages(
      long height, RecordType type, int slice, List<? extends MessageLite> items) {
    byte[] key = Keys.chain(height, type, slice);
    int keyAt = put(ColumnFamily.CHAIN, key, RecordBuffer.messagesSize(items));
    int valueAt = out.beginValue();
    out.writeMessages(items);
    out.endValue(type, keyAt, key.length, valueAt);
  }

  private void message(ColumnFamily family, RecordType type, byte[] key, MessageLite message) {
    int keyAt = put(family, key, message.getSerializedSize());
    int valueAt = out.beginValue();
    out.writeMessage(message);
    out.endValue(type, keyAt, key.length, valueAt);
  }

  private void value(ColumnFamily family, RecordType type, byte[] key, ByteString value) {
    int keyAt = put(family, key, value.size());
    int valueAt = out.beginValue();
    out.writeBytes(value);
    out.endValue(type, keyAt, key.length, valueAt);
  }

  private void state(List<StateWrite> writes) {
    byte[][] keys = new byte[writes.size()][];
    for (int i = 0; i < keys.length; i++) {
      keys[i] = writes.get(i).key().toByteArray();
    }
    stateKeys = keys;
    stateOrder = SortOrder.ofKeys(keys);
    for (int index : stateOrder) {
      StateWrite write = writes.get(index);
      byte[] key = keys[index];
      if (write.isDelete()) {
        key(WriteTag.DELETE, ColumnFamily.STATE, key);
      } else {
        int size = RecordBuffer.stateSize(write.height(), write.value());
        int keyAt = put(ColumnFamily.STATE, key, size);
        int valueAt = out.beginValue();
        out.writeState(write.height(), write.value());
        out.endValue(RecordType.STATE, keyAt, key.length, valueAt);
      }
    }
  }

  private void addIndex(BlockBatch batch, Predicate<ByteString> succeeded) {
    byte[][] hashes = hashes(batch.txHashes());
    int[] order = SortOrder.ofKeys(hashes);
    for (int i = 0; i < order.length; i++) {
      int index = order[i];
      boolean success = batch.results().get(index).getCode() == 0;
      if (!success
          && (succeededBefore(batch, hashes, order, i)
              || succeeded.test(batch.txHashes().get(index)))) {
        continue;
      }
      int size = RecordBuffer.locationSize(batch.height(), index, success);
      int keyAt = put(ColumnFamily.INDEX, hashes[index], size);
      int valueAt = out.beginValue();
      out.writeLocation(batch.height(), index, success);
      out.endValue(RecordType.INDEX, keyAt, HASH_BYTES, valueAt);
    }
  }

  private void addUndo(long height, BlockUndo undo) {
    message(ColumnFamily.HISTORY, RecordType.HISTORY, Keys.height(height), undo.history());
    for (int slice = 0; slice < undo.slices(); slice++) {
      byte[] key = undo.key(slice);
      int keyAt = put(ColumnFamily.HISTORY, key, undo.size(slice));
      int valueAt = out.beginValue();
      undo.write(slice, out);
      out.endValue(RecordType.UNDO, keyAt, key.length, valueAt);
    }
    DeletionRecord deletion = DeletionRecord.newBuilder().setHeight(height).build();
    for (byte[] key : undo.deletedKeys()) {
      message(ColumnFamily.DELETION, RecordType.DELETION, key, deletion);
    }
  }

  // Equal hashes are neighbours, in the order of their inclusion.
  private static boolean succeededBefore(BlockBatch batch, byte[][] hashes, int[] order, int at) {
    byte[] hash = hashes[order[at]];
    for (int i = at - 1; i >= 0 && Arrays.equals(hashes[order[i]], hash); i--) {
      if (batch.results().get(order[i]).getCode() == 0) {
        return true;
      }
    }
    return false;
  }

  private static byte[][] hashes(List<ByteString> txHashes) {
    byte[][] hashes = new byte[txHashes.size()][];
    for (int i = 0; i < hashes.length; i++) {
      hashes[i] = txHashes.get(i).toByteArray();
      if (hashes[i].length != HASH_BYTES) {
        throw new IllegalArgumentException(
            "transaction hash of " + hashes[i].length + " bytes, allowed are " + HASH_BYTES);
      }
    }
    return hashes;
  }

  private void deleteCommitments(long floor) {
    if (floor - deletedBelow < DELETE_STRIDE) {
      return;
    }
    deleteBelow(RecordType.COMMITMENT, floor);
    deletedBelow = floor;
  }

  /** Appends the deletion of all records below a height in the family of a type. */
  void deleteBelow(RecordType type, long height) {
    key(WriteTag.DELETE_RANGE, ColumnFamily.of(type), Keys.height(0));
    out.writeVarint(8);
    out.writeBytes(Keys.height(height));
  }

  private int put(ColumnFamily family, byte[] key, int payloadBytes) {
    int keyAt = key(WriteTag.PUT, family, key);
    out.writeVarint(Envelope.HEADER_BYTES + payloadBytes);
    return keyAt;
  }

  private int key(WriteTag tag, ColumnFamily family, byte[] key) {
    int keyAt = begin(tag, family, key.length);
    out.writeBytes(key);
    return keyAt;
  }

  private int begin(WriteTag tag, ColumnFamily family, int keyBytes) {
    count++;
    int id = ids[family.slot()];
    out.writeByte(tag.forFamily(id));
    if (id != 0) {
      out.writeVarint(id);
    }
    out.writeVarint(keyBytes);
    return out.position();
  }

  private static AppliedHeight marker(BlockBatch batch, int crc) {
    return batch.marker().toBuilder().setBatchCrc(crc).build();
  }

  /** Tags of RocksDB's write batch: in the default family, and in a numbered one. */
  private enum WriteTag {
    PUT(0x1, 0x5),
    DELETE(0x0, 0x4),
    DELETE_RANGE(0xf, 0xe);

    private final int plain;
    private final int numbered;

    WriteTag(int plain, int numbered) {
      this.plain = plain;
      this.numbered = numbered;
    }

    int forFamily(int id) {
      return id == 0 ? plain : numbered;
    }
  }
}
