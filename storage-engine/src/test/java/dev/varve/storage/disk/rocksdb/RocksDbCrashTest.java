package dev.varve.storage.disk.rocksdb;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.varve.storage.fixture.ChildJvm;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A writer is killed (SIGKILL) at random moments; {@code -Dvarve.seed} replays a run. */
class RocksDbCrashTest {
  private static final int ROUNDS = 3;

  @TempDir Path folder;

  @Test
  void shouldHoldWholeBlocksAfterAKill() throws Exception {
    long seed = Long.getLong("varve.seed", System.nanoTime());
    System.out.println("RocksDbCrashTest seed " + seed);
    Random random = new Random(seed);
    long reported = 0;
    for (int round = 0; round < ROUNDS; round++) {
      reported = Math.max(reported, runAndKill(seed, 20 + random.nextInt(150), random.nextInt(8)));
      try (RocksDbStore store = RocksDbStore.open(folder, RocksDbConfig.defaults())) {
        assertThat(store.applied().getHeight())
            .as("seed %d", seed)
            .isGreaterThanOrEqualTo(reported);
        CrashWriter.blocks(seed).requireWhole(store);
      }
    }
  }

  private long runAndKill(long seed, int blocks, int pauseMs) throws Exception {
    Process writer =
        new ProcessBuilder(
                ChildJvm.command(
                    List.of("-Xmx256m"), CrashWriter.class, folder.toString(), "" + seed))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    long last = 0;
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(writer.getInputStream(), UTF_8))) {
      for (int i = 0; i < blocks; i++) {
        last = height(lines.readLine(), seed);
      }
      // The moment within a block is what varies, not a wait for something.
      Thread.sleep(pauseMs);
      // By its handle: Process.destroyForcibly would close the pipe before its end is read.
      writer.toHandle().destroyForcibly();
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        last = line.isEmpty() ? last : Math.max(last, height(line, seed));
      }
    } finally {
      writer.destroyForcibly().waitFor();
    }
    return last;
  }

  private static long height(String line, long seed) throws IOException {
    if (line == null) {
      throw new IOException("the writer ended by itself, seed " + seed);
    }
    return Long.parseLong(line.strip());
  }
}
