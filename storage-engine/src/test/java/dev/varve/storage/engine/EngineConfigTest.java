package dev.varve.storage.engine;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EngineConfigTest {
  private static final long MIB = 1L << 20;

  @ParameterizedTest
  @CsvSource({"32, 4, 4", "256, 8, 16", "512, 16, 32", "1024, 16, 64", "8192, 16, 64"})
  void shouldKeepLessOnASmallHeap(long heapMib, int batches, long undrainedMib) {
    EngineConfig config = EngineConfig.forHeap(DiskPolicy.BEHIND, heapMib * MIB);

    assertThat(config.maxPendingBatches()).isEqualTo(batches);
    assertThat(config.maxUndrainedBytes()).isEqualTo(undrainedMib * MIB);
  }
}
