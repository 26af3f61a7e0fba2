package dev.varve.storage.disk.leveldb;

import dev.varve.storage.fixture.HeldBlocks;
import dev.varve.storage.fixture.KilledWriter;
import java.nio.file.Path;
import java.time.Duration;

/** Applies blocks until it is killed, and prints each height once it is durable. */
final class CrashWriter {
  private CrashWriter() {}

  public static void main(String[] args) {
    HeldBlocks blocks = blocks(Long.parseLong(args[1]));
    try (LevelDbStore store = LevelDbStore.open(Path.of(args[0]), config())) {
      KilledWriter.applyForEver(store, blocks);
    }
  }

  /** Small memory tables, so that kills meet flushes and compactions too. */
  static LevelDbConfig config() {
    return new LevelDbConfig(1 << 20, 0, 2, Duration.ofSeconds(60));
  }

  /** The chain it writes. */
  static HeldBlocks blocks(long seed) {
    return new HeldBlocks(seed, 300, 250);
  }
}
