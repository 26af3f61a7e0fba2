package dev.varve.storage.disk.rocksdb;

import dev.varve.storage.fixture.KilledWriter;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A writer is killed (SIGKILL) at random moments; {@code -Dvarve.seed} replays a run. */
class RocksDbCrashTest {
  @TempDir Path folder;

  @Test
  void shouldHoldWholeBlocksAfterAKill() throws Exception {
    KilledWriter.requireWholeBlocksAfterKills(
        CrashWriter.class,
        folder,
        CrashWriter::blocks,
        () -> RocksDbStore.open(folder, RocksDbConfig.defaults()));
  }
}
