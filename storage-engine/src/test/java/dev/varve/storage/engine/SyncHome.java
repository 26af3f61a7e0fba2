package dev.varve.storage.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.varve.fallback.io.RealFileIo;
import dev.varve.storage.DiskStore;
import dev.varve.storage.Keys;
import dev.varve.storage.MemoryStore;
import dev.varve.storage.RecordType;
import dev.varve.storage.SyncStatus;
import dev.varve.storage.disk.rocksdb.RocksDbConfig;
import dev.varve.storage.disk.rocksdb.RocksDbStore;
import dev.varve.storage.fault.Hooked;
import dev.varve.storage.fixture.Logs;
import dev.varve.storage.memory.ChronicleMemoryStore;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;

/** An engine over RocksDB and Chronicle Map whose clock and stores a test holds in its hand. */
final class SyncHome implements AutoCloseable {
  static final Duration PERIOD = Duration.ofSeconds(60);
  static final Hooked.Hook NOTHING = (method, args) -> {};

  private final Path folder;
  private final DiskPolicy policy;
  private final Random random;
  private final AtomicLong clock = new AtomicLong();
  private volatile Hooked.Hook diskHook = NOTHING;
  private volatile Hooked.Hook memoryHook = NOTHING;
  private volatile MemoryStore memory;
  private DiskStore disk;
  private TieredEngine engine;

  SyncHome(Path folder, DiskPolicy policy, long seed) {
    this.folder = folder;
    this.policy = policy;
    this.random = new Random(seed);
  }

  SyncHome open() {
    disk = RocksDbStore.open(folder.resolve("store"), RocksDbConfig.defaults());
    engine =
        TieredEngine.open(
            Hooked.of(DiskStore.class, disk, (method, args) -> diskHook.before(method, args)),
            Logs.forced(folder.resolve("log"), new RealFileIo(), 64),
            this::newMemory,
            () -> Logs.bridge(folder.resolve("bridge")),
            EngineConfig.of(policy).withSyncPeriod(PERIOD),
            clock::get,
            random);
    return this;
  }

  private MemoryStore newMemory() {
    memory = ChronicleMemoryStore.create(ChronicleMemoryStore.MIN_BOUND_BYTES);
    return Hooked.of(MemoryStore.class, memory, (method, args) -> memoryHook.before(method, args));
  }

  void reopen() {
    engine.close();
    open();
  }

  TieredEngine engine() {
    return engine;
  }

  DiskStore disk() {
    return disk;
  }

  /** The store itself; write to it only while nothing is filled or warmed. */
  MemoryStore memory() {
    return memory;
  }

  /** Before each call of the disk store. */
  void onDisk(Hooked.Hook hook) {
    diskHook = hook;
  }

  /** Before each call of the disk store that the sync job's thread makes. */
  void onSyncRead(Hooked.Hook hook) {
    onDisk(
        (method, args) -> {
          if (Thread.currentThread().getName().equals("varve-memory-sync")) {
            hook.before(method, args);
          }
        });
  }

  /** Before each call of the memory store. */
  void onMemory(Hooked.Hook hook) {
    memoryHook = hook;
  }

  SyncStatus sync() {
    return engine.status().sync();
  }

  void awaitWarm() {
    await(() -> engine.status().memoryState().equals("up"));
    engine.awaitFilled();
    await(() -> sync().warmState().equals("done"));
    engine.awaitFilled();
  }

  /** Lets a period pass, or several, and does not wait. */
  void pass(int periods) {
    clock.addAndGet(periods * PERIOD.toNanos());
    engine.lookAtClock();
  }

  /** Lets a period pass, and waits for the run it brings. */
  void run() {
    long before = sync().runs();
    pass(1);
    await(() -> sync().runs() > before);
    engine.awaitFilled();
  }

  void await(BooleanSupplier reached) {
    long end = System.nanoTime() + Duration.ofSeconds(60).toNanos();
    while (!reached.getAsBoolean()) {
      assertThat(System.nanoTime()).as("given up at %s", engine.status()).isLessThan(end);
      try {
        Thread.sleep(2);
      } catch (InterruptedException e) {
        throw new IllegalStateException("interrupted", e);
      }
    }
  }

  boolean holds(RecordType type, long height, int slice) {
    return memory.peek(key(type, height, slice)).isPresent();
  }

  /** Whether memory has the whole block. */
  boolean holds(long height) {
    int txs = engine.block(height).orElseThrow().getTxCount();
    boolean whole = holds(RecordType.BLOCK, height, 0);
    for (int slice = 0; slice * DiskStore.SLICE_LENGTH < txs; slice++) {
      whole &= holds(RecordType.TRANSACTION, height, slice);
      whole &= holds(RecordType.RESULT, height, slice);
      whole &= holds(RecordType.LOG, height, slice);
    }
    return whole;
  }

  /** Whether no thread of an engine is left in this process. */
  static boolean noThreadIsLeft() {
    return Thread.getAllStackTraces().keySet().stream()
        .noneMatch(thread -> thread.getName().startsWith("varve-") && thread.isAlive());
  }

  static byte[] key(RecordType type, long height, int slice) {
    return Keys.typed(type, Keys.chain(height, type, slice));
  }

  @Override
  public void close() {
    engine.close();
  }
}
