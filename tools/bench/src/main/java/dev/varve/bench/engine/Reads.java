package dev.varve.bench.engine;

import dev.varve.bench.report.Samples;
import java.util.function.IntFunction;

/**
 * Times one kind of read on the calling thread. What is read is used, so that it is not left out.
 */
final class Reads {
  private static final int ROUNDS = 3;

  private final int warmUp;
  private final int reads;
  private int used;

  Reads(int reads) {
    this.reads = reads;
    this.warmUp = 2 * reads;
  }

  /** Reads a second: the median of three rounds without a clock in between. */
  double perSecond(IntFunction<Object> read) {
    round(read, warmUp);
    double[] rates = new double[ROUNDS];
    for (int i = 0; i < ROUNDS; i++) {
      long start = System.nanoTime();
      round(read, reads);
      rates[i] = reads * 1e9 / (System.nanoTime() - start);
    }
    return Samples.median(rates);
  }

  /** Each read by itself, the clock's own time included. */
  Samples each(IntFunction<Object> read) {
    Samples samples = new Samples();
    round(read, warmUp);
    for (int i = 0; i < reads; i++) {
      long start = System.nanoTime();
      Object answer = read.apply(i);
      samples.add(System.nanoTime() - start);
      use(answer);
    }
    return samples;
  }

  private void round(IntFunction<Object> read, int count) {
    for (int i = 0; i < count; i++) {
      use(read.apply(i));
    }
  }

  private void use(Object answer) {
    if (answer == null) {
      throw new IllegalStateException("a record that must be there was not read");
    }
    used += System.identityHashCode(answer.getClass());
  }

  int used() {
    return used;
  }

  static double us(Samples samples, double percent) {
    return samples.percentile(percent) / 1e3;
  }
}
