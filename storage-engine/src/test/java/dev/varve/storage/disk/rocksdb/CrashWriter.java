package dev.varve.storage.disk.rocksdb;

import dev.varve.storage.fixture.HeldBlocks;
import java.nio.file.Path;
import java.util.List;

/** Applies blocks until it is killed, and prints each height once it is durable. */
final class CrashWriter {
  private CrashWriter() {}

  public static void main(String[] args) {
    Path folder = Path.of(args[0]);
    long seed = Long.parseLong(args[1]);
    HeldBlocks blocks = blocks(seed);
    try (RocksDbStore store = RocksDbStore.open(folder, RocksDbConfig.defaults())) {
      while (true) {
        long height = store.applied().getHeight() + 1;
        store.apply(List.of(blocks.batch(height)));
        System.out.println(height);
      }
    }
  }

  /** The chain it writes. */
  static HeldBlocks blocks(long seed) {
    return new HeldBlocks(seed, 300, 250);
  }
}
