package dev.varve.bench.abci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LoadTest {
  @ParameterizedTest
  @CsvSource({
    "0, 250, 0, 0, 1, 256, block size is 0: allowed is 1 to 100000",
    "100001, 250, 0, 0, 1, 256, block size is 100001: allowed is 1 to 100000",
    "100, 31, 0, 0, 1, 256, transaction bytes is 31: allowed is 32 to 65536",
    "100, 250, -1, 0, 1, 256, keys is -1: allowed is 0 to 9223372036854775807",
    "100, 250, 0, -2, 1, 256, warm-up blocks is -2: allowed is -1 to 1000000",
    "100, 250, 0, 0, 0, 256, blocks is 0: at least one block must be measured",
    "100, 250, 0, 0, 1, 0, CheckTx batch is 0: allowed is 1 to 1024"
  })
  void shouldNameTheValueAndWhatIsAllowed(
      int size, int txBytes, long keys, int warmup, int blocks, int batch, String message) {
    assertThatThrownBy(() -> new Load(List.of(size), txBytes, keys, warmup, blocks, batch))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
  }

  @Test
  void shouldWantABlockSize() {
    assertThatThrownBy(() -> new Load(List.of(), 250, 0, 0, 1, 256))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("at least one");
  }

  @Test
  void shouldChooseBlocksBySize() {
    Load load = Load.standard();
    assertThat(load.blocks(100)).isEqualTo(500);
    assertThat(load.blocks(1_000)).isEqualTo(100);
    assertThat(load.blocks(5_000)).isEqualTo(40);
    assertThat(load.warmupBlocks(1_000)).isEqualTo(300);
    assertThat(new Load(List.of(5), 250, 0, 0, 3, 256).warmupBlocks(5)).isZero();
  }

  @Test
  void shouldWantEnoughRoundsToCompare() {
    Contender contender = Contender.kvstore(Path.of("abci-cli"));
    assertThatThrownBy(() -> new AbciBench.Comparison(contender, contender, 2, Path.of(".")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("rounds is 2: allowed is 3 to 99");
  }

  @Test
  void shouldRefuseAnotherFormOfAddress() {
    assertThatThrownBy(() -> new AbciBench.Server("127.0.0.1:26658", Optional.empty()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("127.0.0.1:26658")
        .hasMessageContaining("tcp://HOST:PORT");
  }
}
