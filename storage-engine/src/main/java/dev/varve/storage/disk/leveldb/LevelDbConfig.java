package dev.varve.storage.disk.leveldb;

import dev.varve.storage.disk.StateHistory;
import java.time.Duration;

/**
 * What an operator may set of the LevelDB store.
 *
 * @param writeBufferBytes memory table, and with it the log, before it becomes a file
 * @param minFreeBytes free space below which blocks are refused as on a full disk: room for two
 *     memory tables and a compaction, since LevelDB does not survive a full disk unharmed
 * @param readers threads that read
 * @param writeTimeout after which a write that waits for the disk is reported as unavailable
 * @param historyBlocks as of how many heights below the last one state can be read; 0 for none
 * @param retainBlocks how many of the last blocks are kept at least; 0 for all
 */
public record LevelDbConfig(
    int writeBufferBytes,
    long minFreeBytes,
    int readers,
    Duration writeTimeout,
    long historyBlocks,
    long retainBlocks) {
  private static final int MIB = 1 << 20;

  public LevelDbConfig {
    require("writeBufferBytes", writeBufferBytes, MIB, 256 * MIB);
    require("minFreeBytes", minFreeBytes, 0, Long.MAX_VALUE);
    require("readers", readers, 1, 64);
    require("writeTimeout in ms", writeTimeout.toMillis(), 1, 3_600_000);
    require("historyBlocks", historyBlocks, 0, Long.MAX_VALUE);
    require("retainBlocks", retainBlocks, 0, Long.MAX_VALUE);
  }

  /** With history of the default length; keeps all blocks. */
  public LevelDbConfig(
      int writeBufferBytes, long minFreeBytes, int readers, Duration writeTimeout) {
    this(writeBufferBytes, minFreeBytes, readers, writeTimeout, StateHistory.DEFAULT_BLOCKS, 0);
  }

  /** 16 MiB of memory table, 128 MiB that must be free, two readers, 30 s. */
  public static LevelDbConfig defaults() {
    return new LevelDbConfig(16 * MIB, 128L * MIB, 2, Duration.ofSeconds(30));
  }

  /** The same with a history of another length. */
  public LevelDbConfig withHistoryBlocks(long blocks) {
    return new LevelDbConfig(
        writeBufferBytes, minFreeBytes, readers, writeTimeout, blocks, retainBlocks);
  }

  /** The same with another number of blocks that are kept. */
  public LevelDbConfig withRetainBlocks(long blocks) {
    return new LevelDbConfig(
        writeBufferBytes, minFreeBytes, readers, writeTimeout, historyBlocks, blocks);
  }

  private static void require(String name, long value, long least, long most) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(
          name + " is " + value + ", allowed is " + least + " to " + most);
    }
  }
}
