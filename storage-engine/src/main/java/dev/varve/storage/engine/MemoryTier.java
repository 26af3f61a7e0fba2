package dev.varve.storage.engine;

import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import dev.varve.storage.BlockBatch;
import dev.varve.storage.Envelope;
import dev.varve.storage.MemoryStore;
import dev.varve.storage.RecordType;
import dev.varve.storage.StorageException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The memory store, the thread that fills it, and the batches it does not hold yet.
 *
 * <p>Invariant: as long as a view says that memory may be read, each batch is whole in memory, or
 * in the view, or memory holds nothing older of what it wrote. One thread writes to memory: it
 * takes batches and put-backs in the order they came. A put-back of a mutable record carries the
 * height its reader had seen before it asked the disk, and is dropped when a later batch was filled
 * or passed over, since that batch may have changed the record.
 */
final class MemoryTier implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(MemoryTier.class);

  private final EngineConfig config;
  private final Thread thread;
  private final LinkedBlockingQueue<Runnable> tasks = new LinkedBlockingQueue<>();
  private final AtomicInteger putBacks = new AtomicInteger();
  private final AtomicLong corruptions = new AtomicLong();
  private volatile View view;
  private volatile MemoryStore memory;
  private volatile String state = "starting";
  // Guarded by this.
  private boolean closing;
  // Written by the filling thread, and on overflow by the committing one before it queues a clear.
  private volatile long writtenThrough;
  private MemoryWriter writer;

  /** What a reader goes by: take it once, before the first look-up. */
  record View(List<RecentBatch> recent, boolean memoryUsable, long height) {}

  MemoryTier(Supplier<MemoryStore> source, long height, EngineConfig config) {
    this.config = config;
    this.view = new View(List.of(), false, height);
    this.writtenThrough = height;
    this.thread = new Thread(() -> run(source), "varve-memory-fill");
    this.thread.setDaemon(true);
    this.thread.start();
  }

  View view() {
    return view;
  }

  String state() {
    return state;
  }

  long corruptions() {
    return corruptions.get();
  }

  MemoryStore.MemoryStats stats() {
    MemoryStore store = memory;
    return store == null ? new MemoryStore.MemoryStats(0, 0, 0, 0, 0, 0) : store.stats();
  }

  /** Takes a committed batch; called in height order. */
  synchronized void publish(BlockBatch batch) {
    View before = view;
    if (!before.memoryUsable()) {
      writtenThrough = batch.height();
      view = new View(List.of(), false, batch.height());
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
    view = new View(List.copyOf(all), true, batch.height());
    tasks.add(() -> fill(recent));
  }

  private void overflow(long height) {
    LOG.warn(
        "memory store is {} blocks behind at height {}: dropped, it is filled anew",
        config.maxPendingBatches(),
        height);
    writtenThrough = height;
    state = "clearing";
    view = new View(List.of(), false, height);
    tasks.add(this::clear);
  }

  /** A record from memory; whatever is wrong with memory, the answer is just empty. */
  <M extends MessageLite> Optional<M> get(
      View seen, RecordType type, byte[] typedKey, Parser<M> parser) {
    if (!seen.memoryUsable()) {
      return Optional.empty();
    }
    try {
      Optional<byte[]> stored = memory.get(typedKey);
      return stored.map(bytes -> Envelope.openTyped(type, typedKey, bytes, parser));
    } catch (StorageException.Corruption e) {
      corruptions.incrementAndGet();
      LOG.warn("memory store: {}; dropped and read from disk", e.getMessage());
      tasks.add(() -> guarded(() -> memory.remove(typedKey)));
      return Optional.empty();
    } catch (RuntimeException e) {
      fail(e);
      return Optional.empty();
    }
  }

  /** Puts a record that never changes. */
  void putBack(Consumer<MemoryWriter> put) {
    enqueue(() -> put.accept(writer));
  }

  /** Puts a record that may change, unless a batch after {@code seen} may have changed it. */
  void putBackMutable(View seen, Consumer<MemoryWriter> put) {
    enqueue(
        () -> {
          if (writtenThrough <= seen.height()) {
            put.accept(writer);
          }
        });
  }

  private void enqueue(Runnable put) {
    if (!view.memoryUsable()) {
      return;
    }
    if (putBacks.incrementAndGet() > config.maxPutBacks()) {
      putBacks.decrementAndGet();
      return;
    }
    tasks.add(
        () -> {
          putBacks.decrementAndGet();
          if (view.memoryUsable()) {
            guarded(put);
          }
        });
  }

  private void run(Supplier<MemoryStore> source) {
    try {
      memory = source.get();
      writer = new MemoryWriter(memory);
      synchronized (this) {
        state = "up";
        view = new View(List.of(), true, view.height());
      }
    } catch (RuntimeException | LinkageError e) {
      fail(e);
    }
    try {
      while (!closing()) {
        tasks.take().run();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
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
    guarded(() -> writer.fill(recent.batch()));
    synchronized (this) {
      View now = view;
      if (!now.recent().contains(recent)) {
        return;
      }
      writtenThrough = Math.max(writtenThrough, recent.batch().height());
      List<RecentBatch> left = new ArrayList<>(now.recent());
      left.remove(recent);
      view = new View(List.copyOf(left), now.memoryUsable(), now.height());
    }
  }

  private void clear() {
    guarded(memory::clear);
    synchronized (this) {
      if (state.equals("clearing")) {
        state = "up";
        view = new View(List.of(), true, view.height());
      }
    }
  }

  private void guarded(Runnable write) {
    try {
      write.run();
    } catch (RuntimeException | LinkageError e) {
      fail(e);
    }
  }

  private synchronized void fail(Throwable cause) {
    if (closing || state.startsWith("down")) {
      return;
    }
    LOG.warn("memory store failed, reads go on from disk until the next start", cause);
    state = "down: " + cause;
    view = new View(List.of(), false, view.height());
  }

  @Override
  public void close() {
    synchronized (this) {
      if (closing) {
        return;
      }
      closing = true;
      state = "closed";
      view = new View(List.of(), false, view.height());
    }
    tasks.add(() -> {});
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    if (memory != null) {
      memory.close();
    }
  }
}
