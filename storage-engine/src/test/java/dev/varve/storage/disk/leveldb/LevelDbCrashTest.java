package dev.varve.storage.disk.leveldb;

import static org.assertj.core.api.Assertions.assertThat;

import dev.varve.storage.fixture.KilledWriter;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A writer is killed (SIGKILL) at random moments; {@code -Dvarve.seed} replays a run. */
class LevelDbCrashTest {
  private static final int ROUNDS = Integer.getInteger("varve.rounds", 3);

  @TempDir Path folder;

  @Test
  void shouldHoldWholeBlocksAfterAKill() throws Exception {
    long seed = Long.getLong("varve.seed", System.nanoTime());
    System.out.println("LevelDbCrashTest seed " + seed);
    Random random = new Random(seed);
    long reported = 0;
    for (int round = 0; round < ROUNDS; round++) {
      int blocks = 20 + random.nextInt(150);
      int pauseMs = random.nextInt(8);
      long last = KilledWriter.runAndKill(CrashWriter.class, folder, seed, blocks, pauseMs);
      reported = Math.max(reported, last);
      try (LevelDbStore store = LevelDbStore.open(folder, CrashWriter.config())) {
        assertThat(store.applied().getHeight())
            .as("seed %d", seed)
            .isGreaterThanOrEqualTo(reported);
        CrashWriter.blocks(seed).requireWhole(store);
      }
    }
  }
}
