package dev.varve.bench.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class SamplesTest {
  @Test
  void shouldTakeNearestRank() {
    Samples samples = new Samples();
    List<Long> values = new ArrayList<>();
    for (long i = 1; i <= 1_000; i++) {
      values.add(i);
    }
    Collections.shuffle(values, new Random(7));
    values.forEach(samples::add);

    assertThat(samples.percentile(50)).isEqualTo(500);
    assertThat(samples.percentile(99)).isEqualTo(990);
    assertThat(samples.percentile(100)).isEqualTo(1_000);
    assertThat(samples.sumNanos()).isEqualTo(500_500);
    assertThat(samples.count()).isEqualTo(1_000);
  }

  @Test
  void shouldGiveTheOnlySampleForEveryPercentile() {
    Samples samples = new Samples();
    samples.add(42);
    assertThat(samples.percentile(1)).isEqualTo(42);
    assertThat(samples.percentile(99)).isEqualTo(42);
  }

  @Test
  void shouldRefuseAPercentileOfNothing() {
    assertThatThrownBy(() -> new Samples().percentile(50))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void shouldTakeTheMiddleOrTheMeanOfTwo() {
    assertThat(Samples.median(3, 1, 2)).isEqualTo(2);
    assertThat(Samples.median(4, 1, 2, 3)).isEqualTo(2.5);
    assertThatThrownBy(Samples::median).isInstanceOf(IllegalArgumentException.class);
  }

  /** The definition itself: enough samples at or below, and not with the next smaller one. */
  @Property(tries = 200)
  void shouldBeTheSmallestSampleThatEnoughDoNotExceed(
      @ForAll List<@IntRange(min = 0, max = 50) Integer> values,
      @ForAll @IntRange(min = 1, max = 100) int percent) {
    if (values.isEmpty()) {
      return;
    }
    Samples samples = new Samples();
    values.forEach(value -> samples.add(value));

    long result = samples.percentile(percent);

    double needed = percent / 100.0 * values.size();
    assertThat(values.stream().filter(v -> v <= result).count() + 1e-9)
        .isGreaterThanOrEqualTo(needed);
    assertThat((double) values.stream().filter(v -> v < result).count()).isLessThan(needed + 1e-9);
  }
}
