package dev.varve.bench.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.varve.bench.report.Figure;
import dev.varve.bench.report.Figure.Target;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FigureTest {
  @ParameterizedTest
  @CsvSource({"4.9, true", "5, true", "5.1, false"})
  void shouldHoldAnUpperBoundAgainstTheValue(double value, boolean met) {
    assertThat(figure(value, Target.atMost(5)).met()).isEqualTo(met);
  }

  @ParameterizedTest
  @CsvSource({"4.9, false", "5, true", "5.1, true"})
  void shouldHoldALowerBoundAgainstTheValue(double value, boolean met) {
    assertThat(figure(value, Target.atLeast(5)).met()).isEqualTo(met);
  }

  @ParameterizedTest
  @CsvSource({"14, true", "15, true", "16, false"})
  void shouldHoldABoundOfTheRatioAgainstTheBaseline(double value, boolean met) {
    assertThat(figure(value, Target.ratioAtMost(1.5)).met()).isEqualTo(met);
  }

  private static Figure figure(double value, Target target) {
    return new Figure("group", "what", value, "us", "baseline", 10, target);
  }
}
