package dev.varve.bench.abci;

import dev.varve.bench.report.Samples;
import java.util.EnumMap;
import java.util.Map;

/** The times of one measured run. Not thread-safe. */
final class Recorder {
  private final Map<Call, Samples> samples = new EnumMap<>(Call.class);
  private long checkTxNanos;

  Recorder() {
    for (Call call : Call.values()) {
      samples.put(call, new Samples());
    }
  }

  void add(Call call, long nanos) {
    samples.get(call).add(nanos);
  }

  /** Batches overlap, so CheckTx's whole time is not the sum of its batches'. */
  void addCheckTxTime(long nanos) {
    checkTxNanos += nanos;
  }

  long total(Call call) {
    return call == Call.CHECK_TX ? checkTxNanos : samples.get(call).sumNanos();
  }

  double firstTxPerSecond(int blockSize) {
    Samples blocks = samples.get(Call.FINALIZE_AND_COMMIT);
    int count = Math.min(RunFigures.FIRST_BLOCKS, blocks.count());
    return (double) blockSize * count * 1e9 / blocks.sumOfFirst(count);
  }

  CallFigures figures(Call call, long txs) {
    Samples of = samples.get(call);
    return new CallFigures(
        call, txs * 1e9 / total(call), of.percentile(50) / 1e6, of.percentile(99) / 1e6);
  }
}
