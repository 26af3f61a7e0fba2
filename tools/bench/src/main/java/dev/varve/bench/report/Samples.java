package dev.varve.bench.report;

import java.util.Arrays;

/** Durations in nanoseconds, in the order they were taken. Not thread-safe. */
public final class Samples {
  private long[] values = new long[256];
  private int count;
  private long sum;

  public void add(long nanos) {
    if (count == values.length) {
      values = Arrays.copyOf(values, count * 2);
    }
    values[count++] = nanos;
    sum += nanos;
  }

  /** Adds what another has. */
  public void addAll(Samples other) {
    for (int i = 0; i < other.count; i++) {
      add(other.values[i]);
    }
  }

  public int count() {
    return count;
  }

  public long sumNanos() {
    return sum;
  }

  public long sumOfFirst(int length) {
    return Arrays.stream(values, 0, Math.min(length, count)).sum();
  }

  /** Nearest rank: the smallest sample that at least {@code percent} of all do not exceed. */
  public long percentile(double percent) {
    if (count == 0) {
      throw new IllegalStateException("no samples");
    }
    long[] sorted = Arrays.copyOf(values, count);
    Arrays.sort(sorted);
    int rank = (int) Math.ceil(percent / 100 * count);
    return sorted[Math.max(rank, 1) - 1];
  }

  /** The middle value, or the mean of the two in the middle. */
  public static double median(double... values) {
    if (values.length == 0) {
      throw new IllegalArgumentException("no values");
    }
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int half = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
  }
}
