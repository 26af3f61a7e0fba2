package dev.varve.bench.engine;

import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import dev.varve.bench.report.Figure;
import dev.varve.bench.report.Figure.Target;
import dev.varve.storage.DiskStore;
import dev.varve.storage.Envelope;
import dev.varve.storage.Keys;
import dev.varve.storage.MemoryStore;
import dev.varve.storage.RecordType;
import dev.varve.storage.StorageEngine;
import dev.varve.storage.disk.rocksdb.RocksDbConfig;
import dev.varve.storage.disk.rocksdb.RocksDbStore;
import dev.varve.storage.engine.DiskPolicy;
import dev.varve.storage.record.LogSlice;
import dev.varve.storage.record.ResultSlice;
import dev.varve.storage.record.StateRecord;
import dev.varve.storage.record.TransactionSlice;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntFunction;

/** Reads that memory answers, on one thread, of keys and positions at random. */
final class HitBench {
  static final String NAME = "hit";
  private static final int READS = 200_000;
  private static final int PLACES = 65_536;
  private static final double P99_US = 5;
  private static final double PER_SECOND = 500_000;
  private static final String MAP = "same map without the engine";
  private static final String HEAP = "ConcurrentHashMap, look-up and parse";
  private static final String ROCKS = "RocksDB get and parse, warm cache";
  private static final String STORE = "RocksDB store, warm cache";

  private final Setup setup;
  private final int blocks;
  private final long[] heights = new long[PLACES];
  private final int[] indexes = new int[PLACES];
  private final ByteString[] keys = new ByteString[PLACES];
  private final List<Measured> sliced = new ArrayList<>();
  private final List<Figure> figures = new ArrayList<>();

  HitBench(Setup setup) {
    this.setup = setup;
    // What 256 MiB of memory hold without pushing anything out.
    this.blocks = Math.max(1, 200_000 / setup.maker().txs());
    Random random = new Random(1);
    for (int i = 0; i < PLACES; i++) {
      heights[i] = 1L + random.nextInt(blocks);
      indexes[i] = random.nextInt(setup.maker().txs());
      keys[i] = BlockMaker.stateKey(heights[i], indexes[i]);
    }
  }

  List<Figure> run() throws IOException, InterruptedException {
    Path folder = setup.folder(NAME);
    RocksDbConfig rocksDb = RocksDbConfig.defaults();
    try (EngineHome home = new EngineHome(folder, rocksDb)) {
      StorageEngine engine = home.open(DiskPolicy.BEHIND, 256 * EngineHome.MIB, false);
      home.awaitMemory();
      for (int height = 1; height <= blocks; height++) {
        setup.show(NAME + ", making blocks", height, blocks);
        engine.commit(setup.maker().block(height));
        home.awaitEntries(height * setup.maker().memoryRecords());
      }
      home.awaitDrained();
      setup.show(NAME + ", reading", 0, READS);
      long missesBefore = home.memory().stats().misses();
      state(engine, home);
      slices(engine, home.memory());
      long misses = home.memory().stats().misses() - missesBefore;
      if (misses > 0) {
        throw new IllegalStateException(misses + " reads were to be hits and missed memory");
      }
      home.stop();
      store(home.storeFolder(), rocksDb);
    }
    return figures;
  }

  private void state(StorageEngine engine, EngineHome home) {
    Parser<StateRecord> parser = StateRecord.parser();
    IntFunction<Object> hit = i -> engine.state(key(i)).orElse(null);
    IntFunction<Object> map = i -> inMap(home.memory(), RecordType.STATE, stateKey(i), parser);
    ConcurrentHashMap<ByteString, byte[]> heap = new ConcurrentHashMap<>();
    for (ByteString key : keys) {
      heap.put(key, home.memory().peek(Keys.typed(RecordType.STATE, key)).orElseThrow());
    }
    IntFunction<Object> inHeap =
        i -> Envelope.openTyped(RecordType.STATE, stateKey(i), heap.get(key(i)), parser);
    Reads reads = new Reads(READS);
    double perSecond = reads.perSecond(hit);
    double p99 = Reads.us(reads.each(hit), 99);
    rate("state by key", perSecond, MAP, reads.perSecond(map));
    rate("state by key", perSecond, HEAP, reads.perSecond(inHeap));
    latency("state by key", p99, MAP, Reads.us(reads.each(map), 99));
    try (RawRocksDb raw =
        new RawRocksDb(home.storeFolder(), 2 * RocksDbConfig.defaults().blockCacheBytes())) {
      IntFunction<Object> get =
          i -> {
            byte[] plain = key(i).toByteArray();
            return Envelope.open(RecordType.STATE, plain, raw.get(plain), parser);
          };
      rate("state by key", perSecond, ROCKS, reads.perSecond(get));
      latency("state by key", p99, ROCKS, Reads.us(reads.each(get), 99));
    }
  }

  /** What the engine took, until the engine is closed and the store alone can be measured. */
  private record Measured(String what, double perSecond, double p99) {}

  private void slices(StorageEngine engine, MemoryStore memory) {
    slice(
        "result by position",
        i -> engine.result(height(i), index(i)).orElse(null),
        i ->
            inMap(memory, RecordType.RESULT, sliceKey(RecordType.RESULT, i), ResultSlice.parser())
                .getResults(index(i) % DiskStore.SLICE_LENGTH));
    slice(
        "log by position",
        i -> engine.log(height(i), index(i)).orElse(null),
        i ->
            inMap(memory, RecordType.LOG, sliceKey(RecordType.LOG, i), LogSlice.parser())
                .getLogs(index(i) % DiskStore.SLICE_LENGTH));
    slice(
        "transaction by position",
        i -> engine.transaction(height(i), index(i)).orElse(null),
        i ->
            inMap(
                    memory,
                    RecordType.TRANSACTION,
                    sliceKey(RecordType.TRANSACTION, i),
                    TransactionSlice.parser())
                .getTxs(index(i) % DiskStore.SLICE_LENGTH));
  }

  private void slice(String what, IntFunction<Object> hit, IntFunction<Object> map) {
    Reads reads = new Reads(READS);
    double perSecond = reads.perSecond(hit);
    double p99 = Reads.us(reads.each(hit), 99);
    rate(what, perSecond, MAP, reads.perSecond(map));
    latency(what, p99, MAP, Reads.us(reads.each(map), 99));
    sliced.add(new Measured(what, perSecond, p99));
  }

  private void store(Path folder, RocksDbConfig rocksDb) {
    try (RocksDbStore store = RocksDbStore.openReadOnly(folder, rocksDb)) {
      List<IntFunction<Object>> reads =
          List.of(
              i -> store.results(height(i), slice(i)).get(index(i) % DiskStore.SLICE_LENGTH),
              i -> store.logs(height(i), slice(i)).get(index(i) % DiskStore.SLICE_LENGTH),
              i -> store.transactions(height(i), slice(i)).get(index(i) % DiskStore.SLICE_LENGTH));
      for (int i = 0; i < reads.size(); i++) {
        Measured of = sliced.get(i);
        Reads timed = new Reads(READS / 4);
        rate(of.what(), of.perSecond(), STORE, timed.perSecond(reads.get(i)));
        latency(of.what(), of.p99(), STORE, Reads.us(timed.each(reads.get(i)), 99));
      }
    }
  }

  private static <M extends MessageLite> M inMap(
      MemoryStore memory, RecordType type, byte[] typedKey, Parser<M> parser) {
    return Envelope.openTyped(type, typedKey, memory.get(typedKey).orElseThrow(), parser);
  }

  private ByteString key(int i) {
    return keys[i % PLACES];
  }

  private byte[] stateKey(int i) {
    return Keys.typed(RecordType.STATE, key(i));
  }

  private byte[] sliceKey(RecordType type, int i) {
    return Keys.typed(type, Keys.chain(height(i), type, slice(i)));
  }

  private long height(int i) {
    return heights[i % PLACES];
  }

  private int index(int i) {
    return indexes[i % PLACES];
  }

  private int slice(int i) {
    return index(i) / DiskStore.SLICE_LENGTH;
  }

  private void rate(String what, double value, String baseline, double baselineValue) {
    Target target = Target.atLeast(PER_SECOND);
    figures.add(new Figure(NAME, what, value, "reads/s", baseline, baselineValue, target));
  }

  private void latency(String what, double value, String baseline, double baselineValue) {
    Target target = Target.atMost(P99_US);
    figures.add(new Figure(NAME, what + ", p99", value, "us", baseline, baselineValue, target));
  }
}
