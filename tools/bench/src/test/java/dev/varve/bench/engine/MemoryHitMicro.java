package dev.varve.bench.engine;

import com.google.protobuf.ByteString;
import dev.varve.storage.Keys;
import dev.varve.storage.RecordType;
import dev.varve.storage.StorageEngine;
import dev.varve.storage.disk.rocksdb.RocksDbConfig;
import dev.varve.storage.engine.DiskPolicy;
import java.io.IOException;
import java.nio.file.Files;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** Reads that memory answers, through the engine; baseline: the map alone, nothing checked. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class MemoryHitMicro {
  private static final int TXS = 5_000;
  private static final int BLOCKS = 10;

  private EngineHome home;
  private StorageEngine engine;
  private int next;

  @Setup
  public void open() throws IOException, InterruptedException {
    home = new EngineHome(Files.createTempDirectory("varve-jmh"), RocksDbConfig.defaults());
    engine = home.open(DiskPolicy.BEHIND, 256 * EngineHome.MIB, false);
    home.awaitMemory();
    BlockMaker maker = new BlockMaker(TXS, 250);
    for (int height = 1; height <= BLOCKS; height++) {
      engine.commit(maker.block(height));
    }
    home.awaitEntries(BLOCKS * maker.memoryRecords());
    home.awaitDrained();
  }

  private int step() {
    next = (next + 7_919) % (TXS * BLOCKS);
    return next;
  }

  private static ByteString key(int place) {
    return BlockMaker.stateKey(1 + place / TXS, place % TXS);
  }

  @Benchmark
  public Object state() {
    return engine.state(key(step())).orElseThrow();
  }

  @Benchmark
  public Object mapBaseline() {
    return home.memory().get(Keys.typed(RecordType.STATE, key(step()))).orElseThrow();
  }

  @Benchmark
  public Object result() {
    int place = step();
    return engine.result(1 + place / TXS, place % TXS).orElseThrow();
  }

  @Benchmark
  public Object log() {
    int place = step();
    return engine.log(1 + place / TXS, place % TXS).orElseThrow();
  }

  @Benchmark
  public Object transaction() {
    int place = step();
    return engine.transaction(1 + place / TXS, place % TXS).orElseThrow();
  }

  @TearDown
  public void close() throws IOException {
    home.close();
  }
}
