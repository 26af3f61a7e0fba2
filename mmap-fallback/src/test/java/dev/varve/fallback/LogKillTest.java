package dev.varve.fallback;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.varve.fallback.io.RealFileIo;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A process killed while it appends. */
class LogKillTest {
  @TempDir Path temporary;

  /** Appends for ever and prints each sequence that was acknowledged. */
  static final class Child {
    private Child() {}

    @SuppressWarnings("SystemOut")
    public static void main(String[] arguments) {
      try (FallbackLog log =
          FallbackLog.open(Entries.config(Path.of(arguments[0])), new RealFileIo())) {
        while (true) {
          long next = log.lastSequence() + 1;
          log.append(Entries.entry(next));
          log.drainTo(next - 30 > log.firstSequence() ? next - 30 : 0);
          log.trimTo(next);
          System.out.println(next);
        }
      }
    }
  }

  @Test
  void shouldHoldWhatAKilledProcessWasAnswered() throws Exception {
    long seed = Long.getLong("varve.seed", System.nanoTime());
    Random random = new Random(seed);
    long acknowledged = 0;
    for (int round = 0; round < 4; round++) {
      Process child =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-cp",
                  System.getProperty(
                      "surefire.test.class.path", System.getProperty("java.class.path")),
                  Child.class.getName(),
                  temporary.resolve("log").toString())
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      try (BufferedReader out =
          new BufferedReader(new InputStreamReader(child.getInputStream(), UTF_8))) {
        int lines = 20 + random.nextInt(300);
        String line = out.readLine();
        while (line != null) {
          if (line.matches("[0-9]+")) {
            acknowledged = Long.parseLong(line);
            if (--lines == 0) {
              child.toHandle().destroyForcibly(); // leaves its output open
            }
          }
          line = out.readLine();
        }
      } finally {
        child.destroyForcibly();
        child.waitFor();
      }
      try (FallbackLog log =
          FallbackLog.open(Entries.config(temporary.resolve("log")), new RealFileIo())) {
        String seen = "-Dvarve.seed=" + seed + " round " + round;
        assertThat(log.lastSequence()).as(seen).isGreaterThanOrEqualTo(acknowledged);
        assertThat(log.damage()).as(seen).noneMatch(d -> d.kind() == Damage.Kind.DAMAGED);
        for (long s = log.firstSequence(); s <= log.lastSequence(); s++) {
          assertThat(log.read(s).orElseThrow()).as(seen).isEqualTo(Entries.payload(s));
        }
      }
    }
    assertThat(acknowledged).isGreaterThanOrEqualTo(80);
  }
}
