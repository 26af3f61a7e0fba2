package dev.varve.storage.disk.rocksdb;

/**
 * What an operator may set of the embedded store.
 *
 * @param blockCacheBytes cache of table blocks, indexes and filters, shared by all records
 * @param walBytes write-ahead log kept before memory tables are flushed; bounds recovery at open
 * @param maxBackgroundJobs threads for flush and compaction
 */
public record RocksDbConfig(long blockCacheBytes, long walBytes, int maxBackgroundJobs) {
  private static final long MIB = 1 << 20;

  public RocksDbConfig {
    require("blockCacheBytes", blockCacheBytes, 8 * MIB);
    require("walBytes", walBytes, 16 * MIB);
    require("maxBackgroundJobs", maxBackgroundJobs, 1);
  }

  /** 128 MiB of cache, 256 MiB of log, two jobs. */
  public static RocksDbConfig defaults() {
    return new RocksDbConfig(128 * MIB, 256 * MIB, 2);
  }

  private static void require(String name, long value, long least) {
    if (value < least) {
      throw new IllegalArgumentException(name + " is " + value + ", allowed is " + least + " up");
    }
  }
}
