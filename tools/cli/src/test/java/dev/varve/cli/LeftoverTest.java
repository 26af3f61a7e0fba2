package dev.varve.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Shells stand for nodes: they wait for input that never comes. */
class LeftoverTest {
  private final StringWriter err = new StringWriter();
  private final Console console =
      new Console(new PrintWriter(err), new PrintWriter(err), false, false, 80);

  @TempDir private Path folder;
  private Process process;

  @AfterEach
  void tearDown() {
    if (process != null) {
      process.destroyForcibly();
    }
  }

  @Test
  void shouldEndANodeOfThisHome() throws Exception {
    Leftover leftover = leftover("read x", folder.resolve("comet"));

    leftover.requireGone(console);

    assertThat(process.waitFor(5, TimeUnit.SECONDS)).isTrue();
    assertThat(err.toString())
        .startsWith("CometBFT of an earlier run, process " + process.pid() + ", still ran and was")
        .hasLineCount(1);
  }

  @Test
  void shouldKillANodeThatDoesNotEnd() throws Exception {
    Leftover leftover = leftover("trap '' TERM; touch ready; read x", folder.resolve("comet"));
    while (Files.notExists(folder.resolve("ready"))) {
      Thread.onSpinWait();
    }

    leftover.requireGone(console);

    assertThat(process.waitFor(5, TimeUnit.SECONDS)).isTrue();
    assertThat(err.toString()).contains("did not end on SIGTERM and was killed").hasLineCount(1);
  }

  @Test
  void shouldLeaveAStrangerAlone() throws Exception {
    Leftover leftover = leftover("read x", folder.resolve("other"));

    leftover.requireGone(console);

    assertThat(process.isAlive()).isTrue();
    assertThat(err.toString()).isEmpty();
  }

  private Leftover leftover(String script, Path home) throws IOException {
    process =
        new ProcessBuilder("/bin/sh", "-c", script, "start", "--home", home.toString())
            .directory(folder.toFile())
            .start();
    // The shell takes its place after the fork.
    while (process.info().arguments().isEmpty()) {
      Thread.onSpinWait();
    }
    Leftover leftover = new Leftover(folder.resolve("comet"));
    leftover.remember(process.pid());
    return leftover;
  }
}
