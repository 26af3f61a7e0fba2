package dev.varve.storage.disk.sql;

import dev.varve.storage.disk.StateHistory;
import java.time.Duration;

/**
 * What an operator may set of the SQL store.
 *
 * @param homeId who owns the cluster, up to 36 ASCII characters; another one's is refused
 * @param historyBlocks as of how many heights below the last one state can be read; 0 for none
 * @param retainBlocks how many of the last blocks are kept at least; 0 for all
 * @param replicasRequired how many replicas of each primary must hold a block before {@link
 *     SqlStore#verify} tells it
 * @param pollPeriod how often replicas are asked for their markers while blocks come
 * @param runRows rows in one transaction, about; a block alone may have more
 * @param runBytes bytes in one transaction, about; a block alone may have more
 */
public record SqlStoreConfig(
    String homeId,
    long historyBlocks,
    long retainBlocks,
    int replicasRequired,
    Duration pollPeriod,
    int runRows,
    long runBytes) {
  private static final Duration DEFAULT_POLL = Duration.ofMillis(20);
  private static final int DEFAULT_RUN_ROWS = 50_000;
  private static final long DEFAULT_RUN_BYTES = 8 << 20;

  public SqlStoreConfig {
    if (homeId.isEmpty() || homeId.length() > 36) {
      throw new IllegalArgumentException(
          "homeId is \"" + homeId + "\", allowed are 1 to 36 characters");
    }
    require("historyBlocks", historyBlocks, 0);
    require("retainBlocks", retainBlocks, 0);
    require("replicasRequired", replicasRequired, 0);
    require("pollPeriod in ms", pollPeriod.toMillis(), 1);
    require("runRows", runRows, 1);
    require("runBytes", runBytes, 1);
  }

  /** With history of the default length, all blocks kept, and no replica required. */
  public static SqlStoreConfig of(String homeId) {
    return new SqlStoreConfig(
        homeId,
        StateHistory.DEFAULT_BLOCKS,
        0,
        0,
        DEFAULT_POLL,
        DEFAULT_RUN_ROWS,
        DEFAULT_RUN_BYTES);
  }

  /** The same with other windows. */
  public SqlStoreConfig withBlocks(long history, long retain) {
    return new SqlStoreConfig(
        homeId, history, retain, replicasRequired, pollPeriod, runRows, runBytes);
  }

  /** The same with another number of replicas that must hold a block. */
  public SqlStoreConfig withReplicasRequired(int replicas) {
    return new SqlStoreConfig(
        homeId, historyBlocks, retainBlocks, replicas, pollPeriod, runRows, runBytes);
  }

  private static void require(String name, long value, long least) {
    if (value < least) {
      throw new IllegalArgumentException(name + " is " + value + ", allowed is " + least + " up");
    }
  }
}
