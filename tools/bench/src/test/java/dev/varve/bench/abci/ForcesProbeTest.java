package dev.varve.bench.abci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class ForcesProbeTest {
  @Test
  void shouldReadTheCounter() throws BenchException {
    String text =
        """
        # HELP varve_forces_total Times bytes were forced to disk
        # TYPE varve_forces_total counter
        varve_forces_total 1.7E3
        varve_height 12.0
        """;
    assertThat(ForcesProbe.sum(text)).hasValue(1_700);
  }

  @Test
  void shouldAddUpLabels() throws BenchException {
    String text =
        """
        varve_forces_total{store="a b",} 3.0
        varve_forces_total{store="c"} 4.0 1395066363000
        """;
    assertThat(ForcesProbe.sum(text)).hasValue(7);
  }

  @Test
  void shouldTellAbsentFromZero() throws BenchException {
    assertThat(ForcesProbe.sum("varve_forces_total_other 5\n")).isEmpty();
    assertThat(ForcesProbe.sum("varve_forces_total 0.0\n")).hasValue(0);
  }

  @Test
  void shouldRefuseAValueThatIsNoNumber() {
    assertThatThrownBy(() -> ForcesProbe.sum("varve_forces_total many\n"))
        .isInstanceOf(BenchException.class)
        .hasMessageContaining("many");
  }
}
