package dev.varve.bench.abci;

import dev.varve.bench.report.Samples;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * All rounds of one block size: the n-th of one server ran next to the n-th of the other.
 *
 * @param base the server the ratio is taken to
 */
record ComparedSize(int blockSize, List<RunFigures> base, List<RunFigures> other) {

  double baseMedian(ToDoubleFunction<RunFigures> figure) {
    return Samples.median(base.stream().mapToDouble(figure).toArray());
  }

  double otherMedian(ToDoubleFunction<RunFigures> figure) {
    return Samples.median(other.stream().mapToDouble(figure).toArray());
  }

  /** Of the medians. */
  double ratio(ToDoubleFunction<RunFigures> figure) {
    return otherMedian(figure) / baseMedian(figure);
  }

  /** The ratios of the rounds, each within one round, in their order. */
  double[] roundRatios(ToDoubleFunction<RunFigures> figure) {
    double[] ratios = new double[base.size()];
    for (int i = 0; i < ratios.length; i++) {
      ratios[i] = figure.applyAsDouble(other.get(i)) / figure.applyAsDouble(base.get(i));
    }
    return ratios;
  }
}
