package dev.varve.storage.engine;

import dev.varve.fallback.FallbackLog;
import dev.varve.fallback.FallbackLogException;
import dev.varve.fallback.LogEntry;
import dev.varve.storage.BlockBatch;
import dev.varve.storage.DiskStore;
import dev.varve.storage.StorageException;
import dev.varve.storage.record.AppliedHeight;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes blocks durable, in the disk store or in the log in front of it, and never out of order.
 *
 * <p>Invariants: {@code applied} is durable in one of the two; while the log holds a block that the
 * store lacks, the next one goes behind it. A block that can be made durable in neither is held and
 * tried again until the engine is closed. Threads: {@link #commit} from one at a time, {@link
 * #prepare} beside it.
 */
final class DiskWriter implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(DiskWriter.class);
  private static final long HELD_RETRY_MILLIS = 200;
  private static final long HELD_REPORT_NANOS = 30_000_000_000L;

  private final DiskStore disk;
  private final FallbackLog log;
  private final EngineConfig config;
  private final Drainer drainer;
  // Held by a commit as long as it lasts, and by what is prepared for it.
  private final ReentrantLock lock = new ReentrantLock();
  private final BatchCodec codec = new BatchCodec();
  private BlockBatch prepared;
  private volatile AppliedHeight applied;
  private volatile String held;

  DiskWriter(DiskStore disk, FallbackLog log, EngineConfig config, LongSupplier nanos) {
    this.disk = disk;
    this.log = log;
    this.config = config;
    this.applied = join();
    this.drainer = new Drainer(disk, log, config, nanos);
    drainer.awaitFirstAttempt();
  }

  /** Puts the cursor to where the store is, and tells the last durable block of the two. */
  private AppliedHeight join() {
    AppliedHeight stored = disk.applied();
    long height = stored.getHeight();
    if (disk.durableBefore() > height) {
      LOG.error(
          "the disk store held block {} and holds block {}: its files were damaged or cut off; the"
              + " blocks above are taken again, from the fallback log or from the node",
          disk.durableBefore(),
          height);
    }
    long last = log.lastSequence();
    if (last <= height) {
      log.drainTo(last);
      return stored;
    }
    // A block that sets names is a chain's first one.
    long first = log.firstSequence();
    boolean follows =
        height == 0 ? first == 1 || !decode(first).meta().isEmpty() : first <= height + 1;
    if (!follows) {
      throw new StorageException.Corruption(
          "the fallback log begins with block "
              + first
              + ", the disk store ends with block "
              + height
              + ": blocks between them are missing",
          null);
    }
    long cursor = Math.max(height, first - 1);
    if (log.drainedThrough() > cursor) {
      log.rewind(cursor);
    } else {
      log.drainTo(cursor);
    }
    return decode(last).marker();
  }

  private BlockBatch decode(long height) {
    return log.read(height).map(BatchDecoder::decode).orElseThrow();
  }

  AppliedHeight applied() {
    return applied;
  }

  String state() {
    String reason = held;
    return reason != null ? "held: " + reason : drainer.state();
  }

  /** Encodes a block that may be next for the log, unless a commit is under way. */
  void prepare(BlockBatch draft) {
    if (isDirect() || !lock.tryLock()) {
      return;
    }
    try {
      prepared = null;
      if (draft.height() == applied.getHeight() + 1) {
        codec.begin(draft);
        prepared = draft;
      }
    } finally {
      lock.unlock();
    }
  }

  /** Durable when it returns. */
  void commit(BlockBatch batch) {
    lock.lock();
    try {
      commitNext(batch);
    } finally {
      prepared = null;
      lock.unlock();
    }
  }

  private void commitNext(BlockBatch batch) {
    long last = applied.getHeight();
    if (last != 0 && batch.height() <= last) {
      requireSame(batch);
      return;
    }
    if (last != 0 && batch.height() != last + 1) {
      throw new IllegalStateException(
          "block " + batch.height() + " does not follow block " + last + ", the last durable one");
    }
    drainer.requireUsable();
    if (!isDirect() || !drainer.applyDirectly(batch)) {
      appendOrHold(batch);
    }
    applied = batch.marker();
  }

  private boolean isDirect() {
    return config.policy() == DiskPolicy.THROUGH && !drainer.isSlow();
  }

  private void requireSame(BlockBatch batch) {
    Optional<byte[]> logged = log.read(batch.height());
    if (logged.isEmpty()) {
      drainer.compare(batch);
    } else if (!codec.matches(batch, logged.get())) {
      throw new IllegalStateException(
          "block " + batch.height() + " comes again with other content than the log has");
    }
  }

  private void appendOrHold(BlockBatch batch) {
    boolean begun = prepared != null && batch.isOf(prepared);
    LogEntry entry = begun ? codec.complete(batch) : codec.encode(batch);
    long reported = 0;
    while (true) {
      try {
        append(entry);
        held = null;
        // Before the store gets the block: what it shows must be committed.
        applied = batch.marker();
        drainer.appended(batch, entry.length());
        return;
      } catch (FallbackLogException.Full
          | FallbackLogException.DiskFull
          | FallbackLogException.Io e) {
        held = e.getMessage();
        long now = System.nanoTime();
        if (reported == 0 || now - reported > HELD_REPORT_NANOS) {
          LOG.error(
              "block {} is held: neither the fallback log ({}) nor the disk store ({}) takes it;"
                  + " trying on",
              batch.height(),
              e.getMessage(),
              drainer.state());
          reported = now;
        }
      }
      if (drainer.applyDirectly(batch)) {
        held = null;
        return;
      }
      drainer.awaitProgress(HELD_RETRY_MILLIS);
    }
  }

  private void append(LogEntry entry) {
    long last = log.lastSequence();
    if (last != 0 && last + 1 != entry.sequence()) {
      // Blocks after the last entry went to the store directly: the log's are all in it.
      log.truncateAfter(0);
    }
    log.append(entry);
  }

  /** Has the log drained, should that have come to rest. */
  void nudge() {
    drainer.nudge();
  }

  @Override
  public void close() {
    drainer.close();
  }
}
