package dev.varve.storage.engine;

import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import dev.varve.fallback.FallbackLog;
import dev.varve.storage.BlockBatch;
import dev.varve.storage.MemoryStore;
import dev.varve.storage.RecordType;
import dev.varve.storage.StorageException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The memory store, the thread that fills it, and the batches it does not hold yet; while the store
 * is down, its log in its place.
 *
 * <p>Invariant: as long as a view has a target, each batch is whole in the target, or in the view,
 * or the view names the state keys that it wrote, or the target holds nothing older of those. One
 * thread writes to the target: it takes batches and put-backs in the order they came. A put-back of
 * a mutable record carries the height its reader had seen before it asked the disk, and is dropped
 * when a later batch was filled or passed over, since that batch may have changed the record. A
 * store that failed is given up: a fresh one is made, with growing pauses, and fed from the log.
 */
final class MemoryTier implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(MemoryTier.class);

  /** A million places where 64 MiB of batches may wait for the disk: 24 MiB. */
  private static final long UNDRAINED_BYTES_A_PLACE = 64;

  private final Supplier<MemoryStore> source;
  private final BridgeTarget bridge;
  private final MemoryRebuild rebuild;
  private final Semaphore lacking;
  private final Thread thread;
  private final MemoryTasks tasks;
  private final MemoryBacklog backlog;
  private final RecentLocations locations;
  private final AtomicLong corruptions = new AtomicLong();
  private volatile View view;
  private volatile MemoryTarget memory;
  private volatile String state = "starting";
  private volatile long epoch;
  // Guarded by this.
  private boolean closing;
  private FillTarget wanted;
  private long filling;
  // Written by the filling thread, and on a drop by the committing one before it queues a clear.
  private volatile long writtenThrough;

  /** What a reader goes by: take it once, before the first look-up. No target: ask the disk. */
  record View(List<RecentBatch> recent, FillTarget target, long height) {
    /** The batch of a height, if memory is to have it and does not yet; else null. */
    BlockBatch batch(long wanted) {
      for (RecentBatch batch : recent) {
        if (batch.height() == wanted) {
          return batch.batch();
        }
      }
      return null;
    }
  }

  /**
   * {@code lacking} gets a permit whenever the memory store in use lacks what came before; {@code
   * nanos} is of a clock that is never set.
   */
  MemoryTier(
      Supplier<MemoryStore> source,
      Supplier<FallbackLog> log,
      long height,
      EngineConfig config,
      Semaphore lacking,
      LongSupplier nanos) {
    this.lacking = lacking;
    this.source = source;
    this.tasks = new MemoryTasks(config.maxPutBacks());
    this.backlog = new MemoryBacklog(config);
    this.locations = new RecentLocations(config.maxUndrainedBytes() / UNDRAINED_BYTES_A_PLACE);
    this.bridge = new BridgeTarget(log);
    this.rebuild = new MemoryRebuild(source, store -> tasks.add(() -> adopt(store)), nanos);
    this.view = new View(List.of(), null, height);
    this.writtenThrough = height;
    this.thread = new Thread(this::run, "varve-memory-fill");
    this.thread.setDaemon(true);
    this.thread.start();
  }

  View view() {
    return view;
  }

  String state() {
    return state;
  }

  /**
   * Changes whenever a fresh or emptied memory store comes into use; blocks after the height that
   * the view has then are copied to it as they come. 0 before the first one.
   */
  long epoch() {
    return epoch;
  }

  /** How many batches were passed over as they came. */
  long passedOver() {
    return backlog.passedOver();
  }

  /** Of batches that memory may hold; whether it does, it does not say. */
  RecentLocations locations() {
    return locations;
  }

  long corruptions() {
    return corruptions.get();
  }

  long logBytes() {
    return bridge.bytes();
  }

  MemoryStore.MemoryStats stats() {
    MemoryTarget now = memory;
    if (now != null) {
      try {
        return now.store().stats();
      } catch (RuntimeException | Error e) {
        fail(now, e);
      }
    }
    return new MemoryStore.MemoryStats(0, 0, 0, 0, 0, 0);
  }

  /** Takes a committed batch; called in height order. */
  synchronized void publish(BlockBatch batch) {
    View before = view;
    if (before.target() == null) {
      writtenThrough = batch.height();
      view = new View(List.of(), null, batch.height());
      return;
    }
    long height = batch.height();
    Optional<List<RecentBatch>> waiting = backlog.with(before.recent(), batch, filling);
    if (waiting.isPresent()) {
      view = new View(waiting.get(), before.target(), height);
      tasks.add(() -> fill(height));
      return;
    }
    writtenThrough = height;
    view = new View(List.of(), null, height);
    tasks.add(this::clearAndUse);
  }

  /** A record from memory; whatever is wrong with memory, the answer is just empty. */
  <M extends MessageLite> Optional<M> get(
      View seen, RecordType type, byte[] typedKey, Parser<M> parser) {
    if (seen.target() == null) {
      return Optional.empty();
    }
    try {
      return seen.target().get(type, typedKey, parser);
    } catch (StorageException.Corruption e) {
      corruptions.incrementAndGet();
      LOG.warn("memory store: {}; dropped and read from disk", e.getMessage());
      tasks.offer(() -> guarded(target -> drop(target, typedKey)));
      return Optional.empty();
    } catch (RuntimeException | Error e) {
      fail(seen.target(), e);
      return Optional.empty();
    }
  }

  private static void drop(FillTarget target, byte[] typedKey) {
    if (target instanceof MemoryTarget memory) {
      memory.store().remove(typedKey);
    }
  }

  /** Has the filling thread run something after what waits for it. */
  void execute(Runnable task) {
    tasks.add(task);
  }

  boolean isFilling() {
    return thread.isAlive();
  }

  /** Whether a batch above a height was copied to memory, or passed over. */
  boolean writtenAbove(long height) {
    return writtenThrough > height;
  }

  /** Puts a record that never changes. */
  void putBack(Consumer<MemoryWriter> put) {
    enqueue(put);
  }

  /** Puts a record that may change, unless a batch after {@code seen} may have changed it. */
  void putBackMutable(View seen, Consumer<MemoryWriter> put) {
    enqueue(
        writer -> {
          if (writtenThrough <= seen.height()) {
            put.accept(writer);
          }
        });
  }

  private void enqueue(Consumer<MemoryWriter> put) {
    if (!(view.target() instanceof MemoryTarget)) {
      return;
    }
    tasks.offer(
        () ->
            guarded(
                target -> {
                  if (target instanceof MemoryTarget now) {
                    put.accept(now.writer());
                  }
                }));
  }

  private void run() {
    try {
      adopt(source.get());
    } catch (RuntimeException | Error e) {
      fail(null, e);
    }
    while (!closing()) {
      try {
        tasks.take().run();
      } catch (InterruptedException e) {
        LOG.debug("{} goes on after an interrupt; close ends it", thread.getName());
      } catch (RuntimeException | Error e) {
        fail(view.target(), e);
      }
    }
  }

  /** Goes over to a fresh store: what the log holds is moved there, what waits follows. */
  private void adopt(MemoryStore store) {
    MemoryTarget fresh = new MemoryTarget(store);
    MemoryTarget old = memory;
    memory = fresh;
    if (old != null) {
      old.letGo();
    }
    FillTarget before = view.target();
    try {
      bridge.moveTo(fresh);
    } catch (RuntimeException | Error e) {
      LOG.warn("the fresh memory store failed too, trying on", e);
      rebuild.start();
      return;
    }
    synchronized (this) {
      if (closing) {
        return;
      }
      wanted = fresh;
      if (view.target() == before) {
        view = new View(view.recent(), fresh, view.height());
        begin();
      }
      // Else batches were passed over meanwhile, and the clear that is queued for that takes it.
      state = "up";
    }
  }

  /** Returns when what was queued before has been worked on. */
  void awaitIdle() {
    tasks.awaitIdle();
  }

  private synchronized boolean closing() {
    return closing;
  }

  private void fill(long height) {
    RecentBatch recent;
    synchronized (this) {
      recent = waiting(height);
      if (recent == null) {
        return;
      }
      filling = height;
    }
    if (recent.isPassedOver()) {
      guarded(target -> target.passOver(recent.keys()));
    } else {
      guarded(target -> target.fill(recent.batch()));
      locations.add(recent.batch());
    }
    synchronized (this) {
      filling = 0;
      if (waiting(height) != recent) {
        return;
      }
      writtenThrough = Math.max(writtenThrough, height);
      List<RecentBatch> left = new ArrayList<>(view.recent());
      left.remove(recent);
      view = new View(List.copyOf(left), view.target(), view.height());
    }
  }

  /** The batch of a height, if it still waits. */
  private RecentBatch waiting(long height) {
    return view.recent().stream()
        .filter(recent -> recent.height() == height)
        .findFirst()
        .orElse(null);
  }

  private void clearAndUse() {
    FillTarget target;
    synchronized (this) {
      target = wanted;
    }
    if (target == null) {
      return;
    }
    try {
      target.clear();
    } catch (RuntimeException | Error e) {
      fail(target, e);
      return;
    }
    synchronized (this) {
      if (view.target() == null && wanted == target && !closing) {
        view = new View(List.of(), target, view.height());
        begin();
      }
    }
  }

  private synchronized void begin() {
    epoch++;
    lacking.release();
  }

  private void guarded(Consumer<FillTarget> write) {
    FillTarget target = view.target();
    if (target == null) {
      return;
    }
    try {
      write.accept(target);
    } catch (RuntimeException | Error e) {
      fail(target, e);
    }
  }

  /** Gives up what failed: the store for its log, the log for the disk alone. */
  synchronized void fail(FillTarget failed, Throwable cause) {
    if (closing || failed != wanted) {
      return;
    }
    state = "down: " + cause;
    view = new View(List.of(), null, view.height());
    if (failed == bridge) {
      LOG.warn("memory store's log failed, reads go on from disk", cause);
      wanted = null;
    } else {
      LOG.warn("memory store failed, reads go on from its log and from disk", cause);
      wanted = bridge;
      tasks.add(this::clearAndUse);
    }
    rebuild.start();
  }

  @Override
  public void close() {
    synchronized (this) {
      if (closing) {
        return;
      }
      closing = true;
      state = "closed";
      view = new View(List.of(), null, view.height());
    }
    tasks.add(() -> {});
    rebuild.close();
    Threads.join(thread);
    if (memory != null) {
      memory.letGo();
    }
    bridge.close();
  }
}
