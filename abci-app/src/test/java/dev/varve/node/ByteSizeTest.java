package dev.varve.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ByteSizeTest {
  @ParameterizedTest
  @CsvSource({"0,0", "17,17", "5 B,5", "2KiB,2048", "3 MiB,3145728", "1 GiB,1073741824"})
  void shouldReadUnits(String text, long bytes) {
    assertThat(ByteSize.parse(text)).isEqualTo(bytes);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "-1", "5 MB", "1.5 MiB", "x", "9999999999 TiB"})
  void shouldRefuse(String text) {
    assertThatThrownBy(() -> ByteSize.parse(text)).isInstanceOf(IllegalArgumentException.class);
  }

  @Property
  void shouldReadWhatItWrites(@ForAll @LongRange(min = 0) long bytes) {
    if (bytes < 1_000_000_000_000_000_000L) {
      assertThat(ByteSize.parse(ByteSize.exact(bytes))).isEqualTo(bytes);
    }
  }

  @ParameterizedTest
  @CsvSource({"0,0 B", "1023,1023 B", "1536,1.5 KiB", "1073741824,1.0 GiB"})
  void shouldRound(long bytes, String text) {
    assertThat(ByteSize.rounded(bytes)).isEqualTo(text);
  }
}
