package dev.varve.bench.abci;

import dev.varve.bench.report.Progress;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/** Drives one server with blocks of one size: warm-up, then measured. */
final class LoadRunner {
  private static final Duration CALL_TIMEOUT = Duration.ofSeconds(60);

  private final Load load;
  private final Genesis genesis;
  private final Progress progress;

  LoadRunner(Load load, Genesis genesis, Progress progress) {
    this.load = load;
    this.genesis = genesis;
    this.progress = progress;
  }

  RunFigures run(String name, String address, Optional<URI> metrics, int blockSize)
      throws BenchException, InterruptedException {
    try (NodeSession session = NodeSession.open(address, genesis, CALL_TIMEOUT)) {
      Optional<ForcesProbe> probe = metrics.map(ForcesProbe::new);
      String title = name + ", blocks of " + blockSize;
      int warmup = load.warmupBlocks(blockSize);
      Recorder warming = drive(session, title + ", warm-up", blockSize, warmup);
      double forces = probe.isPresent() ? probe.get().read() : 0;
      int blocks = load.blocks(blockSize);
      long start = System.nanoTime();
      Recorder recorder = drive(session, title + ", measured", blockSize, blocks);
      double seconds = (System.nanoTime() - start) / 1e9;
      OptionalDouble forcesPerBlock =
          probe.isPresent()
              ? OptionalDouble.of((probe.get().read() - forces) / blocks)
              : OptionalDouble.empty();
      long txs = (long) blockSize * blocks;
      Map<Call, CallFigures> calls = new EnumMap<>(Call.class);
      for (Call call : Call.values()) {
        calls.put(call, recorder.figures(call, txs));
      }
      double first = (warmup == 0 ? recorder : warming).firstTxPerSecond(blockSize);
      return new RunFigures(blockSize, blocks, warmup, calls, first, txs / seconds, forcesPerBlock);
    } catch (IOException e) {
      throw new BenchException(name + " at " + address + " failed: " + describe(e), e);
    } finally {
      progress.clear();
    }
  }

  private Recorder drive(NodeSession session, String title, int blockSize, int blocks)
      throws IOException, BenchException {
    TxGenerator generator = new TxGenerator(load.txBytes(), load.keys());
    Recorder recorder = new Recorder();
    for (int i = 0; i < blocks; i++) {
      progress.show(title + ": block " + (i + 1) + " of " + blocks);
      long height = session.height() + 1;
      BlockRequests block =
          BlockRequests.of(
              genesis, height, generator.block(height, blockSize), load.checkTxBatch());
      session.drive(block, recorder);
    }
    return recorder;
  }

  private static String describe(IOException e) {
    return e.getMessage() == null
        ? "the connection was closed (" + e.getClass().getSimpleName() + ")"
        : e.getMessage();
  }
}
