package dev.varve.storage.engine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.varve.storage.fault.Seeds;
import dev.varve.storage.fault.StoreKind;
import dev.varve.storage.fixture.ChildJvm;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A process of its own is killed (SIGKILL) while it commits, drains, trims, goes to the next
 * segment, or warms memory: what it said was committed is there, and the engine goes on. That it
 * was at that step when it was killed is seen from what it printed.
 */
class EngineKillIT {
  private static final Pattern HEIGHT = Pattern.compile("height ([0-9]+)\\.");
  private static final Pattern AT = Pattern.compile("at .*, height ([0-9]+)\\.");
  private static final int PAUSE_MS = 120;
  private static final int ROUNDS_FULL = 10;

  private static final List<Phase> PHASES =
      List.of(
          new Phase("commit to the log", DiskPolicy.BEHIND, "caller log.force new segment", 8),
          new Phase("commit to the store", DiskPolicy.THROUGH, "caller store.apply before", 3),
          new Phase("drain", DiskPolicy.BEHIND, "drain store.apply before", 4),
          new Phase("drain after an outage", DiskPolicy.THROUGH, "drain store.apply before", 1),
          new Phase("trim", DiskPolicy.BEHIND, "drain log.delete segment", 3),
          new Phase("next segment", DiskPolicy.BEHIND, "ahead log.create segment", 6),
          new Phase("warm-up", DiskPolicy.BEHIND, "sync store.block before", 3));

  /** Which of the first {@code most} steps of that name it is, the seed says. */
  private record Phase(String name, DiskPolicy policy, String step, int most) {}

  @TempDir Path folder;
  private long acknowledged;
  private long begun;
  private boolean at;

  @ParameterizedTest
  @EnumSource(StoreKind.class)
  void shouldHoldWhatWasAcknowledgedWhereverItIsKilled(StoreKind kind) throws Exception {
    long seed = Seeds.seed(EngineKillIT.class);
    Random random = new Random(seed);
    for (int round = 0; round < (Seeds.full() ? ROUNDS_FULL : 1); round++) {
      for (Phase phase : PHASES) {
        Path home = folder.resolve(round + phase.name().replace(' ', '-'));
        int nth = 1 + random.nextInt(phase.most());
        int pauseMs = random.nextInt(PAUSE_MS);
        String what = "%s, %s, %d, after %d ms".formatted(kind, phase, nth, pauseMs);
        try {
          runAndKill(home, kind, phase, nth, pauseMs);
          assertThat(at).as("was there").isTrue();
          FaultScenario.requireGoesOn(home, kind, phase.policy(), acknowledged, begun);
        } catch (RuntimeException | AssertionError e) {
          throw new AssertionError(what + ": replay with -Dvarve.seed=" + seed, e);
        }
        System.out.printf("%s: killed with %d acknowledged%n", what, acknowledged);
      }
    }
  }

  private void runAndKill(Path home, StoreKind kind, Phase phase, int nth, int pauseMs)
      throws IOException, InterruptedException {
    acknowledged = 0;
    begun = 0;
    at = false;
    Process process =
        new ProcessBuilder(
                ChildJvm.command(
                    List.of("-Xmx256m"),
                    KilledEngine.class,
                    home.toString(),
                    kind.name(),
                    phase.policy().name(),
                    phase.step(),
                    "" + nth))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8))) {
      String line = lines.readLine();
      while (line != null && !at) {
        see(line);
        line = at ? null : lines.readLine();
      }
      // The moment within the step is what varies, not a wait for something.
      Thread.sleep(pauseMs);
      // By its handle: Process.destroyForcibly would close the pipe before its end is read.
      process.toHandle().destroyForcibly();
      for (line = lines.readLine(); line != null; line = lines.readLine()) {
        see(line);
      }
    } finally {
      process.destroyForcibly().waitFor();
    }
    begun = Math.max(begun, acknowledged + 1);
  }

  private void see(String line) {
    assertThat(line).isNotEqualTo("over.");
    Matcher height = HEIGHT.matcher(line);
    if (height.matches()) {
      acknowledged = Long.parseLong(height.group(1));
    }
    Matcher there = AT.matcher(line);
    if (there.matches()) {
      at = true;
      begun = Long.parseLong(there.group(1));
    }
  }
}
