package dev.varve.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConsensusWatchTest {
  @TempDir private Path folder;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "E[2026] CONSENSUS FAILURE!!! module=consensus err=\"no space\" stack=\"goroutine 7\\n\""
            + " | CONSENSUS FAILURE!!! module=consensus err=\"no space\"",
        "{\"_msg\":\"CONSENSUS FAILURE!!!\",\"err\":\"no space\",\"stack\":\"goroutine 7\"}"
            + " | CONSENSUS FAILURE!!!\",\"err\":\"no space\"",
        "CONSENSUS FAILURE!!! | CONSENSUS FAILURE!!!",
      })
  void shouldTellTheLineWithoutItsStack(String logged, String told) throws Exception {
    Path log = folder.resolve("comet.log");
    try (ConsensusWatch watch = ConsensusWatch.start(log)) {
      append(log, "I[2026] Starting\n".repeat(10_000));
      append(log, logged + "\ngoroutine 8\n");

      assertThat(watch.failure().get(20, TimeUnit.SECONDS)).isEqualTo(told);
    }
  }

  @Test
  void shouldFindAMarkThatIsWrittenInTwoParts() throws Exception {
    Path log = folder.resolve("comet.log");
    append(log, "x".repeat(64 * 1024 - 5));
    Path whole = folder.resolve("whole.log");
    try (ConsensusWatch watch = ConsensusWatch.start(whole)) {
      append(log, "CONSENSUS FAILURE!!! err=a\n");
      Files.move(log, whole);

      assertThat(watch.failure().get(20, TimeUnit.SECONDS)).isEqualTo("CONSENSUS FAILURE!!! err=a");
    }
  }

  @Test
  void shouldForgetTheFailuresOfEarlierRuns() throws Exception {
    Path log = folder.resolve("comet.log");
    append(log, "CONSENSUS FAILURE!!! err=old\n");
    try (ConsensusWatch watch = ConsensusWatch.start(log)) {
      append(log, "CONSENSUS FAILURE!!! err=new\n");

      assertThat(watch.failure().get(20, TimeUnit.SECONDS)).endsWith("err=new");
    }
  }

  private static void append(Path file, String text) throws IOException {
    Files.writeString(file, text, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }
}
