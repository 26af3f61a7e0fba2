package dev.varve.storage.disk.leveldb;

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
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.zip.CRC32C;
import org.iq80.leveldb.WriteBatch;

/** The entries that blocks become; all of a block lie in one write batch, the markers last. */
final class BlockEntries implements Database.Entries {
  private final List<byte[]> keys = new ArrayList<>();
  // Null deletes the key.
  private final List<byte[]> values = new ArrayList<>();
  private final RecordBuffer buffer = new RecordBuffer(1 << 16);
  private final CRC32C crc = new CRC32C();
  private long bytes;

  boolean isEmpty() {
    return keys.isEmpty();
  }

  /** Bytes of keys and values. */
  long bytes() {
    return bytes;
  }

  @Override
  public void addTo(WriteBatch batch) {
    for (int i = 0; i < keys.size(); i++) {
      if (values.get(i) == null) {
        batch.delete(keys.get(i));
      } else {
        batch.put(keys.get(i), values.get(i));
      }
    }
  }

  /**
   * Adds a block and returns its marker.
   *
   * @param succeeded whether a transaction hash has an earlier successful inclusion
   * @param undo makes what is kept of the state before the block; null keeps nothing
   */
  AppliedHeight add(BlockBatch batch, Predicate<ByteString> succeeded, UndoMaker undo) {
    crc.reset();
    content(batch);
    AppliedHeight marker = batch.marker().toBuilder().setBatchCrc((int) crc.getValue()).build();
    index(batch, succeeded);
    if (undo != null) {
      byte[][] stateKeys = stateKeys(batch);
      undo(batch.height(), undo.make(batch, stateKeys, order(stateKeys)));
    }
    byte[] key = Keys.chain(batch.height(), RecordType.MARKER, 0);
    message(RecordType.MARKER, key, marker);
    // Kept a second time, since LevelDB cannot be asked for its last key.
    message(RecordType.MARKER, Keys.chain(Long.MAX_VALUE, RecordType.MARKER, 0), marker);
    return marker;
  }

  private static byte[][] stateKeys(BlockBatch batch) {
    return batch.stateWrites().stream()
        .map(write -> write.key().toByteArray())
        .toArray(byte[][]::new);
  }

  private static int[] order(byte[][] keys) {
    return IntStream.range(0, keys.length)
        .boxed()
        .sorted(Comparator.comparing(place -> keys[place], Arrays::compareUnsigned))
        .mapToInt(place -> place)
        .toArray();
  }

  private void undo(long height, BlockUndo undo) {
    message(RecordType.HISTORY, Keys.height(height), undo.history());
    for (int i = 0; i < undo.slices(); i++) {
      int slice = i;
      value(RecordType.UNDO, undo.key(slice), () -> undo.write(slice, buffer));
    }
    DeletionRecord deletion = DeletionRecord.newBuilder().setHeight(height).build();
    for (byte[] key : undo.deletedKeys()) {
      message(RecordType.DELETION, key, deletion);
    }
  }

  /** Adds one record. */
  void put(RecordType type, byte[] key, ByteString payload) {
    value(type, key, () -> buffer.writeBytes(payload));
  }

  /** Deletes commitments from one height up to, not including, another. */
  void deleteCommitments(long from, long to) {
    for (long height = from; height < to; height++) {
      delete(RecordType.COMMITMENT, Keys.height(height));
    }
  }

  // Depends on the batch alone, not on what the store holds: its checksum identifies the batch.
  private void content(BlockBatch batch) {
    long height = batch.height();
    int length = batch.txs().size();
    for (int from = 0, slice = 0; from < length; from += DiskStore.SLICE_LENGTH, slice++) {
      int to = Math.min(length, from + DiskStore.SLICE_LENGTH);
      byte[] key = Keys.chain(height, RecordType.TRANSACTION, slice);
      List<ByteString> txs = batch.txs().subList(from, to);
      value(RecordType.TRANSACTION, key, () -> buffer.writeByteStrings(txs));
      messages(RecordType.RESULT, height, slice, batch.results().subList(from, to));
      messages(RecordType.LOG, height, slice, batch.logs().subList(from, to));
    }
    message(RecordType.BLOCK, Keys.chain(height, RecordType.BLOCK, 0), batch.block());
    value(RecordType.COMMITMENT, Keys.height(height), () -> buffer.writeBytes(batch.commitment()));
    for (Map.Entry<String, ByteString> meta : new TreeMap<>(batch.meta()).entrySet()) {
      value(
          RecordType.META, meta.getKey().getBytes(UTF_8), () -> buffer.writeBytes(meta.getValue()));
    }
    for (StateWrite write : batch.stateWrites()) {
      byte[] key = write.key().toByteArray();
      if (write.isDelete()) {
        delete(RecordType.STATE, key);
      } else {
        value(RecordType.STATE, key, () -> buffer.writeState(write.height(), write.value()));
      }
    }
  }

  private void messages(
      RecordType type, long height, int slice, List<? extends MessageLite> items) {
    value(type, Keys.chain(height, type, slice), () -> buffer.writeMessages(items));
  }

  private void message(RecordType type, byte[] key, MessageLite message) {
    value(type, key, () -> buffer.writeMessage(message));
  }

  private void index(BlockBatch batch, Predicate<ByteString> succeeded) {
    Map<ByteString, Integer> places = new HashMap<>();
    for (int i = 0; i < batch.txHashes().size(); i++) {
      ByteString hash = batch.txHashes().get(i);
      Integer before = places.get(hash);
      boolean success = batch.results().get(i).getCode() == 0;
      if (success || before == null || batch.results().get(before).getCode() != 0) {
        places.put(hash, i);
      }
    }
    places.forEach(
        (hash, place) -> {
          boolean success = batch.results().get(place).getCode() == 0;
          if (success || !succeeded.test(hash)) {
            value(
                RecordType.INDEX,
                hash.toByteArray(),
                () -> buffer.writeLocation(batch.height(), place, success));
          }
        });
  }

  private void value(RecordType type, byte[] key, Runnable payload) {
    buffer.reset();
    buffer.writeByte(type.code());
    buffer.writeBytes(key);
    int valueAt = buffer.beginValue();
    payload.run();
    buffer.endValue(type, 1, key.length, valueAt);
    add(buffer.copy(0, valueAt), buffer.copy(valueAt, buffer.position()));
  }

  /** Adds the deletion of one record. */
  void delete(RecordType type, byte[] key) {
    add(Keys.typed(type, key), null);
  }

  private void add(byte[] key, byte[] value) {
    keys.add(key);
    values.add(value);
    int length = value == null ? 0 : value.length;
    bytes += key.length + Math.max(length, Envelope.HEADER_BYTES);
    crc.update(key.length);
    crc.update(key);
    crc.update(length);
    crc.update(length >>> 8);
    crc.update(length >>> 16);
    if (value != null) {
      crc.update(value);
    }
  }
}
