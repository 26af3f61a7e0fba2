package dev.varve.bench.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class TextTableTest {
  @Test
  void shouldAlignWordsLeftAndNumbersRight() {
    TextTable table = new TextTable("size", "call", "tx/s", "p50");
    table.row("100", "Commit", "9", "0.125");
    table.row("5000", "FinalizeBlock", "123,456", "");

    assertThat(table.render())
        .isEqualTo(
            """
            size  call              tx/s    p50
            100   Commit               9  0.125
            5000  FinalizeBlock  123,456
            """);
  }

  @Test
  void shouldRefuseARowOfAnotherWidth() {
    TextTable table = new TextTable("a", "b");
    assertThatThrownBy(() -> table.row("1"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("the row has 1 cells, the table 2 columns");
  }
}
