package dev.varve.storage.disk;

import com.google.protobuf.ByteString;
import dev.varve.storage.BlockBatch;
import dev.varve.storage.Envelope;
import dev.varve.storage.Keys;
import dev.varve.storage.RecordType;
import dev.varve.storage.StorageException;
import dev.varve.storage.disk.RecordReader.StoredEntry;
import dev.varve.storage.record.AppliedHeight;
import dev.varve.storage.record.DeletionRecord;
import dev.varve.storage.record.HistoryRecord;
import dev.varve.storage.record.StateRecord;
import dev.varve.storage.record.UndoEntry;
import dev.varve.storage.record.UndoSlice;
import java.util.HexFormat;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the state as it was after an earlier block, from what later blocks replaced.
 *
 * <p>A read takes the key's record as it is now and walks back from change to change until it is at
 * or below the height. Blocks may be applied, and old history dropped, meanwhile: neither changes
 * what a walk above the floor meets. Threads: {@link #stateAt} and {@link #floor} from any, the
 * rest from the one that applies.
 */
public final class StateHistory {
  /** Kept by default: what that many heights back can be asked for. */
  public static final long DEFAULT_BLOCKS = 10_000;

  private static final Logger LOG = LoggerFactory.getLogger(StateHistory.class);
  private static final int HEIGHT_BYTES = 8;
  private static final long NONE = -1;
  private static final long MAX_PRUNE_STRIDE = 1024;

  private final RecordReader records;
  private final long blocks;
  private volatile AppliedHeight applied = AppliedHeight.getDefaultInstance();
  private volatile long first = NONE;
  // Why there is no history although there should be.
  private volatile StorageException.Corruption damage;

  /** {@code blocks}: as of how many heights below the last one state is kept. */
  public StateHistory(RecordReader records, long blocks) {
    this.records = records;
    this.blocks = blocks;
  }

  /** Looks up from which height on there is an unbroken history up to the last block. */
  public synchronized void load(AppliedHeight last) {
    first = firstKept(last.getHeight());
    applied = last;
  }

  private long firstKept(long last) {
    Optional<HistoryRecord> newest = record(last);
    if (newest.isEmpty()) {
      return NONE;
    }
    // Above it only pruning takes away, from below.
    Optional<StoredEntry> kept =
        records.first(RecordType.HISTORY, Keys.height(newest.get().getFloor()));
    // It is there itself, if nothing below it is.
    return kept.map(entry -> Keys.heightOf(entry.key())).orElseThrow();
  }

  // Damage here must not keep a store from opening that is whole but for its past.
  private Optional<HistoryRecord> record(long height) {
    try {
      return records.find(RecordType.HISTORY, Keys.height(height), HistoryRecord.parser());
    } catch (StorageException.Corruption e) {
      damage = e;
      LOG.error("state as of earlier heights cannot be read any more: {}", e.getMessage());
      return Optional.empty();
    }
  }

  /** Whether blocks that are written now get undo records. */
  public boolean isKept() {
    return blocks > 0;
  }

  /** Before the next block: the first height of the history, or -1 where that block begins it. */
  public long first() {
    return first;
  }

  /** The first height of the history after a block is added to one that begins there, or -1. */
  public long firstWith(BlockBatch batch, long firstHeight) {
    if (blocks == 0) {
      return NONE;
    }
    return firstHeight == NONE ? batch.height() : firstHeight;
  }

  /** The store holds blocks up to {@code last}, with an unbroken history from {@code first} on. */
  public synchronized void written(AppliedHeight last, long firstHeight) {
    // It may have been pruned since.
    first = firstHeight == NONE ? NONE : Math.max(first, firstHeight);
    applied = last;
  }

  /** What is below a height is about to be dropped. */
  synchronized void raise(long height) {
    first = first == NONE ? NONE : Math.max(first, height);
  }

  /** So many blocks of history below the floor are worth a step of pruning. */
  long pruneStride() {
    return Math.max(1, Math.min(MAX_PRUNE_STRIDE, blocks / 8));
  }

  /** The lowest height whose history pruning leaves. */
  long pruneFloor() {
    // Where none is kept, what is left of a time when it was is of no use.
    return isKept() ? floor() : applied.getHeight() + 1;
  }

  /** The last height. */
  long last() {
    return applied.getHeight();
  }

  /** The lowest height as of which state can be read. */
  public long floor() {
    long last = applied.getHeight();
    long kept = first;
    return kept == NONE ? last : Math.max(kept, last - blocks);
  }

  /** The lowest height whose commitment is needed to restore the one at the last height. */
  public long commitmentFloor() {
    return commitmentFloor(applied.getHeight());
  }

  /** The same of another height, 0 where that is not known. */
  long commitmentFloor(long height) {
    return record(height).map(HistoryRecord::getCommitmentFloor).orElse(0L);
  }

  /**
   * Begins the history of a store with blocks that has none, where one is to be kept; may be done
   * again after it was broken off.
   */
  public void begin(RecordWriter writer) {
    long height = applied.getHeight();
    if (height != 0 && isKept()) {
      HistoryRecord beginning = HistoryRecord.newBuilder().setFloor(height).build();
      writer.put(RecordType.HISTORY, Keys.height(height), beginning.toByteString());
      writer.commit();
    }
  }

  /** See {@link dev.varve.storage.DiskStore#stateAt}. */
  public Optional<StateRecord> stateAt(ByteString key, long height) {
    requireKept(height, floor());
    Optional<StateRecord> found = new Walk(key.toByteArray(), height).run();
    // Had anything that the walk needed been dropped meanwhile, it would not have noticed.
    requireKept(height, first);
    return found;
  }

  /** Requires that the state can be read as of a height. */
  void requireKept(long height) {
    requireKept(height, floor());
  }

  /**
   * Shows the UNDO records of a block in order of their keys.
   *
   * @throws StorageException.Corruption when they do not hold {@code keys} entries
   */
  void visit(long height, int keys, UndoVisitor visitor) {
    int[] seen = {0};
    eachSlice(
        height,
        entry -> {
          UndoSlice slice = open(entry);
          visitor.visit(entry.key(), slice);
          seen[0] += slice.getEntriesCount();
        });
    if (seen[0] != keys) {
      throw new StorageException.Corruption(
          String.format("block %d has %d undo entries, %d are there", height, keys, seen[0]), null);
    }
  }

  /** Shows the UNDO records of a block in order of their keys, unverified. */
  void eachSlice(long height, Consumer<StoredEntry> visitor) {
    byte[] from = Keys.undo(height, new byte[1]);
    while (true) {
      Optional<StoredEntry> found = records.first(RecordType.UNDO, from);
      if (found.isEmpty() || Keys.heightOf(found.get().key()) != height) {
        return;
      }
      visitor.accept(found.get());
      from = Keys.after(found.get().key());
    }
  }

  /** The HISTORY record of a block that must have one. */
  HistoryRecord changes(long height) {
    return records
        .find(RecordType.HISTORY, Keys.height(height), HistoryRecord.parser())
        .orElseThrow(
            () ->
                new StorageException.Corruption(
                    "the history record of block " + height + " is missing", null));
  }

  /** See {@link dev.varve.storage.DiskStore#verifyHistory}. */
  public void verify(long height) {
    if (damage != null) {
      throw damage;
    }
    if (first == NONE || height < first) {
      return;
    }
    visit(height, changes(height).getKeys(), (key, slice) -> {});
  }

  /** See {@link dev.varve.storage.DiskStore#verifyDeletions}. */
  public void verifyDeletions(Consumer<StorageException.Corruption> damaged) {
    Optional<StoredEntry> found = records.first(RecordType.DELETION, new byte[0]);
    while (found.isPresent()) {
      try {
        verifyDeletion(found.get());
      } catch (StorageException.Corruption e) {
        damaged.accept(e);
      }
      found = records.first(RecordType.DELETION, Keys.after(found.get().key()));
    }
  }

  private void verifyDeletion(StoredEntry entry) {
    long height =
        Envelope.open(RecordType.DELETION, entry.key(), entry.value(), DeletionRecord.parser())
            .getHeight();
    if (entry.key().length == 0 || height < 1 || height > applied.getHeight()) {
      throw new StorageException.Corruption(
          String.format(
              "key %s is said to be deleted in block %d, the last one is %d",
              HexFormat.of().formatHex(entry.key()), height, applied.getHeight()),
          null);
    }
  }

  /** Receives an UNDO record. */
  @FunctionalInterface
  interface UndoVisitor {
    void visit(byte[] key, UndoSlice slice);
  }

  private void requireKept(long height, long lowest) {
    if (height < lowest) {
      throw new StorageException.Pruned(height, lowest, applied.getHeight());
    }
  }

  /** What a block replaced of one key. */
  private Optional<UndoEntry> undo(long height, byte[] key) {
    Optional<StoredEntry> found = records.first(RecordType.UNDO, Keys.undo(height, key));
    if (found.isEmpty()
        || found.get().key().length <= HEIGHT_BYTES
        || Keys.heightOf(found.get().key()) != height) {
      return Optional.empty();
    }
    ByteString wanted = ByteString.copyFrom(key);
    return open(found.get()).getEntriesList().stream()
        .filter(entry -> entry.getKey().equals(wanted))
        .findFirst();
  }

  private static UndoSlice open(StoredEntry entry) {
    return Envelope.open(RecordType.UNDO, entry.key(), entry.value(), UndoSlice.parser());
  }

  private final class Walk {
    private final byte[] key;
    private final long height;
    private long deletion = NONE;

    Walk(byte[] key, long height) {
      this.key = key;
      this.height = height;
    }

    Optional<StateRecord> run() {
      Optional<StateRecord> now = records.find(RecordType.STATE, key, StateRecord.parser());
      // The change that gave the key what it had, going back.
      long change = Long.MAX_VALUE;
      while (true) {
        if (now.isPresent()) {
          change = now.get().getHeight();
        } else {
          change = deletionBelow(change);
        }
        if (change <= height) {
          return now;
        }
        UndoEntry entry = require(change);
        if (entry.getLost()) {
          throw new StorageException.Corruption(
              "the value of key " + hex() + " was damaged when block " + change + " replaced it",
              null);
        }
        if (entry.getDeleted()) {
          deletion = entry.getDeletedBefore();
        }
        now = entry.hasBefore() ? Optional.of(entry.getBefore()) : Optional.empty();
      }
    }

    /** The last deletion of the key below a height, 0 where history has none. */
    private long deletionBelow(long limit) {
      if (deletion == NONE) {
        deletion =
            records
                .find(RecordType.DELETION, key, DeletionRecord.parser())
                .map(DeletionRecord::getHeight)
                .orElse(0L);
      }
      // A block applied since the walk began may have deleted it once more.
      while (deletion >= limit) {
        deletion = require(deletion).getDeletedBefore();
      }
      return deletion;
    }

    private UndoEntry require(long change) {
      Optional<UndoEntry> entry = undo(change, key);
      if (entry.isEmpty()) {
        // Where history is off, or begins with that block, it may be seen before the floor rises.
        requireKept(height, first == NONE ? change : floor());
        requireKept(height, first);
        throw new StorageException.Corruption(
            "the undo entry of key " + hex() + " at block " + change + " is missing", null);
      }
      return entry.get();
    }

    private String hex() {
      return HexFormat.of().formatHex(key);
    }
  }
}
