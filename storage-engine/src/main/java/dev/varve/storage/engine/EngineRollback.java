package dev.varve.storage.engine;

import dev.varve.fallback.FallbackLog;
import dev.varve.fallback.FallbackLogException;
import dev.varve.storage.BlockBatch;
import dev.varve.storage.DiskStore;
import dev.varve.storage.StorageException;
import dev.varve.storage.record.AppliedHeight;
import java.util.function.LongConsumer;

/**
 * Takes the last blocks of a stopped engine back: first those in the fallback log alone, then those
 * in the disk store, newest first and each as a whole. Broken off, the engine stands at a height in
 * between.
 *
 * <p>Both stay open and belong to the caller. Errors: {@link StorageException}. Threads: one.
 */
public final class EngineRollback {
  private final DiskStore disk;
  private final FallbackLog log;

  /** Opened for writing, both, and used by nobody else. */
  public EngineRollback(DiskStore disk, FallbackLog log) {
    this.disk = disk;
    this.log = log;
  }

  /** The last durable block of the two. */
  public AppliedHeight last() {
    return inLogAlone(log.lastSequence()) ? read(log.lastSequence()).marker() : disk.applied();
  }

  /** The lowest height that can be gone back to. */
  public long lowest() {
    return disk.applied().getHeight() == 0
        ? log.firstSequence()
        : Math.max(disk.historyFloor(), disk.chainFloor());
  }

  /**
   * Makes {@code height} the last one.
   *
   * @param progress told heights that are read, as it may take long
   * @return what is the last block now
   * @throws StorageException.Pruned when it lies below {@link #lowest}; nothing was changed
   * @throws IllegalArgumentException when it lies above {@link #last}
   */
  public AppliedHeight to(long height, LongConsumer progress) {
    long last = last().getHeight();
    if (height > last) {
      throw new IllegalArgumentException("height " + height + " is above the last, " + last);
    }
    if (height < lowest()) {
      throw new StorageException.Pruned(height, lowest(), last);
    }
    try {
      // The log first: what it has beyond the store would follow on the wrong block.
      log.truncateAfter(height);
    } catch (FallbackLogException e) {
      throw LogErrors.translate(e);
    }
    if (height < disk.applied().getHeight()) {
      disk.rollBack(height, progress);
    }
    return last();
  }

  private boolean inLogAlone(long height) {
    return height > disk.applied().getHeight();
  }

  private BlockBatch read(long height) {
    return log.read(height).map(BatchDecoder::decode).orElseThrow();
  }
}
