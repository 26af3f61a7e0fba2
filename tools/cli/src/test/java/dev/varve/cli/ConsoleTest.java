package dev.varve.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

class ConsoleTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @Test
  void shouldWriteOverTheLiveLineOnATerminal() {
    Console console = console(true);

    console.live("one");
    console.live("two");
    console.line("whole");
    console.endLive();

    String clear = "\r\u001b[2K";
    assertThat(out.toString().replace(System.lineSeparator(), "\n"))
        .isEqualTo("one" + clear + "two" + clear + "whole\ntwo" + clear);
  }

  @Test
  void shouldCutTheLiveLineToTheTerminal() {
    console(true).live("x".repeat(200));

    assertThat(out.toString()).hasSize(79);
  }

  @Test
  void shouldPrintNeitherColourNorLiveLineElsewhere() {
    Console console = console(false);

    console.live("one");
    console.line(console.good("ready"));

    assertThat(out.toString().strip()).isEqualTo("ready");
  }

  @Test
  void shouldColourOnATerminal() {
    assertThat(console(true).bad("x")).isEqualTo("\u001b[31mx\u001b[0m");
  }

  private Console console(boolean terminal) {
    return new Console(new PrintWriter(out, true), new PrintWriter(err, true), terminal, true, 80);
  }
}
