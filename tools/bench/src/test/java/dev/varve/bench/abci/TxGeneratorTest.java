package dev.varve.bench.abci;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class TxGeneratorTest {
  @Property(tries = 100)
  void shouldMakeValidTextOfTheExactSize(
      @ForAll @IntRange(min = TxGenerator.MIN_BYTES, max = 2_000) int txBytes,
      @ForAll @LongRange(min = 1, max = 1L << 40) long height,
      @ForAll @LongRange(min = 0, max = 1_000) long keys) {
    List<ByteString> block = new TxGenerator(txBytes, keys).block(height, 20);

    assertThat(block).hasSize(20);
    for (ByteString tx : block) {
      assertThat(tx.size()).isEqualTo(txBytes);
      assertThat(tx.toStringUtf8()).matches("k[0-9a-f]{16}=[a-z0-5]+");
    }
  }

  @Test
  void shouldNeverRepeatAKey() {
    TxGenerator generator = new TxGenerator(64, 0);
    Set<String> keys = new HashSet<>();
    for (long height = 1; height <= 50; height++) {
      for (ByteString tx : generator.block(height, 1_000)) {
        assertThat(keys.add(key(tx))).isTrue();
      }
    }
  }

  @Test
  void shouldWriteOverTheGivenKeys() {
    TxGenerator generator = new TxGenerator(250, 10);
    Set<String> keys = new HashSet<>();
    Set<ByteString> txs = new HashSet<>();
    for (ByteString tx : generator.block(1, 1_000)) {
      keys.add(key(tx));
      txs.add(tx);
    }
    assertThat(keys).hasSize(10);
    assertThat(txs).hasSize(1_000);
  }

  @Test
  void shouldGiveEveryServerTheSameBytes() {
    assertThat(new TxGenerator(250, 0).block(7, 100))
        .isEqualTo(new TxGenerator(250, 0).block(7, 100));
  }

  private static String key(ByteString tx) {
    String text = tx.toStringUtf8();
    return text.substring(0, text.indexOf('='));
  }
}
