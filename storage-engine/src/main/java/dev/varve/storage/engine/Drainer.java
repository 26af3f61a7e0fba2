package dev.varve.storage.engine;

import dev.varve.fallback.FallbackLog;
import dev.varve.fallback.FallbackLogException;
import dev.varve.fallback.LogStats;
import dev.varve.storage.BlockBatch;
import dev.varve.storage.DiskStore;
import dev.varve.storage.StorageException;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives the log's blocks to the disk store, in order, several in one write; the only one that
 * writes to the store.
 *
 * <p>Invariants: the cursor never passes what the store has made durable. A store that fails is
 * left alone for a while, then tried with one group. A failure that trying again cannot mend
 * (another chain's store, damage) stops draining for good and is thrown by the next commit.
 * Threads: one of its own, {@code varve-disk-drain}; the committing one calls the rest.
 */
final class Drainer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Drainer.class);
  private static final int MAX_GROUP_BLOCKS = 64;
  private static final long MAX_GROUP_BYTES = 8L << 20;
  private static final int MAX_DRAINED_SEGMENTS = 4;
  private static final long CLOSE_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final DiskStore disk;
  private final FallbackLog log;
  private final EngineConfig config;
  private final CircuitBreaker breaker;
  private final Thread thread = new Thread(this::run, "varve-disk-drain");
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  // Held by whoever writes to the store.
  private final Object storeLock = new Object();

  // Guarded by lock.
  private final Undrained undrained;
  private boolean closing;
  private long closeDeadline;
  private boolean attempted;
  private volatile RuntimeException broken;
  private volatile String state = "up";
  private volatile boolean slow;

  Drainer(DiskStore disk, FallbackLog log, EngineConfig config, LongSupplier nanos) {
    this.disk = disk;
    this.log = log;
    this.config = config;
    this.breaker = StoreBreaker.create("disk-store", nanos);
    this.undrained = new Undrained(config.maxUndrainedBytes());
    thread.setDaemon(true);
    thread.start();
  }

  /** {@code up}, or in a few words what is wrong. */
  String state() {
    return state;
  }

  /** Throws what draining stopped for, if it did. */
  void requireUsable() {
    RuntimeException cause = broken;
    if (cause != null) {
      throw new IllegalStateException(
          "the disk store does not take the log's blocks: " + cause.getMessage(), cause);
    }
  }

  /** A block was appended to the log. */
  void appended(BlockBatch batch, int bytes) {
    lock.lock();
    try {
      undrained.add(batch, bytes);
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Has the thread look whether there is something to drain. */
  void nudge() {
    lock.lock();
    try {
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Whether the store took too long for its last blocks to be waited for. */
  boolean isSlow() {
    return slow;
  }

  /**
   * Gives a block to the store at once, if nothing waits before it and the store is up. Where the
   * log goes first as a rule, because it is the safer place, the store must have verified it.
   *
   * @return whether the store has it, durably
   */
  boolean applyDirectly(BlockBatch batch) {
    if (!log.isDrained() || !breaker.tryAcquirePermission()) {
      return false;
    }
    long start = System.nanoTime();
    try {
      apply(List.of(batch));
      if (config.policy() == DiskPolicy.BEHIND && !verified(batch.height())) {
        breaker.releasePermission();
        return false;
      }
    } catch (StorageException.Unavailable | StorageException.DiskFull e) {
      failed(e);
      return false;
    } catch (RuntimeException | Error e) {
      breaker.releasePermission();
      throw e;
    }
    succeeded(System.nanoTime() - start, 1);
    return true;
  }

  private boolean verified(long height) {
    synchronized (storeLock) {
      return disk.verify() >= height;
    }
  }

  /** Has the store compare a block that it holds. */
  void compare(BlockBatch batch) {
    apply(List.of(batch));
  }

  private void apply(List<BlockBatch> batches) {
    synchronized (storeLock) {
      disk.apply(batches);
    }
  }

  private void run() {
    while (awaitWork()) {
      gather();
      if (breaker.tryAcquirePermission()) {
        drain();
      } else {
        awaitProgress(50);
      }
    }
  }

  private boolean awaitWork() {
    lock.lock();
    try {
      while (!closing && (broken != null || !waiting())) {
        attempted = true;
        changed.signalAll();
        changed.awaitUninterruptibly();
      }
      boolean goOn = waiting() && broken == null;
      return goOn && (!closing || (state.equals("up") && System.nanoTime() < closeDeadline));
    } finally {
      lock.unlock();
    }
  }

  /**
   * Lets blocks come together that follow each other fast: they share a write and its force. Not
   * for blocks that are in the log alone.
   */
  private void gather() {
    lock.lock();
    try {
      long left = config.gather().toNanos();
      while (left > 0 && mayGather()) {
        left = changed.awaitNanos(left);
      }
    } catch (InterruptedException e) {
      LOG.debug("{} goes on after an interrupt; close ends it", thread.getName());
    } finally {
      lock.unlock();
    }
  }

  private boolean mayGather() {
    return !closing
        && undrained.bytes() < MAX_GROUP_BYTES
        && undrained.beginsWith(log.drainedThrough() + 1);
  }

  private boolean waiting() {
    return !log.isDrained();
  }

  private void drain() {
    try {
      rewindToStore();
      List<BlockBatch> group = nextGroup();
      long start = System.nanoTime();
      apply(group);
      long height = group.get(group.size() - 1).height();
      log.drainTo(height);
      forget(height);
      if (worthTrimming()) {
        trim();
      }
      succeeded(System.nanoTime() - start, group.size());
    } catch (StorageException.Unavailable | StorageException.DiskFull e) {
      failed(e);
    } catch (FallbackLogException.Io | FallbackLogException.DiskFull e) {
      failed(LogErrors.translate(e));
    } catch (FallbackLogException e) {
      stop(LogErrors.translate(e));
    } catch (RuntimeException e) {
      stop(e);
    } catch (OutOfMemoryError e) {
      // What is short now may be there later.
      failed(new StorageException.Unavailable("no memory to give it blocks: " + e.getMessage(), e));
    } catch (Error e) {
      stop(new IllegalStateException(e.toString(), e));
    }
    lock.lock();
    try {
      attempted = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private boolean worthTrimming() {
    LogStats stats = log.stats();
    return stats.segments() > MAX_DRAINED_SEGMENTS
        || stats.fileBytes() > stats.capacityBytes() / MAX_DRAINED_SEGMENTS;
  }

  /** Lets go of what the store holds beyond doubt; what it has lost is drained again. */
  private void trim() {
    try {
      long verified;
      synchronized (storeLock) {
        verified = disk.verify();
      }
      log.trimTo(verified);
    } catch (StorageException.Corruption e) {
      LOG.warn("disk store lost blocks: {}", e.getMessage());
      rewindToStore();
    }
  }

  /** Goes back to the store's last block, should it hold less than it did. */
  private void rewindToStore() {
    long held = disk.applied().getHeight();
    if (held >= log.drainedThrough()) {
      return;
    }
    long cursor = log.rewind(held);
    if (cursor > held) {
      throw new StorageException.Unavailable(
          String.format(
              "it ends with block %d, the fallback log begins with block %d: what is between them"
                  + " has to be brought back first",
              held, cursor + 1),
          null);
    }
    LOG.warn("disk store holds blocks up to {}; those after it are given to it again", held);
  }

  /** The blocks after the cursor, as many as one write may take. */
  private List<BlockBatch> nextGroup() {
    long next = log.drainedThrough() + 1;
    lock.lock();
    try {
      List<BlockBatch> onHeap = undrained.group(next, MAX_GROUP_BYTES);
      if (!onHeap.isEmpty()) {
        return onHeap;
      }
    } finally {
      lock.unlock();
    }
    return LoggedGroup.read(log, next, MAX_GROUP_BLOCKS, MAX_GROUP_BYTES);
  }

  private void forget(long height) {
    lock.lock();
    try {
      undrained.forget(height);
    } finally {
      lock.unlock();
    }
  }

  private void succeeded(long nanos, int blocks) {
    breaker.onSuccess(nanos, TimeUnit.NANOSECONDS);
    long most = config.slowApply().toNanos();
    // What one block would take lies between the two; where they differ, nothing is known.
    if (nanos <= most) {
      slow = false;
    } else if (nanos / blocks > most) {
      slow = true;
    }
    if (!state.equals("up")) {
      LOG.info("disk store is back, {} blocks wait", log.lastSequence() - log.drainedThrough());
      state = "up";
    }
  }

  private void failed(StorageException e) {
    breaker.onError(0, TimeUnit.NANOSECONDS, e);
    if (state.equals("up")) {
      LOG.warn(
          "disk store failed, blocks go to the fallback log until it is back: {}", e.getMessage());
    }
    state = "down: " + e.getMessage();
  }

  private void stop(RuntimeException e) {
    breaker.releasePermission();
    LOG.error("the log's blocks cannot be given to the disk store; the node must stop", e);
    state = "failed: " + e.getMessage();
    broken = e;
  }

  /** Returns after the first group was tried, or found that there is nothing to drain. */
  void awaitFirstAttempt() {
    await(() -> attempted);
  }

  /**
   * Returns on the next change, or after the time.
   *
   * @throws StorageException.Closed when the engine is closed
   */
  void awaitProgress(long millis) {
    long left = TimeUnit.MILLISECONDS.toNanos(millis);
    boolean interrupted = false;
    lock.lock();
    try {
      while (left > 0) {
        if (closing && Thread.currentThread() != thread) {
          throw new StorageException.Closed("storage engine was closed");
        }
        try {
          changed.awaitNanos(left);
          left = 0;
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    } finally {
      lock.unlock();
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void await(BooleanSupplier reached) {
    lock.lock();
    try {
      while (!reached.getAsBoolean()) {
        changed.awaitUninterruptibly();
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    lock.lock();
    try {
      closing = true;
      closeDeadline = System.nanoTime() + CLOSE_NANOS;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    Threads.join(thread);
  }
}
