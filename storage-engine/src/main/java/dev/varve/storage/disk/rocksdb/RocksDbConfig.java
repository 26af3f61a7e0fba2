package dev.varve.storage.disk.rocksdb;

import dev.varve.storage.disk.StateHistory;

/**
 * What an operator may set of the embedded store.
 *
 * @param blockCacheBytes cache of table blocks, indexes and filters, shared by all records
 * @param walBytes write-ahead log kept before memory tables are flushed; bounds recovery at open
 * @param maxBackgroundJobs threads for flush and compaction
 * @param minFreeBytes free space below which blocks are refused as on a full disk; 0 for none
 * @param historyBlocks as of how many heights below the last one state can be read; 0 for none
 * @param retainBlocks how many of the last blocks are kept at least; 0 for all
 */
public record RocksDbConfig(
    long blockCacheBytes,
    long walBytes,
    int maxBackgroundJobs,
    long minFreeBytes,
    long historyBlocks,
    long retainBlocks) {
  private static final long MIB = 1 << 20;
  private static final long DEFAULT_MIN_FREE_BYTES = 32 * MIB;

  public RocksDbConfig {
    require("blockCacheBytes", blockCacheBytes, 8 * MIB);
    require("walBytes", walBytes, 16 * MIB);
    require("maxBackgroundJobs", maxBackgroundJobs, 1);
    require("minFreeBytes", minFreeBytes, 0);
    require("historyBlocks", historyBlocks, 0);
    require("retainBlocks", retainBlocks, 0);
  }

  /** With history of the default length; keeps all blocks. */
  public RocksDbConfig(
      long blockCacheBytes, long walBytes, int maxBackgroundJobs, long minFreeBytes) {
    this(
        blockCacheBytes, walBytes, maxBackgroundJobs, minFreeBytes, StateHistory.DEFAULT_BLOCKS, 0);
  }

  /** With the default of 32 MiB that must be free. */
  public RocksDbConfig(long blockCacheBytes, long walBytes, int maxBackgroundJobs) {
    this(blockCacheBytes, walBytes, maxBackgroundJobs, DEFAULT_MIN_FREE_BYTES);
  }

  /** 128 MiB of cache, 256 MiB of log, two jobs, 32 MiB that must be free. */
  public static RocksDbConfig defaults() {
    return new RocksDbConfig(128 * MIB, 256 * MIB, 2);
  }

  /** The same with a history of another length. */
  public RocksDbConfig withHistoryBlocks(long blocks) {
    return new RocksDbConfig(
        blockCacheBytes, walBytes, maxBackgroundJobs, minFreeBytes, blocks, retainBlocks);
  }

  /** The same with another number of blocks that are kept. */
  public RocksDbConfig withRetainBlocks(long blocks) {
    return new RocksDbConfig(
        blockCacheBytes, walBytes, maxBackgroundJobs, minFreeBytes, historyBlocks, blocks);
  }

  private static void require(String name, long value, long least) {
    if (value < least) {
      throw new IllegalArgumentException(name + " is " + value + ", allowed is " + least + " up");
    }
  }
}
