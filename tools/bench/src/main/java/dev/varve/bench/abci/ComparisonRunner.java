package dev.varve.bench.abci;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Runs two servers in turn, never at the same time, and swaps who comes first from round to round,
 * so that a machine that slows down or speeds up meanwhile does so for both.
 */
final class ComparisonRunner {
  private final LoadRunner runner;
  private final Path parent;

  ComparisonRunner(LoadRunner runner, Path parent) {
    this.runner = runner;
    this.parent = parent;
  }

  List<ComparedSize> run(AbciBench.Comparison comparison, List<Integer> blockSizes)
      throws BenchException, InterruptedException {
    // The driver is a cold Java program, too: it must not cost the first server of the first round.
    runOne(comparison.base(), " (driver's warm-up, not counted)", blockSizes.get(0));
    List<ComparedSize> sizes = new ArrayList<>();
    for (int size : blockSizes) {
      List<RunFigures> base = new ArrayList<>();
      List<RunFigures> other = new ArrayList<>();
      for (int round = 1; round <= comparison.rounds(); round++) {
        String suffix = " (round " + round + " of " + comparison.rounds() + ")";
        boolean baseFirst = round % 2 == 1;
        if (baseFirst) {
          base.add(runOne(comparison.base(), suffix, size));
        }
        other.add(runOne(comparison.other(), suffix, size));
        if (!baseFirst) {
          base.add(runOne(comparison.base(), suffix, size));
        }
      }
      sizes.add(new ComparedSize(size, base, other));
    }
    return sizes;
  }

  private RunFigures runOne(Contender contender, String suffix, int blockSize)
      throws BenchException, InterruptedException {
    try (ServerProcess server = ServerProcess.start(contender, parent)) {
      return runner.run(contender.name() + suffix, server.address(), server.metrics(), blockSize);
    }
  }
}
