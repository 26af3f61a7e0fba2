package dev.varve.storage.disk.copy;

import com.google.protobuf.CodedOutputStream;
import dev.varve.storage.DiskStore;
import dev.varve.storage.Keys;
import dev.varve.storage.RecordType;
import dev.varve.storage.record.HistoryRecord;
import dev.varve.storage.record.UndoEntry;
import dev.varve.storage.record.UndoSlice;
import java.util.ArrayList;
import java.util.List;

/** Makes the records of what a block replaced, the same from every store. */
public final class HistoryUnit {
  private static final int SLICE_BYTES = 64 << 10;

  private HistoryUnit() {}

  /**
   * The HISTORY record of a block, then its UNDO slices.
   *
   * @param record with the names that the block set, in order; the number of keys is filled in
   * @param entries in the order of their keys
   * @param first the lowest height as of which the state can be read
   */
  public static List<CopyRecord> of(
      long height, HistoryRecord record, List<UndoEntry> entries, long first) {
    List<CopyRecord> unit = new ArrayList<>();
    HistoryRecord.Builder history = record.toBuilder();
    boolean begins = height == first;
    history.setKeys(begins ? 0 : entries.size());
    if (begins) {
      history.clearNames();
    }
    unit.add(CopyRecord.of(RecordType.HISTORY, Keys.height(height), history.build()));
    UndoSlice.Builder slice = UndoSlice.newBuilder();
    int bytes = 0;
    for (int i = 0; i < entries.size() && !begins; i++) {
      UndoEntry entry = entries.get(i);
      if (entry.getDeletedBefore() != 0 && entry.getDeletedBefore() <= first) {
        entry = entry.toBuilder().clearDeletedBefore().build();
      }
      slice.addEntries(entry);
      bytes += CodedOutputStream.computeMessageSize(1, entry);
      boolean full = slice.getEntriesCount() == DiskStore.SLICE_LENGTH || bytes >= SLICE_BYTES;
      if (full || i == entries.size() - 1) {
        byte[] key = Keys.undo(height, entry.getKey().toByteArray());
        unit.add(CopyRecord.of(RecordType.UNDO, key, slice.build()));
        slice = UndoSlice.newBuilder();
        bytes = 0;
      }
    }
    return unit;
  }
}
