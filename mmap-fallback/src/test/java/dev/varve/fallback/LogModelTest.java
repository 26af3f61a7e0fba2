package dev.varve.fallback;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Random operations, failures and power cuts against a model. One run is replayed by {@code
 * -Dvarve.seed=S}; {@code -Dvarve.runs=N} sets how many there are.
 */
@Tag("fault")
class LogModelTest {
  @TempDir Path temporary;

  static LongStream seeds() {
    Long one = Long.getLong("varve.seed");
    if (one != null) {
      return LongStream.of(one);
    }
    long from = System.nanoTime() >>> 8;
    return LongStream.range(from, from + Integer.getInteger("varve.runs", 15));
  }

  @ParameterizedTest(name = "-Dvarve.seed={0}")
  @MethodSource("seeds")
  void shouldHoldWhatItAcknowledged(long seed) throws Exception {
    LogModel model = new LogModel(temporary, seed);
    try {
      model.run(120);
    } catch (Throwable e) {
      throw new AssertionError("replay with -Dvarve.seed=" + seed + "\n" + model.history(), e);
    } finally {
      model.close();
    }
    assertThat(model.steps()).isEqualTo(120);
  }
}
