package dev.varve.storage.engine;

import dev.varve.fallback.io.RealFileIo;
import dev.varve.storage.EngineStatus;
import dev.varve.storage.disk.rocksdb.RocksDbConfig;
import dev.varve.storage.disk.rocksdb.RocksDbStore;
import dev.varve.storage.fixture.BatchBuilder;
import dev.varve.storage.fixture.Logs;
import dev.varve.storage.memory.ChronicleMemoryStore;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * Prints how fast memory is warmed, in time and in processor time of the two threads that do it
 * (the second holds on a busy machine too), and what commits take meanwhile and afterwards; run by
 * hand.
 *
 * <p>Arguments: folder, blocks, transactions a block, MiB of memory.
 */
final class WarmUpBench {
  private static final int TX_BYTES = 250;
  private static final int COMMITS = 60;

  private final Path folder;
  private final int txs;
  private final long memoryBytes;
  private final Random random = new Random(1);
  private long height;

  private WarmUpBench(Path folder, int txs, long memoryBytes) {
    this.folder = folder;
    this.txs = txs;
    this.memoryBytes = memoryBytes;
  }

  public static void main(String[] args) throws IOException, InterruptedException {
    Path folder = Files.createTempDirectory(Path.of(args[0]), "bench");
    WarmUpBench bench =
        new WarmUpBench(folder, Integer.parseInt(args[2]), Long.parseLong(args[3]) << 20);
    try (TieredEngine engine = bench.open()) {
      bench.commit(engine, Integer.parseInt(args[1]));
    }
    for (int i = 0; i < 3; i++) {
      bench.warm();
    }
    bench.warmAndCommit();
  }

  private TieredEngine open() {
    return TieredEngine.open(
        RocksDbStore.open(folder.resolve("store"), RocksDbConfig.defaults()),
        Logs.forced(folder.resolve("log"), new RealFileIo(), 64),
        () -> ChronicleMemoryStore.create(memoryBytes),
        () -> Logs.bridge(folder.resolve("bridge")),
        EngineConfig.of(DiskPolicy.THROUGH));
  }

  private List<Double> commit(TieredEngine engine, int count) {
    List<Double> millis = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      height++;
      var batch = BatchBuilder.random(height, txs, TX_BYTES, random).build();
      long start = System.nanoTime();
      engine.commit(batch);
      millis.add((System.nanoTime() - start) / 1e6);
      engine.awaitFilled();
    }
    Collections.sort(millis);
    return millis;
  }

  private void warm() throws InterruptedException {
    try (TieredEngine engine = open()) {
      while (engine.status().sync().warmState().equals("waiting")) {
        Thread.sleep(1);
      }
      long start = System.nanoTime();
      await(engine);
      double seconds = (System.nanoTime() - start) / 1e9;
      EngineStatus status = engine.status();
      long blocks = height - status.sync().warmHeight() + 1;
      System.out.printf(
          "%d records, %d blocks, %d transactions, %.1f MB in %.2f s: %.0f records/s,"
              + " %.0f transactions/s, %.1f MB/s; processor time: sync %.2f s, fill %.2f s%n",
          status.sync().warmRecords(),
          blocks,
          blocks * txs,
          status.sync().warmBytes() / 1e6,
          seconds,
          status.sync().warmRecords() / seconds,
          blocks * txs / seconds,
          status.sync().warmBytes() / 1e6 / seconds,
          cpu("varve-memory-sync"),
          cpu("varve-memory-fill"));
    }
  }

  private void warmAndCommit() throws InterruptedException {
    try (TieredEngine engine = open()) {
      await(engine);
      print("before", commit(engine, COMMITS));
    }
    try (TieredEngine engine = open()) {
      while (engine.status().sync().warmState().equals("waiting")) {
        Thread.sleep(1);
      }
      print("while it warms", commit(engine, COMMITS));
      System.out.println("warming is " + engine.status().sync().warmState());
      await(engine);
      print("afterwards", commit(engine, COMMITS));
    }
  }

  private static void print(String when, List<Double> millis) {
    System.out.printf(
        "commit %s: median %.1f ms, highest %.1f ms%n",
        when, millis.get(millis.size() / 2), millis.get(millis.size() - 1));
  }

  private static void await(TieredEngine engine) throws InterruptedException {
    while (!engine.status().sync().warmState().equals("done")) {
      Thread.sleep(1);
    }
  }

  private static double cpu(String name) {
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    for (ThreadInfo thread : threads.getThreadInfo(threads.getAllThreadIds())) {
      if (thread != null && thread.getThreadName().equals(name)) {
        return threads.getThreadCpuTime(thread.getThreadId()) / 1e9;
      }
    }
    return 0;
  }
}
