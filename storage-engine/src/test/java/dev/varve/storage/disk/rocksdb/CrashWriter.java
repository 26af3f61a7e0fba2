package dev.varve.storage.disk.rocksdb;

import dev.varve.storage.fixture.HeldBlocks;
import dev.varve.storage.fixture.KilledWriter;
import java.nio.file.Path;

/** Applies blocks until it is killed, and prints each height once it is durable. */
final class CrashWriter {
  private CrashWriter() {}

  public static void main(String[] args) {
    HeldBlocks blocks = blocks(Long.parseLong(args[1]));
    try (RocksDbStore store = RocksDbStore.open(Path.of(args[0]), RocksDbConfig.defaults())) {
      KilledWriter.applyForEver(store, blocks);
    }
  }

  /** The chain it writes. */
  static HeldBlocks blocks(long seed) {
    return new HeldBlocks(seed, 300, 250);
  }
}
