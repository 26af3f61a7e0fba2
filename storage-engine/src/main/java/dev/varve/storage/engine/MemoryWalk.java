package dev.varve.storage.engine;

import dev.varve.storage.DiskStore;
import dev.varve.storage.Envelope;
import dev.varve.storage.Keys;
import dev.varve.storage.MemoryStore;
import dev.varve.storage.RecordType;
import dev.varve.storage.StorageException;
import dev.varve.storage.engine.MemoryTier.View;
import dev.varve.storage.record.BlockRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Goes down the chain, newest block first, and reads into memory what that lacks of blocks,
 * transactions, results and logs; never what can change. Threads: one at a time.
 *
 * <p>Nothing is pushed out for a record that is older than all that is held: the walk ends there. A
 * gap, which has something older below it, is filled at the cost of the oldest.
 */
final class MemoryWalk {
  private static final Logger LOG = LoggerFactory.getLogger(MemoryWalk.class);
  // What waits on the filling thread at most, so that a new block does not wait long behind it.
  private static final int CHUNK_RECORDS = 64;
  private static final long CHUNK_BYTES = 512 << 10;
  // How long it waits for commits and fills before it goes on by one chunk all the same.
  private static final long MAX_WAIT_NANOS = 50_000_000;
  private static final long PAUSE_NANOS = 500_000;
  private static final int GAP_BLOCKS = 16;
  private static final int MAX_LOGGED = 10;

  /** Why a walk ended. */
  enum End {
    /** Below is no block. */
    BOTTOM("every block is in memory"),
    FULL("memory is full"),
    /** As much was looked at as was allowed. */
    LIMIT("enough for now"),
    /** The memory store went away, or was emptied. */
    GONE("the memory store is not in use any more"),
    CLOSED("the engine closes");

    private final String meaning;

    End(String meaning) {
      this.meaning = meaning;
    }

    @Override
    public String toString() {
      return meaning;
    }
  }

  /** Told of what was put; and after each block, with its height. */
  interface Progress {
    void put(int records, long bytes);

    void passed(long height);
  }

  private final DiskRecords disk;
  private final MemoryAccess memory;
  private final LongSupplier commits;
  private final BooleanSupplier closed;
  private final SyncCounters counters;
  private final List<StoredRecord> chunk = new ArrayList<>();
  private long chunkBytes;
  private View view;
  private boolean fillGaps;
  private boolean inGap;
  private int damaged;
  private long looked;

  /** {@code commits} is odd while a commit is under way. */
  MemoryWalk(
      DiskRecords disk,
      MemoryAccess memory,
      LongSupplier commits,
      BooleanSupplier closed,
      SyncCounters counters) {
    this.disk = disk;
    this.memory = memory;
    this.commits = commits;
    this.closed = closed;
    this.counters = counters;
  }

  /**
   * Walks from a height down.
   *
   * @param limit records to look at, in whole blocks
   * @param gaps whether something may be pushed out to fill a gap
   * @throws StorageException when the disk tier fails; the last height that was passed is done
   */
  End down(long from, long limit, boolean gaps, Progress progress) {
    long epoch = memory.epoch();
    fillGaps = gaps;
    damaged = 0;
    looked = 0;
    for (long height = from; height >= disk.floor(); height--) {
      view = memory.view();
      if (closed.getAsBoolean()) {
        return End.CLOSED;
      }
      if (memory.epoch() != epoch || !MemoryAccess.isUp(view)) {
        return End.GONE;
      }
      if (looked >= limit) {
        return End.LIMIT;
      }
      Optional<End> end = fill(height, progress);
      if (end.isPresent()) {
        return end.get();
      }
      progress.passed(height);
    }
    return End.BOTTOM;
  }

  private Optional<End> fill(long height, Progress progress) {
    chunk.clear();
    chunkBytes = 0;
    inGap = false;
    Optional<BlockRecord> block;
    try {
      block = block(height);
    } catch (StorageException.Corruption e) {
      met(e);
      return Optional.empty();
    }
    if (block.isEmpty()) {
      return Optional.of(End.BOTTOM);
    }
    int slices = (block.get().getTxCount() + DiskStore.SLICE_LENGTH - 1) / DiskStore.SLICE_LENGTH;
    Optional<End> end = add(RecordType.BLOCK, height, 0, progress);
    for (int slice = 0; slice < slices && end.isEmpty(); slice++) {
      end = add(RecordType.TRANSACTION, height, slice, progress);
      end = end.isPresent() ? end : add(RecordType.RESULT, height, slice, progress);
      end = end.isPresent() ? end : add(RecordType.LOG, height, slice, progress);
    }
    return end.isPresent() ? end : flush(height, progress);
  }

  private Optional<BlockRecord> block(long height) {
    byte[] key = key(RecordType.BLOCK, height, 0);
    Optional<byte[]> held = memory.peek(view, key);
    if (held.isPresent()) {
      try {
        return Optional.of(
            Envelope.openTyped(RecordType.BLOCK, key, held.get(), BlockRecord.parser()));
      } catch (StorageException.Corruption e) {
        LOG.debug("the comparison will find it too: {}", e.getMessage());
      }
    }
    return disk.block(height);
  }

  private Optional<End> add(RecordType type, long height, int slice, Progress progress) {
    looked++;
    byte[] key = key(type, height, slice);
    if (memory.peek(view, key).isPresent()) {
      return Optional.empty();
    }
    try {
      disk.read(key)
          .ifPresent(
              record -> {
                chunk.add(record);
                chunkBytes += record.bytes();
              });
    } catch (StorageException.Corruption e) {
      met(e);
    }
    boolean full = chunk.size() >= CHUNK_RECORDS || chunkBytes >= CHUNK_BYTES;
    return full ? flush(height, progress) : Optional.empty();
  }

  private void met(StorageException.Corruption e) {
    counters.diskCorruptions.increment();
    damaged++;
    if (damaged <= MAX_LOGGED) {
      LOG.error("disk store: {}; not read into memory", e.getMessage());
    }
  }

  /** Puts what was read; at the first record without room the walk ends, or goes on as in a gap. */
  private Optional<End> flush(long height, Progress progress) {
    while (!chunk.isEmpty()) {
      List<StoredRecord> records = List.copyOf(chunk);
      boolean force = inGap;
      Optional<Integer> taken = memory.write(view, store -> put(store, records, force));
      if (taken.isEmpty()) {
        return Optional.of(End.GONE);
      }
      List<StoredRecord> put = chunk.subList(0, taken.get());
      progress.put(put.size(), put.stream().mapToLong(StoredRecord::bytes).sum());
      put.clear();
      if (!chunk.isEmpty()) {
        inGap = fillGaps && holdsOneBelow(height);
        if (!inGap) {
          return Optional.of(End.FULL);
        }
      }
    }
    chunkBytes = 0;
    giveWay();
    return Optional.empty();
  }

  /** Leaves processor and disk to a commit, and to the fill that follows it. */
  private void giveWay() {
    long waited = 0;
    while (((commits.getAsLong() & 1) != 0 || !memory.view().recent().isEmpty())
        && waited < MAX_WAIT_NANOS
        && !closed.getAsBoolean()) {
      LockSupport.parkNanos(PAUSE_NANOS);
      waited += PAUSE_NANOS;
    }
  }

  private static int put(MemoryStore store, List<StoredRecord> records, boolean force) {
    for (int i = 0; i < records.size(); i++) {
      StoredRecord record = records.get(i);
      if (force) {
        store.put(record.key(), record.value());
      } else if (!store.offer(record.key(), record.value())) {
        return i;
      }
    }
    return records.size();
  }

  private boolean holdsOneBelow(long height) {
    for (long below = height - 1; below > 0 && below >= height - GAP_BLOCKS; below--) {
      if (memory.peek(view, key(RecordType.BLOCK, below, 0)).isPresent()) {
        return true;
      }
    }
    return false;
  }

  private static byte[] key(RecordType type, long height, int slice) {
    return Keys.typed(type, Keys.chain(height, type, slice));
  }
}
