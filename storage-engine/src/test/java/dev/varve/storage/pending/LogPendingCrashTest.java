package dev.varve.storage.pending;

import static org.assertj.core.api.Assertions.assertThat;

import dev.varve.storage.PendingContents;
import dev.varve.storage.fault.Seeds;
import dev.varve.storage.fixture.KilledWriter;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A process that writes a backup is killed (SIGKILL) at random moments; {@code -Dvarve.seed}
 * replays a run, {@code -Dvarve.rounds} says how many there are.
 */
class LogPendingCrashTest {
  private static final int ROUNDS = 3;
  private static final int ROUNDS_FULL = 100;

  @TempDir Path folder;

  @Test
  void shouldHoldWholeWritesAfterAKill() throws Exception {
    long seed = Seeds.seed(getClass());
    Random random = new Random(seed);
    int rounds = Integer.getInteger("varve.rounds", Seeds.full() ? ROUNDS_FULL : ROUNDS);
    PendingContents begin = PendingContents.EMPTY;
    long nextId = 1;
    for (int round = 0; round < rounds; round++) {
      long own = random.nextLong();
      int count = 20 + random.nextInt(150);
      long reported =
          KilledWriter.runAndKill(CrashWriter.class, folder, own, count, random.nextInt(8));
      CrashWriter.Writes writes = new CrashWriter.Writes(begin, nextId, own);
      for (long i = 0; i < reported; i++) {
        writes.next();
      }
      PendingContents acknowledged = writes.contents();
      try (LogPendingStore store = CrashWriter.open(folder)) {
        PendingContents found = store.contents();
        if (!found.equals(acknowledged)) {
          // The one that was under way, whole.
          writes.next();
          assertThat(found)
              .as("after %d writes, round %d, -Dvarve.seed=%d", reported, round, seed)
              .isEqualTo(writes.contents());
        }
        begin = found;
        nextId = store.nextId();
        assertThat(nextId).as("-Dvarve.seed=%d", seed).isGreaterThanOrEqualTo(writes.nextId());
      }
    }
  }
}
