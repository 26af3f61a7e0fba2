package dev.varve.bench.engine;

import com.google.protobuf.ByteString;
import dev.varve.bench.report.Figure;
import dev.varve.bench.report.Figure.Target;
import dev.varve.bench.report.Samples;
import dev.varve.storage.Envelope;
import dev.varve.storage.RecordType;
import dev.varve.storage.StorageEngine;
import dev.varve.storage.disk.rocksdb.RocksDbConfig;
import dev.varve.storage.engine.DiskPolicy;
import dev.varve.storage.record.StateRecord;
import java.io.IOException;
import java.util.List;
import java.util.Random;

/**
 * Reads that memory cannot answer: of state whose records have five times the bytes that the memory
 * store may take. RocksDB's cache is half as large as the memory store.
 */
final class MissBench {
  static final String NAME = "miss";
  private static final long MEMORY_BYTES = 32 * EngineHome.MIB;
  private static final long CACHE_BYTES = 16 * EngineHome.MIB;
  private static final int TIMES = 5;
  private static final int CHUNK = 1_000;
  private static final int CHUNKS = 60;
  private static final int WARM_UP_CHUNKS = 10;
  private static final String BASELINE = "RocksDB's own get and parse";

  private final Setup setup;
  private final Random random = new Random(2);

  MissBench(Setup setup) {
    this.setup = setup;
  }

  List<Figure> run() throws IOException, InterruptedException {
    RocksDbConfig rocksDb =
        new RocksDbConfig(
            CACHE_BYTES,
            RocksDbConfig.defaults().walBytes(),
            RocksDbConfig.defaults().maxBackgroundJobs());
    try (EngineHome home = new EngineHome(setup.folder(NAME), rocksDb)) {
      long blocks = fill(home);
      StorageEngine engine = home.open(DiskPolicy.BEHIND, MEMORY_BYTES, false);
      home.awaitMemory();
      Samples missed = new Samples();
      Samples raw = new Samples();
      try (RawRocksDb rocks = new RawRocksDb(home.storeFolder(), CACHE_BYTES)) {
        for (int chunk = 0; chunk < CHUNKS; chunk++) {
          setup.show(NAME + ", reading", chunk, CHUNKS);
          ByteString[] keys = misses(home, blocks);
          boolean counts = chunk >= WARM_UP_CHUNKS;
          boolean engineFirst = chunk % 2 == 0;
          if (engineFirst) {
            read(engine, keys, counts ? missed : new Samples());
          }
          read(rocks, keys, counts ? raw : new Samples());
          if (!engineFirst) {
            read(engine, keys, counts ? missed : new Samples());
          }
        }
      }
      return List.of(row(50, missed, raw), row(99, missed, raw));
    }
  }

  /** The store alone: memory starts empty, and warming brings no state. */
  private long fill(EngineHome home) throws InterruptedException {
    StorageEngine engine = home.open(DiskPolicy.BEHIND, MEMORY_BYTES, false);
    ByteString key = BlockMaker.stateKey(1, 0);
    long records = TIMES * MEMORY_BYTES / (key.size() + 230) + 1;
    long blocks = records / setup.maker().txs() + 1;
    for (long height = 1; height <= blocks; height++) {
      setup.show(NAME + ", making blocks", height, blocks);
      engine.commit(setup.maker().block(height));
    }
    home.awaitDrained();
    home.stop();
    return blocks;
  }

  /** Keys at random that memory does not hold now. */
  private ByteString[] misses(EngineHome home, long blocks) {
    ByteString[] keys = new ByteString[CHUNK];
    for (int i = 0; i < CHUNK; ) {
      long height = 1L + random.nextInt((int) blocks);
      ByteString key = BlockMaker.stateKey(height, random.nextInt(setup.maker().txs()));
      if (!home.holdsState(key)) {
        keys[i++] = key;
      }
    }
    return keys;
  }

  private static void read(StorageEngine engine, ByteString[] keys, Samples into) {
    for (ByteString key : keys) {
      long start = System.nanoTime();
      StateRecord state = engine.state(key).orElseThrow();
      into.add(System.nanoTime() - start);
      requireValue(state);
    }
  }

  private static void read(RawRocksDb rocks, ByteString[] keys, Samples into) {
    for (ByteString key : keys) {
      long start = System.nanoTime();
      byte[] plain = key.toByteArray();
      StateRecord state =
          Envelope.open(RecordType.STATE, plain, rocks.get(plain), StateRecord.parser());
      into.add(System.nanoTime() - start);
      requireValue(state);
    }
  }

  private static void requireValue(StateRecord state) {
    if (state.getValue().isEmpty()) {
      throw new IllegalStateException("a state record came back empty");
    }
  }

  private static Figure row(double percent, Samples missed, Samples raw) {
    return new Figure(
        NAME,
        "state by key, from RocksDB, p" + Math.round(percent),
        Reads.us(missed, percent),
        "us",
        BASELINE,
        Reads.us(raw, percent),
        Target.NONE);
  }
}
