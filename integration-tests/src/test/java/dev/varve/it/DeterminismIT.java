package dev.varve.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * The same blocks give the same app hashes and results on every Java and with every release of
 * Varve: {@code golden-app-hashes.txt} is what {@link GoldenSequence} printed when the scheme was
 * made. A change of it is a change of consensus.
 */
class DeterminismIT {
  private static final long LIMIT_SECONDS = 120;

  @RegisterExtension private final TestFolder folder = new TestFolder();

  @Test
  void shouldGiveTheGoldenAppHashesOnThisJava() throws IOException {
    assertThat(run(Path.of(System.getProperty("java.home")))).isEqualTo(golden());
  }

  @Test
  void shouldGiveTheGoldenAppHashesOnJava25() throws IOException {
    Optional<Path> java = findJava25();
    assumeTrue(java.isPresent(), "no JDK 25 found: set -Dvarve.jdk25=<its home>");
    assertThat(run(java.get())).isEqualTo(golden());
  }

  private static List<String> golden() throws IOException {
    try (var stream = DeterminismIT.class.getResourceAsStream("/golden-app-hashes.txt")) {
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
    }
  }

  private List<String> run(Path javaHome) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(javaHome.resolve("bin/java").toString());
    command.addAll(VarveProcess.jvmFlags(feature(javaHome)));
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(GoldenSequence.class.getName());
    command.add(folder.resolve("store").toString());
    Path output = folder.resolve("output.txt");
    Path errors = folder.resolve("errors.txt");
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(output.toFile())
            .redirectError(errors.toFile())
            .start();
    try {
      assertThat(process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)).as("it ended").isTrue();
      assertThat(process.exitValue()).as(Files.readString(errors)).isZero();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    } finally {
      process.destroyForcibly();
    }
    // The log goes to standard output in tests; the sequence's lines begin with their name.
    try (Stream<String> lines = Files.lines(output)) {
      return lines.filter(line -> line.startsWith("block ")).toList();
    }
  }

  private static Optional<Path> findJava25() throws IOException {
    String given = System.getProperty("varve.jdk25", "");
    List<Path> candidates = new ArrayList<>();
    if (!given.isEmpty()) {
      candidates.add(Path.of(given));
    }
    Path sdkman = Path.of(System.getProperty("user.home"), ".sdkman/candidates/java");
    for (Path folder : List.of(Path.of("/usr/lib/jvm"), Path.of("/opt"), sdkman)) {
      if (Files.isDirectory(folder)) {
        try (Stream<Path> homes = Files.list(folder)) {
          homes.sorted().forEach(candidates::add);
        }
      }
    }
    return candidates.stream().filter(home -> feature(home) == 25).findFirst();
  }

  /** The feature number in a Java home's release file; 0 where there is none. */
  private static int feature(Path javaHome) {
    Path release = javaHome.resolve("release");
    if (!Files.isRegularFile(release)) {
      return 0;
    }
    try (Stream<String> lines = Files.lines(release)) {
      return lines
          .filter(line -> line.startsWith("JAVA_VERSION="))
          .map(line -> line.replaceAll("^JAVA_VERSION=\"(\\d+).*", "$1"))
          .mapToInt(Integer::parseInt)
          .findFirst()
          .orElse(0);
    } catch (IOException e) {
      throw new AssertionError("cannot read " + release, e);
    }
  }
}
