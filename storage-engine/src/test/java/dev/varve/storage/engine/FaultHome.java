package dev.varve.storage.engine;

import dev.varve.fallback.Durability;
import dev.varve.fallback.FallbackLog;
import dev.varve.fallback.LogConfig;
import dev.varve.fallback.io.FileIo;
import dev.varve.storage.DiskStore;
import dev.varve.storage.MemoryStore;
import dev.varve.storage.fault.FaultyStore;
import dev.varve.storage.fault.Hooked;
import dev.varve.storage.fault.StoreKind;
import dev.varve.storage.fixture.Logs;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;

/**
 * An engine over a real disk store of either kind, a log of small segments and a heap for memory,
 * of which every call can be made to fail, and whose clock can be set.
 */
final class FaultHome implements AutoCloseable {
  static final Hooked.Hook NOTHING = (method, args) -> {};
  static final Duration PERIOD = Duration.ofHours(1);
  static final int SEGMENT_BYTES = 8 << 10;
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private final Path folder;
  private final StoreKind kind;
  private final FileIo files;
  private Path storeFolder;
  private Path logFolder;
  private final AtomicLong clockOffset = new AtomicLong();
  private EngineConfig config;
  private int logSegments = 64;
  private volatile Hooked.Hook diskHook = NOTHING;
  private volatile Hooked.Hook memoryHook = NOTHING;
  private volatile HeapMemoryStore memory;
  private FaultyStore disk;
  private TieredEngine engine;

  /** {@code files}: the disk log's. */
  FaultHome(Path folder, StoreKind kind, DiskPolicy policy, FileIo files) {
    this.folder = folder;
    this.storeFolder = folder.resolve("store");
    this.logFolder = folder.resolve("log");
    this.kind = kind;
    this.files = files;
    this.config =
        new EngineConfig(policy, 16, 4096, 1 << 20, Duration.ofMillis(500), Duration.ZERO, PERIOD);
  }

  /** Another configuration of the engine, before it is opened. */
  FaultHome with(EngineConfig other) {
    config = other;
    return this;
  }

  /** Another bound of the log, before it is opened. */
  FaultHome withLogSegments(int segments) {
    logSegments = segments;
    return this;
  }

  /** The store elsewhere, before it is opened. */
  FaultHome withStoreFolder(Path other) {
    storeFolder = other;
    return this;
  }

  /** The disk log elsewhere, before it is opened. */
  FaultHome withLogFolder(Path other) {
    logFolder = other;
    return this;
  }

  FaultHome open() {
    FaultyStore store = new FaultyStore(kind.open(storeFolder));
    disk = store;
    FallbackLog log;
    try {
      log = openLog();
    } catch (RuntimeException e) {
      store.close();
      throw e;
    }
    try {
      engine =
          TieredEngine.open(
              Hooked.of(DiskStore.class, store, new Delegate(() -> diskHook)),
              log,
              this::newMemory,
              () -> Logs.bridge(folder.resolve("bridge")),
              config,
              () -> System.nanoTime() + clockOffset.get(),
              new Random(1));
    } catch (RuntimeException e) {
      log.close();
      store.close();
      throw e;
    }
    return this;
  }

  private FallbackLog openLog() {
    return FallbackLog.open(
        new LogConfig(
            logFolder, SEGMENT_BYTES, (long) logSegments * SEGMENT_BYTES, 0, Durability.FORCED),
        files);
  }

  private MemoryStore newMemory() {
    memory = new HeapMemoryStore();
    return Hooked.of(MemoryStore.class, memory, new Delegate(() -> memoryHook));
  }

  private record Delegate(java.util.function.Supplier<Hooked.Hook> now) implements Hooked.Hook {
    @Override
    public void before(String method, Object[] args) throws Exception {
      now.get().before(method, args);
    }

    @Override
    public void after(String method) {
      now.get().after(method);
    }
  }

  Path folder() {
    return folder;
  }

  TieredEngine engine() {
    return engine;
  }

  /** The store itself. */
  FaultyStore disk() {
    return disk;
  }

  HeapMemoryStore memory() {
    return memory;
  }

  void onDisk(Hooked.Hook hook) {
    diskHook = hook;
  }

  void onMemory(Hooked.Hook hook) {
    memoryHook = hook;
  }

  /** Sets the clock by so much, forward or back. */
  void step(Duration by) {
    clockOffset.addAndGet(by.toNanos());
    engine.lookAtClock();
  }

  void awaitDrained() {
    await(() -> engine.status().diskHeight() >= engine.applied().getHeight());
  }

  void await(BooleanSupplier reached) {
    long end = System.nanoTime() + LIMIT.toNanos();
    while (!reached.getAsBoolean()) {
      if (System.nanoTime() > end) {
        throw new AssertionError("given up at " + engine.status());
      }
      try {
        Thread.sleep(2);
      } catch (InterruptedException e) {
        throw new IllegalStateException("interrupted", e);
      }
    }
  }

  @Override
  public void close() {
    engine.close();
  }
}
