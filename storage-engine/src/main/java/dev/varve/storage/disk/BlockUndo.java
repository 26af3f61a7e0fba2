package dev.varve.storage.disk;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import dev.varve.storage.BlockBatch;
import dev.varve.storage.DiskStore;
import dev.varve.storage.Keys;
import dev.varve.storage.RecordBuffer;
import dev.varve.storage.StateWrite;
import dev.varve.storage.record.HistoryRecord;
import dev.varve.storage.record.NameBefore;
import dev.varve.storage.record.StateRecord;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;

/**
 * What one block changes of the state, with what it replaces: the UNDO records, in the order of
 * their keys, and the HISTORY record.
 *
 * <p>Entries are encoded by hand, since most are of a fresh key and hold nothing else. Threads: one
 * at a time.
 */
public final class BlockUndo {
  private static final int SLICE_BYTES = 64 << 10;

  private final byte[][] keys;
  // By place in keys, as the two below.
  private final StateRecord[] before;
  private final boolean[] deletes;
  private final long[] deletedBefore;
  // Places of what has an effect, by key: all but deletions of keys that are not there.
  private final int[] order;
  // One past the last of each slice, in order.
  private final int[] ends;
  private final int[] sizes;
  private final HistoryRecord history;
  private final long height;

  private BlockUndo(
      long height,
      byte[][] keys,
      StateRecord[] before,
      boolean[] deletes,
      long[] deletedBefore,
      int[] order,
      HistoryRecord.Builder history) {
    this.height = height;
    this.keys = keys;
    this.before = before;
    this.deletes = deletes;
    this.deletedBefore = deletedBefore;
    this.order = order;
    int[] endOf = new int[order.length];
    int[] sizeOf = new int[order.length];
    int slices = 0;
    for (int from = 0; from < order.length; slices++) {
      int to = from;
      int size = 0;
      do {
        size += entrySize(order[to++]);
      } while (to < order.length && to - from < DiskStore.SLICE_LENGTH && size < SLICE_BYTES);
      endOf[slices] = to;
      sizeOf[slices] = size;
      from = to;
    }
    this.ends = Arrays.copyOf(endOf, slices);
    this.sizes = Arrays.copyOf(sizeOf, slices);
    this.history = history.setKeys(order.length).build();
  }

  /** Of the first block that a history begins with: what was before it is not kept. */
  static BlockUndo first(BlockBatch batch) {
    HistoryRecord.Builder history =
        HistoryRecord.newBuilder()
            .setFloor(batch.height())
            .setCommitmentFloor(batch.commitmentFloor());
    return new BlockUndo(
        batch.height(), new byte[0][], null, new boolean[0], null, new int[0], history);
  }

  /**
   * Of a block, read from the state before it.
   *
   * @param keys the keys of its state writes
   * @param order their places in byte order
   * @param floor the lowest height as of which state can be read
   */
  static BlockUndo of(BlockBatch batch, byte[][] keys, int[] order, GroupState state, long floor) {
    List<StateWrite> writes = batch.stateWrites();
    StateRecord[] before = before(writes, keys, order, state);
    boolean[] deletes = new boolean[keys.length];
    long[] deletedBefore = new long[keys.length];
    int[] effective = new int[order.length];
    int count = 0;
    for (int place : order) {
      deletes[place] = writes.get(place).isDelete();
      if (deletes[place] && before[place] == null) {
        continue;
      }
      if (deletes[place]) {
        deletedBefore[place] = state.deletion(keys[place]);
      }
      effective[count++] = place;
    }
    HistoryRecord.Builder history =
        HistoryRecord.newBuilder().setFloor(floor).setCommitmentFloor(batch.commitmentFloor());
    for (String name : new TreeMap<>(batch.meta()).keySet()) {
      ByteString value = state.meta(name);
      NameBefore.Builder replaced = NameBefore.newBuilder().setName(name);
      history.addNames(value == null ? replaced : replaced.setExisted(true).setValue(value));
    }
    return new BlockUndo(
        batch.height(),
        keys,
        before,
        deletes,
        deletedBefore,
        Arrays.copyOf(effective, count),
        history);
  }

  private static StateRecord[] before(
      List<StateWrite> writes, byte[][] keys, int[] order, GroupState state) {
    List<byte[]> asked = new ArrayList<>();
    for (int place : order) {
      if (!writes.get(place).fresh()) {
        asked.add(keys[place]);
      }
    }
    StateRecord[] before = new StateRecord[keys.length];
    List<StateRecord> found = state.states(asked);
    int next = 0;
    for (int place : order) {
      if (!writes.get(place).fresh()) {
        before[place] = found.get(next++);
      }
    }
    return before;
  }

  /** The HISTORY record. */
  public HistoryRecord history() {
    return history;
  }

  /** How many UNDO records there are. */
  public int slices() {
    return ends.length;
  }

  public byte[] key(int slice) {
    return Keys.undo(height, keys[order[ends[slice] - 1]]);
  }

  /** Bytes of an {@code UndoSlice}. */
  public int size(int slice) {
    return sizes[slice];
  }

  /** Writes an {@code UndoSlice}. */
  public void write(int slice, RecordBuffer out) {
    for (int i = slice == 0 ? 0 : ends[slice - 1]; i < ends[slice]; i++) {
      writeEntry(order[i], out);
    }
  }

  /** The keys that the block deletes. */
  public List<byte[]> deletedKeys() {
    List<byte[]> deleted = new ArrayList<>();
    for (int place : order) {
      if (deletes[place]) {
        deleted.add(keys[place]);
      }
    }
    return deleted;
  }

  private int entrySize(int place) {
    return lengthDelimited(bodySize(place));
  }

  private int bodySize(int place) {
    int size = lengthDelimited(keys[place].length);
    StateRecord record = before[place];
    if (GroupState.isLost(record)) {
      size += 2;
    } else if (record != null) {
      size += lengthDelimited(RecordBuffer.stateSize(record.getHeight(), record.getValue()));
    }
    if (deletes[place]) {
      size += 2;
      if (deletedBefore[place] != 0) {
        size += 1 + CodedOutputStream.computeUInt64SizeNoTag(deletedBefore[place]);
      }
    }
    return size;
  }

  private static int lengthDelimited(int length) {
    return 1 + CodedOutputStream.computeUInt32SizeNoTag(length) + length;
  }

  private void writeEntry(int place, RecordBuffer out) {
    out.writeByte(0x0a);
    out.writeVarint(bodySize(place));
    out.writeByte(0x0a);
    out.writeVarint(keys[place].length);
    out.writeBytes(keys[place]);
    StateRecord record = before[place];
    if (record != null && !GroupState.isLost(record)) {
      out.writeByte(0x12);
      out.writeVarint(RecordBuffer.stateSize(record.getHeight(), record.getValue()));
      out.writeState(record.getHeight(), record.getValue());
    }
    if (deletes[place]) {
      out.writeByte(0x18);
      out.writeByte(1);
      if (deletedBefore[place] != 0) {
        out.writeByte(0x20);
        out.writeVarint(deletedBefore[place]);
      }
    }
    if (GroupState.isLost(record)) {
      out.writeByte(0x28);
      out.writeByte(1);
    }
  }
}
