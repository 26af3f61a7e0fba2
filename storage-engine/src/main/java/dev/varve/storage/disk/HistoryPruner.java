package dev.varve.storage.disk;

import dev.varve.storage.Envelope;
import dev.varve.storage.Keys;
import dev.varve.storage.RecordType;
import dev.varve.storage.disk.RecordReader.StoredEntry;
import dev.varve.storage.record.DeletionRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Drops history below the floor, a bounded number of records a step: first that of whole heights
 * from below, then commitments that nothing needs any more, then the records of deletions that lie
 * below all that can be asked for.
 *
 * <p>Invariant: what a step leaves is what a history that begins higher would have. Threads: one at
 * a time, beside the one that applies.
 */
final class HistoryPruner {
  private static final int STEP_RECORDS = 2048;
  // A block that is applied meanwhile waits for so many look-ups.
  private static final int SWEEP_RECORDS = 256;

  private final RecordReader records;
  private final StateHistory history;
  private final RecordWriter writer;
  private final Object writeLock;
  private long commitmentsBelow;
  // Where to go on looking for deletions; null while there is nothing to look for.
  private byte[] sweepFrom;

  /**
   * Prunes what {@code history} reads.
   *
   * @param writer shared with nobody
   * @param writeLock held by whoever writes blocks, while they are written
   */
  HistoryPruner(RecordReader records, StateHistory history, RecordWriter writer, Object writeLock) {
    this.records = records;
    this.history = history;
    this.writer = writer;
    this.writeLock = writeLock;
  }

  /** See {@link dev.varve.storage.DiskStore#prune}. */
  public boolean step() {
    return dropHeights() || dropCommitments() || sweepDeletions();
  }

  private boolean dropHeights() {
    long floor = history.pruneFloor();
    Optional<StoredEntry> lowest = records.first(RecordType.HISTORY, Keys.height(0));
    if (lowest.isEmpty()) {
      return false;
    }
    long from = Keys.heightOf(lowest.get().key());
    if (floor - from < history.pruneStride()) {
      return false;
    }
    long to = floor;
    history.raise(floor);
    if (!writer.deleteBelow(RecordType.HISTORY, floor)) {
      to = deleteOneByOne(from, floor);
    }
    writer.commit();
    commitmentsBelow = history.commitmentFloor(to);
    sweepFrom = sweepFrom == null ? new byte[0] : sweepFrom;
    return true;
  }

  /** Deletes the history of whole heights; returns the height it came to. */
  private long deleteOneByOne(long from, long floor) {
    long height = from;
    for (int count = 0; height < floor && count < STEP_RECORDS; height++, count++) {
      writer.delete(RecordType.HISTORY, Keys.height(height));
      int[] slices = {0};
      history.eachSlice(
          height,
          slice -> {
            writer.delete(RecordType.UNDO, slice.key());
            slices[0]++;
          });
      count += slices[0];
    }
    return height;
  }

  private boolean dropCommitments() {
    if (commitmentsBelow == 0) {
      return false;
    }
    if (writer.deleteBelow(RecordType.COMMITMENT, commitmentsBelow)) {
      writer.commit();
      commitmentsBelow = 0;
      return true;
    }
    byte[] next = Keys.height(0);
    for (int count = 0; count < STEP_RECORDS; count++) {
      Optional<StoredEntry> lowest = records.first(RecordType.COMMITMENT, next);
      if (lowest.isEmpty() || Keys.heightOf(lowest.get().key()) >= commitmentsBelow) {
        commitmentsBelow = 0;
        break;
      }
      writer.delete(RecordType.COMMITMENT, lowest.get().key());
      next = Keys.after(lowest.get().key());
    }
    writer.commit();
    return true;
  }

  private boolean sweepDeletions() {
    if (sweepFrom == null) {
      return false;
    }
    long floor = history.pruneFloor();
    List<byte[]> candidates = new ArrayList<>();
    for (int count = 0; count < SWEEP_RECORDS && sweepFrom != null; count++) {
      Optional<StoredEntry> found = records.first(RecordType.DELETION, sweepFrom);
      if (found.isPresent() && isBelow(found.get().key(), found.get().value(), floor)) {
        candidates.add(found.get().key());
      }
      sweepFrom = found.map(entry -> Keys.after(entry.key())).orElse(null);
    }
    if (!candidates.isEmpty()) {
      delete(candidates, floor);
    }
    return sweepFrom != null;
  }

  /** A key may have been deleted again since it was looked at. */
  private void delete(List<byte[]> candidates, long floor) {
    synchronized (writeLock) {
      List<byte[]> now = records.values(RecordType.DELETION, candidates);
      List<byte[]> below = new ArrayList<>();
      for (int i = 0; i < candidates.size(); i++) {
        if (now.get(i) != null && isBelow(candidates.get(i), now.get(i), floor)) {
          below.add(candidates.get(i));
        }
      }
      // Only now: were one of them damaged, those before it would be deleted with a later step.
      below.forEach(key -> writer.delete(RecordType.DELETION, key));
      writer.commit();
    }
  }

  private static boolean isBelow(byte[] key, byte[] value, long floor) {
    return Envelope.open(RecordType.DELETION, key, value, DeletionRecord.parser()).getHeight()
        <= floor;
  }
}
