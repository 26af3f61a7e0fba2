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
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
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
 * or the target holds nothing older of what it wrote. One thread writes to the target: it takes
 * batches and put-backs in the order they came. A put-back of a mutable record carries the height
 * its reader had seen before it asked the disk, and is dropped when a later batch was filled or
 * passed over, since that batch may have changed the record. A store that failed is given up: a
 * fresh one is made, with growing pauses, and fed from the log.
 */
final class MemoryTier implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(MemoryTier.class);

  private final EngineConfig config;
  private final Supplier<MemoryStore> source;
  private final BridgeTarget bridge;
  private final MemoryRebuild rebuild;
  private final Semaphore lacking;
  private final Thread thread;
  private final LinkedBlockingQueue<Runnable> tasks = new LinkedBlockingQueue<>();
  private final AtomicInteger putBacks = new AtomicInteger();
  private final AtomicLong corruptions = new AtomicLong();
  private volatile View view;
  private volatile MemoryTarget memory;
  private volatile String state = "starting";
  private volatile long epoch;
  // Guarded by this.
  private boolean closing;
  private FillTarget wanted;
  // Written by the filling thread, and on overflow by the committing one before it queues a clear.
  private volatile long writtenThrough;

  /** What a reader goes by: take it once, before the first look-up. No target: ask the disk. */
  record View(List<RecentBatch> recent, FillTarget target, long height) {}

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
    this.config = config;
    this.lacking = lacking;
    this.source = source;
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
    if (before.recent().size() >= config.maxPendingBatches()) {
      overflow(batch.height());
      return;
    }
    RecentBatch recent = new RecentBatch(batch);
    List<RecentBatch> all = new ArrayList<>(before.recent().size() + 1);
    all.add(recent);
    all.addAll(before.recent());
    view = new View(List.copyOf(all), before.target(), batch.height());
    tasks.add(() -> fill(recent));
  }

  private void overflow(long height) {
    LOG.warn(
        "memory store is {} blocks behind at height {}: dropped, it is filled anew",
        config.maxPendingBatches(),
        height);
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
      tasks.add(() -> guarded(target -> drop(target, typedKey)));
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
    if (putBacks.incrementAndGet() > config.maxPutBacks()) {
      putBacks.decrementAndGet();
      return;
    }
    tasks.add(
        () -> {
          putBacks.decrementAndGet();
          guarded(
              target -> {
                if (target instanceof MemoryTarget now) {
                  put.accept(now.writer());
                }
              });
        });
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
      letGo(old.store());
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
    CountDownLatch reached = new CountDownLatch(1);
    tasks.add(reached::countDown);
    try {
      reached.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private synchronized boolean closing() {
    return closing;
  }

  private void fill(RecentBatch recent) {
    if (!view.recent().contains(recent)) {
      return;
    }
    guarded(target -> target.fill(recent.batch()));
    synchronized (this) {
      View now = view;
      if (!now.recent().contains(recent)) {
        return;
      }
      writtenThrough = Math.max(writtenThrough, recent.batch().height());
      List<RecentBatch> left = new ArrayList<>(now.recent());
      left.remove(recent);
      view = new View(List.copyOf(left), now.target(), now.height());
    }
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

  /** One that cannot be closed must keep nobody from going on without it. */
  private static void letGo(MemoryStore store) {
    try {
      store.close();
    } catch (RuntimeException | Error e) {
      LOG.warn("a memory store that is not used any more cannot be closed", e);
    }
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
      letGo(memory.store());
    }
    bridge.close();
  }
}
