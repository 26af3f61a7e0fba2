package dev.varve.bench.engine;

import dev.varve.bench.report.Figure;
import dev.varve.bench.report.Figure.Target;
import dev.varve.storage.BlockBatch;
import dev.varve.storage.DiskStore;
import dev.varve.storage.Keys;
import dev.varve.storage.MemoryStore;
import dev.varve.storage.RecordType;
import dev.varve.storage.StorageEngine;
import dev.varve.storage.SyncStatus;
import dev.varve.storage.disk.rocksdb.RocksDbConfig;
import dev.varve.storage.disk.rocksdb.RocksDbStore;
import dev.varve.storage.engine.DiskPolicy;
import dev.varve.storage.memory.ChronicleMemoryStore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What happens after a start: a log full of blocks is drained into an empty RocksDB; then, after
 * another one, memory is warmed from there.
 */
final class CatchUpBench {
  static final String NAME = "catchup";
  private static final double DRAIN_PER_SECOND = 50_000;
  private static final long MEMORY_BYTES = 256 * EngineHome.MIB;
  // What the drainer gives the store in one write.
  private static final int GROUP_TXS = 15_000;

  private final Setup setup;
  private final int blocks;

  CatchUpBench(Setup setup) {
    this.setup = setup;
    this.blocks = setup.blocks();
  }

  List<Figure> run() throws IOException, InterruptedException {
    List<Figure> figures = new ArrayList<>();
    try (EngineHome home = new EngineHome(setup.folder(NAME), RocksDbConfig.defaults())) {
      StorageEngine down = home.open(DiskPolicy.BEHIND, ChronicleMemoryStore.MIN_BOUND_BYTES, true);
      for (int height = 1; height <= blocks; height++) {
        setup.show(NAME + ", blocks into the log", height, blocks);
        down.commit(setup.maker().block(height));
      }
      home.stop();
      double drained = drain(home);
      double applied = apply();
      long perBlock = setup.maker().storedRecords();
      String store = "blocks given to RocksDB directly";
      figures.add(
          new Figure(
              NAME,
              "drain, stored records",
              drained * perBlock,
              "records/s",
              store,
              applied * perBlock,
              Target.atLeast(DRAIN_PER_SECOND)));
      int txs = setup.maker().txs();
      figures.add(
          new Figure(
              NAME,
              "drain, transactions",
              drained * txs,
              "tx/s",
              store,
              applied * txs,
              Target.NONE));
      figures.addAll(warm(home));
    }
    return figures;
  }

  /** Blocks a second, from the moment that the first ones are in the store. */
  private double drain(EngineHome home) throws InterruptedException {
    StorageEngine engine =
        home.open(DiskPolicy.BEHIND, ChronicleMemoryStore.MIN_BOUND_BYTES, false);
    long start = System.nanoTime();
    long first = engine.status().diskHeight();
    setup.show(NAME + ", draining", first, blocks);
    home.awaitDrained();
    double seconds = (System.nanoTime() - start) / 1e9;
    home.stop();
    return (blocks - first) / seconds;
  }

  /** Blocks a second of a store alone; making them lies outside the clock. */
  private double apply() throws IOException {
    Path folder = setup.folder(NAME);
    long nanos = 0;
    int group = Math.max(1, GROUP_TXS / setup.maker().txs());
    try (EngineHome files = new EngineHome(folder, RocksDbConfig.defaults());
        RocksDbStore store = RocksDbStore.open(files.storeFolder(), RocksDbConfig.defaults())) {
      for (int from = 1; from <= blocks; from += group) {
        setup.show(NAME + ", applying directly", from, blocks);
        List<BlockBatch> batches = new ArrayList<>();
        for (int height = from; height < from + group && height <= blocks; height++) {
          batches.add(setup.maker().block(height));
        }
        long start = System.nanoTime();
        store.apply(batches);
        nanos += System.nanoTime() - start;
      }
    }
    return blocks * 1e9 / nanos;
  }

  private List<Figure> warm(EngineHome home) throws InterruptedException {
    StorageEngine engine = home.open(DiskPolicy.BEHIND, MEMORY_BYTES, false);
    EngineHome.await("memory", () -> !engine.status().sync().warmState().equals("waiting"));
    long start = System.nanoTime();
    setup.show(NAME + ", warming", 0, 1);
    home.awaitMemory();
    double seconds = (System.nanoTime() - start) / 1e9;
    SyncStatus sync = engine.status().sync();
    List<byte[][]> records = records(home.memory(), sync.warmHeight());
    home.stop();
    double alone = offer(records) / records.size();
    double megabytes = sync.warmBytes() / 1e6 / sync.warmRecords();
    double perSecond = sync.warmRecords() / seconds;
    String baseline = "the same records into the map alone";
    return List.of(
        row("warm-up, stored records", perSecond, "records/s", baseline, 1 / alone),
        row("warm-up, bytes", perSecond * megabytes, "MB/s", baseline, megabytes / alone));
  }

  private static Figure row(
      String what, double value, String unit, String baseline, double baselineValue) {
    return new Figure(NAME, what, value, unit, baseline, baselineValue, Target.NONE);
  }

  /** What memory was warmed with, newest first. */
  private List<byte[][]> records(MemoryStore memory, long lowest) {
    List<byte[][]> records = new ArrayList<>();
    int slices = (setup.maker().txs() - 1) / DiskStore.SLICE_LENGTH + 1;
    for (long height = blocks; height >= lowest; height--) {
      add(records, memory, height, RecordType.BLOCK, 0);
      for (int slice = 0; slice < slices; slice++) {
        add(records, memory, height, RecordType.TRANSACTION, slice);
        add(records, memory, height, RecordType.RESULT, slice);
        add(records, memory, height, RecordType.LOG, slice);
      }
    }
    return records;
  }

  private static void add(
      List<byte[][]> records, MemoryStore memory, long height, RecordType type, int slice) {
    byte[] key = Keys.typed(type, Keys.chain(height, type, slice));
    memory.peek(key).ifPresent(value -> records.add(new byte[][] {key, value}));
  }

  private static double offer(List<byte[][]> records) {
    try (ChronicleMemoryStore memory = ChronicleMemoryStore.create(MEMORY_BYTES)) {
      long start = System.nanoTime();
      for (byte[][] record : records) {
        memory.offer(record[0], record[1]);
      }
      return (System.nanoTime() - start) / 1e9;
    }
  }
}
