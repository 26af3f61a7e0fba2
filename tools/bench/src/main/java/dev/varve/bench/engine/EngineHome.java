package dev.varve.bench.engine;

import com.google.protobuf.ByteString;
import dev.varve.fallback.Durability;
import dev.varve.fallback.FallbackLog;
import dev.varve.fallback.LogConfig;
import dev.varve.fallback.io.FileTrees;
import dev.varve.fallback.io.RealFileIo;
import dev.varve.storage.DiskStore;
import dev.varve.storage.EngineStatus;
import dev.varve.storage.Keys;
import dev.varve.storage.MemoryStore;
import dev.varve.storage.RecordType;
import dev.varve.storage.disk.rocksdb.RocksDbConfig;
import dev.varve.storage.disk.rocksdb.RocksDbStore;
import dev.varve.storage.engine.DiskPolicy;
import dev.varve.storage.engine.EngineConfig;
import dev.varve.storage.engine.TieredEngine;
import dev.varve.storage.memory.ChronicleMemoryStore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * An engine as the node wires it, in a folder of its own that {@link #close} removes; with its
 * default settings but for what is given. Threads: one.
 */
final class EngineHome implements AutoCloseable {
  static final long MIB = 1L << 20;
  private static final int SEGMENT_BYTES = (int) (32 * MIB);
  private static final long LOG_BYTES = 4096 * MIB;
  private static final long WAIT_NANOS = 120_000_000_000L;

  private final Path folder;
  private final Supplier<DiskStore> stores;
  private TieredEngine engine;
  private StoreSwitch disk;
  private FallbackLog log;
  private volatile MemoryStore memory;

  EngineHome(Path folder, RocksDbConfig rocksDb) {
    this(folder, () -> RocksDbStore.open(storeFolder(folder), rocksDb));
  }

  /** Over the store that {@code stores} opens; the engine closes it. */
  EngineHome(Path folder, Supplier<DiskStore> stores) {
    this.folder = folder;
    this.stores = stores;
  }

  /** Opens the engine; a home that was stopped goes on where it was. */
  TieredEngine open(DiskPolicy policy, long memoryBytes, boolean storeIsDown) {
    disk = new StoreSwitch(stores.get());
    disk.down(storeIsDown);
    log = log(folder.resolve("log"), Durability.FORCED);
    engine =
        TieredEngine.open(
            disk.store(),
            log,
            () -> {
              memory = ChronicleMemoryStore.create(memoryBytes);
              return memory;
            },
            () -> log(folder.resolve("bridge"), Durability.VOLATILE),
            EngineConfig.of(policy));
    return engine;
  }

  static FallbackLog log(Path folder, Durability durability) {
    return FallbackLog.open(
        new LogConfig(folder, SEGMENT_BYTES, LOG_BYTES, 1024 * MIB, durability), new RealFileIo());
  }

  Path storeFolder() {
    return storeFolder(folder);
  }

  private static Path storeFolder(Path folder) {
    return folder.resolve("store");
  }

  FallbackLog log() {
    return log;
  }

  TieredEngine engine() {
    return engine;
  }

  boolean holdsState(ByteString key) {
    return memory.peek(Keys.typed(RecordType.STATE, key)).isPresent();
  }

  MemoryStore memory() {
    return memory;
  }

  void storeIsDown(boolean down) {
    disk.down(down);
  }

  /** Returns when the memory store is up and takes blocks. */
  void awaitMemory() throws InterruptedException {
    await("the memory store", () -> !status().memoryState().equals("starting"));
    await("the warming of memory", () -> status().sync().warmState().equals("done"));
  }

  /** Returns when memory has so many entries. */
  void awaitEntries(long entries) throws InterruptedException {
    await("memory to hold " + entries + " records", () -> status().memory().entries() >= entries);
  }

  /** Returns when the disk store has all blocks. */
  void awaitDrained() throws InterruptedException {
    await(
        "the disk store",
        () -> {
          EngineStatus now = status();
          return now.diskHeight() == now.height();
        });
  }

  private EngineStatus status() {
    return engine.status();
  }

  static void await(String what, BooleanSupplier reached) throws InterruptedException {
    long end = System.nanoTime() + WAIT_NANOS;
    while (!reached.getAsBoolean()) {
      if (System.nanoTime() > end) {
        throw new IllegalStateException(
            "waited for " + what + " for " + WAIT_NANOS / 1_000_000_000 + " s, in vain");
      }
      Thread.sleep(1);
    }
  }

  /** Stops the engine and leaves its files. */
  void stop() {
    if (engine != null) {
      engine.close();
      engine = null;
    }
  }

  @Override
  public void close() throws IOException {
    stop();
    FileTrees.delete(folder);
  }
}
