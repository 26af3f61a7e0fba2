package dev.varve.bench.engine;

import dev.varve.bench.report.Figure;
import dev.varve.bench.report.Figure.Target;
import dev.varve.bench.report.Samples;
import dev.varve.storage.BlockBatch;
import dev.varve.storage.StorageEngine;
import dev.varve.storage.disk.rocksdb.RocksDbConfig;
import dev.varve.storage.engine.DiskPolicy;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Commit of one block after the other, and after each the same bytes to a plain file. */
final class CommitBench {
  static final String NAME = "commit";
  private static final String BASELINE = "plain file, write+force";

  private final Setup setup;
  // What the last block came to in the log; the same length for every one.
  private byte[] payload = new byte[0];

  CommitBench(Setup setup) {
    this.setup = setup;
  }

  List<Figure> run() throws IOException, InterruptedException {
    List<Figure> figures = new ArrayList<>();
    for (DiskPolicy policy : List.of(DiskPolicy.BEHIND, DiskPolicy.THROUGH)) {
      figures.addAll(run(policy));
    }
    return figures;
  }

  private List<Figure> run(DiskPolicy policy) throws IOException, InterruptedException {
    Path folder = setup.folder(NAME);
    String name = policy.name().toLowerCase(Locale.ROOT);
    Samples commits = new Samples();
    Samples plain = new Samples();
    try (EngineHome home = new EngineHome(folder, RocksDbConfig.defaults());
        PlainFile file = new PlainFile(folder.resolve("plain"))) {
      StorageEngine engine = home.open(policy, 256 * EngineHome.MIB, false);
      home.awaitMemory();
      int all = setup.warmUpBlocks() + setup.blocks();
      for (int height = 1; height <= all; height++) {
        setup.show(NAME + " " + name, height, all);
        BlockBatch block = setup.maker().block(height);
        long took = commit(engine, block);
        if (policy == DiskPolicy.BEHIND) {
          payload = home.log().read(height).orElseThrow();
        }
        long tookPlain = file.append(ByteBuffer.wrap(payload));
        if (height > setup.warmUpBlocks()) {
          commits.add(took);
          plain.add(tookPlain);
        }
      }
    }
    return figures(name, commits, plain);
  }

  static long commit(StorageEngine engine, BlockBatch block) {
    long start = System.nanoTime();
    engine.commit(block);
    return System.nanoTime() - start;
  }

  private List<Figure> figures(String policy, Samples commits, Samples plain) {
    String what = policy + ", " + setup.maker().txs() + " txs, ";
    return List.of(
        row(what + "p50", ms(commits, 50), "ms", ms(plain, 50)),
        row(what + "p99", ms(commits, 99), "ms", ms(plain, 99)),
        row(what + "throughput", rate(commits), "tx/s", rate(plain)));
  }

  private static Figure row(String what, double value, String unit, double baseline) {
    return new Figure(NAME, what, value, unit, BASELINE, baseline, Target.NONE);
  }

  private double rate(Samples samples) {
    return samples.count() * (double) setup.maker().txs() / samples.sumNanos() * 1e9;
  }

  static double ms(Samples samples, double percent) {
    return samples.percentile(percent) / 1e6;
  }
}
