package dev.varve.storage.disk;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.ByteString;
import dev.varve.storage.BlockBatch;
import dev.varve.storage.Envelope;
import dev.varve.storage.RecordType;
import dev.varve.storage.StateWrite;
import dev.varve.storage.StorageException;
import dev.varve.storage.record.DeletionRecord;
import dev.varve.storage.record.StateRecord;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The state before a block that is about to be written: what the store holds, and on top of it the
 * blocks before it in the same write. Threads: one at a time.
 */
public final class GroupState {
  // Stands for a record that is damaged.
  private static final StateRecord LOST = StateRecord.newBuilder().setHeight(-1).build();

  private static final Logger LOG = LoggerFactory.getLogger(GroupState.class);

  private final RecordReader records;
  private final List<BlockBatch> earlier = new ArrayList<>();
  private final Map<ByteString, StateWrite> writes = new HashMap<>();
  private final Map<ByteString, Long> deletions = new HashMap<>();
  // Most blocks write new keys alone, and nobody asks for those of the blocks before them.
  private int indexed;

  public GroupState(RecordReader records) {
    this.records = records;
  }

  /** The store holds all blocks so far. */
  public void clear() {
    earlier.clear();
    writes.clear();
    deletions.clear();
    indexed = 0;
  }

  /**
   * Makes the undo records of the next block of the write.
   *
   * @param first the first height of the history, that block's where it begins it
   */
  public UndoMaker undoMaker(long first) {
    return (batch, keys, order) -> next(batch, keys, order, first);
  }

  private BlockUndo next(BlockBatch batch, byte[][] keys, int[] order, long first) {
    BlockUndo undo =
        first == batch.height()
            ? BlockUndo.first(batch)
            : BlockUndo.of(batch, keys, order, this, first);
    add(batch, undo);
    return undo;
  }

  private void add(BlockBatch batch, BlockUndo undo) {
    earlier.add(batch);
    undo.deletedKeys().forEach(key -> deletions.put(ByteString.copyFrom(key), batch.height()));
  }

  /** What each of some keys has, in byte order, or null. */
  List<StateRecord> states(List<byte[]> keys) {
    if (earlier.isEmpty()) {
      return stored(keys);
    }
    for (; indexed < earlier.size(); indexed++) {
      earlier.get(indexed).stateWrites().forEach(write -> writes.put(write.key(), write));
    }
    List<byte[]> asked = new ArrayList<>();
    for (byte[] key : keys) {
      if (!writes.containsKey(ByteString.copyFrom(key))) {
        asked.add(key);
      }
    }
    List<StateRecord> stored = stored(asked);
    List<StateRecord> states = new ArrayList<>(keys.size());
    int next = 0;
    for (byte[] key : keys) {
      StateWrite write = writes.get(ByteString.copyFrom(key));
      if (write == null) {
        states.add(stored.get(next++));
      } else {
        states.add(write.isDelete() ? null : write.record());
      }
    }
    return states;
  }

  private List<StateRecord> stored(List<byte[]> keys) {
    if (keys.isEmpty()) {
      return List.of();
    }
    List<byte[]> values = records.values(RecordType.STATE, keys);
    List<StateRecord> states = new ArrayList<>(keys.size());
    for (int i = 0; i < keys.size(); i++) {
      states.add(values.get(i) == null ? null : open(keys.get(i), values.get(i)));
    }
    return states;
  }

  // A block that replaces a damaged value mends it; that must not fail for the value's sake.
  private static StateRecord open(byte[] key, byte[] value) {
    try {
      return Envelope.open(RecordType.STATE, key, value, StateRecord.parser());
    } catch (StorageException.Corruption e) {
      LOG.warn("history lacks a value that is replaced now: {}", e.getMessage());
      return LOST;
    }
  }

  /** Whether what stands for a record says that it is damaged. */
  static boolean isLost(StateRecord record) {
    return record != null && record.getHeight() < 0;
  }

  /** The height of a key's last deletion, or 0. */
  long deletion(byte[] key) {
    Long inGroup = deletions.get(ByteString.copyFrom(key));
    return inGroup != null
        ? inGroup
        : records
            .find(RecordType.DELETION, key, DeletionRecord.parser())
            .map(DeletionRecord::getHeight)
            .orElse(0L);
  }

  /** What a name stands for, or null. */
  ByteString meta(String name) {
    for (int i = earlier.size() - 1; i >= 0; i--) {
      ByteString value = earlier.get(i).meta().get(name);
      if (value != null) {
        return value;
      }
    }
    byte[] key = name.getBytes(UTF_8);
    byte[] stored = records.values(RecordType.META, List.of(key)).get(0);
    return stored == null ? null : Envelope.open(RecordType.META, key, stored);
  }
}
