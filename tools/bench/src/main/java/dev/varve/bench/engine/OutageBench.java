package dev.varve.bench.engine;

import dev.varve.bench.report.Figure;
import dev.varve.bench.report.Figure.Target;
import dev.varve.bench.report.Samples;
import dev.varve.storage.StorageEngine;
import dev.varve.storage.disk.rocksdb.RocksDbConfig;
import dev.varve.storage.engine.DiskPolicy;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Commit while the disk store is down, in turn with commit while it is up, on the same home. The
 * log is drained in between, outside the clock.
 */
final class OutageBench {
  static final String NAME = "outage";
  private static final int ROUNDS = 4;
  private static final double TARGET = 1.5;

  private final Setup setup;

  OutageBench(Setup setup) {
    this.setup = setup;
  }

  List<Figure> run() throws IOException, InterruptedException {
    List<Figure> figures = new ArrayList<>();
    for (DiskPolicy policy : List.of(DiskPolicy.BEHIND, DiskPolicy.THROUGH)) {
      Samples healthy = new Samples();
      Samples down = new Samples();
      String name = policy.name().toLowerCase(Locale.ROOT);
      try (EngineHome home = new EngineHome(setup.folder(NAME), RocksDbConfig.defaults())) {
        StorageEngine engine = home.open(policy, 256 * EngineHome.MIB, false);
        home.awaitMemory();
        int each = Math.max(1, setup.blocks() / ROUNDS);
        commit(home, engine, setup.warmUpBlocks(), false, new Samples(), name);
        for (int round = 0; round < ROUNDS; round++) {
          commit(home, engine, each, round % 2 == 1, round % 2 == 1 ? down : healthy, name);
          commit(home, engine, each, round % 2 == 0, round % 2 == 0 ? down : healthy, name);
        }
      }
      figures.add(row(name, 50, down, healthy));
      figures.add(row(name, 99, down, healthy));
    }
    return figures;
  }

  private void commit(
      EngineHome home, StorageEngine engine, int blocks, boolean down, Samples into, String policy)
      throws InterruptedException {
    home.storeIsDown(down);
    for (int i = 0; i < blocks; i++) {
      setup.show(NAME + " " + policy + (down ? ", down" : ", healthy"), i + 1, blocks);
      long height = engine.applied().getHeight() + 1;
      into.add(CommitBench.commit(engine, setup.maker().block(height)));
    }
    home.storeIsDown(false);
    home.awaitDrained();
  }

  private static Figure row(String policy, double percent, Samples down, Samples healthy) {
    return new Figure(
        NAME,
        policy + ", commit while down, p" + Math.round(percent),
        CommitBench.ms(down, percent),
        "ms",
        "healthy",
        CommitBench.ms(healthy, percent),
        Target.ratioAtMost(TARGET));
  }
}
