package dev.varve.bench.engine;

import dev.varve.bench.report.Figure;
import dev.varve.bench.report.Figure.Target;
import dev.varve.bench.report.Samples;
import dev.varve.fallback.Durability;
import dev.varve.fallback.FallbackLog;
import dev.varve.fallback.KeyIndex;
import dev.varve.fallback.LogEntry;
import dev.varve.fallback.io.FileTrees;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** One entry after the other into a fallback log, a force each, and into a plain file in turn. */
final class AppendBench {
  static final String NAME = "append";
  private static final int BYTES_PER_TX = 560;
  private static final int[] TXS = {5_000, 100};

  private final Setup setup;

  AppendBench(Setup setup) {
    this.setup = setup;
  }

  List<Figure> run() throws IOException {
    List<Figure> figures = new ArrayList<>();
    for (int txs : TXS) {
      figures.addAll(run(txs));
    }
    return figures;
  }

  private List<Figure> run(int txs) throws IOException {
    Samples appends = new Samples();
    Samples plain = new Samples();
    byte[] payload = new byte[txs * BYTES_PER_TX];
    new Random(3).nextBytes(payload);
    KeyIndex index = index(2 * txs, payload.length);
    Path folder = setup.folder(NAME);
    try (FallbackLog log = EngineHome.log(folder.resolve("log"), Durability.FORCED);
        PlainFile file = new PlainFile(folder.resolve("plain"))) {
      int all = setup.warmUpBlocks() + setup.blocks();
      for (int sequence = 1; sequence <= all; sequence++) {
        setup.show(NAME + " of " + payload.length + " bytes", sequence, all);
        long start = System.nanoTime();
        log.append(new LogEntry(sequence, payload, 0, payload.length, index));
        long took = System.nanoTime() - start;
        long tookPlain = file.append(ByteBuffer.wrap(payload));
        if (sequence > setup.warmUpBlocks()) {
          appends.add(took);
          plain.add(tookPlain);
        }
      }
    } finally {
      FileTrees.delete(folder);
    }
    return List.of(
        row(payload.length, 50, appends, plain), row(payload.length, 99, appends, plain));
  }

  private static KeyIndex index(int keys, int payloadBytes) {
    KeyIndex index = new KeyIndex(keys);
    for (int i = 0; i < keys; i++) {
      index.add(BlockMaker.mix(i), i % payloadBytes);
    }
    return index;
  }

  private static Figure row(int bytes, double percent, Samples appends, Samples plain) {
    return new Figure(
        NAME,
        String.format("%,d bytes, p%d", bytes, Math.round(percent)),
        CommitBench.ms(appends, percent),
        "ms",
        "plain file, write+force",
        CommitBench.ms(plain, percent),
        Target.NONE);
  }
}
