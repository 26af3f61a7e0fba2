package dev.varve.storage.disk.rocksdb;

import dev.varve.storage.BlockBatch;
import dev.varve.storage.fixture.BatchBuilder;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;

/** Applies blocks until it is killed, and prints each height once it is durable. */
final class CrashWriter {
  private CrashWriter() {}

  public static void main(String[] args) {
    Path folder = Path.of(args[0]);
    long seed = Long.parseLong(args[1]);
    try (RocksDbStore store = RocksDbStore.open(folder, RocksDbConfig.defaults())) {
      while (true) {
        long height = store.applied().getHeight() + 1;
        store.apply(List.of(batch(seed, height)));
        System.out.println(height);
      }
    }
  }

  /** The block of a height; the same for the same seed. */
  static BlockBatch batch(long seed, long height) {
    Random random = new Random(seed * 1_000_003 + height);
    return BatchBuilder.random(height, random.nextInt(300), 250, random).build();
  }
}
