package dev.varve.bench.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EngineBenchIT {
  @TempDir private Path folder;

  @Test
  void shouldMeasureEachBenchBesideItsBaselineAndLeaveNothing() throws Exception {
    String table = run(List.of("commit", "catchup", "outage"), false);

    assertThat(table.lines().filter(line -> line.startsWith("commit "))).hasSize(6);
    assertThat(table.lines().filter(line -> line.startsWith("catchup "))).hasSize(4);
    assertThat(table.lines().filter(line -> line.startsWith("outage "))).hasSize(4);
    assertThat(table).contains("plain file, write+force", "healthy", "ratio <= 1.5");
    try (Stream<Path> left = Files.list(folder)) {
      assertThat(left).isEmpty();
    }
  }

  @Test
  void shouldPrintJson() {
    assertThat(run(List.of("append"), true))
        .contains("\"file_system\" :", "\"bench\" : \"append\"", "\"ratio\" :");
  }

  private String run(List<String> groups, boolean json) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    EngineBench.Options options = new EngineBench.Options(groups, folder, 100, 250, 8, json, false);
    int code =
        new EngineBench(System.err)
            .run(options, new PrintStream(out, true, StandardCharsets.UTF_8));
    assertThat(code).isEqualTo(EngineBench.DONE);
    return out.toString(StandardCharsets.UTF_8);
  }
}
