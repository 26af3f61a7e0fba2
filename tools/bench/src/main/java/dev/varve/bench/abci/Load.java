package dev.varve.bench.abci;

import java.util.List;

/**
 * What is sent: how many blocks of which shape.
 *
 * <p>Transactions are text, {@code key=value}, of exactly {@code txBytes} bytes. Every bound is
 * checked here; a violation is an {@link IllegalArgumentException} that names the option.
 *
 * @param blockSizes transactions a block, one run each, 1 to 100,000
 * @param txBytes bytes of a transaction, 32 to 65,536
 * @param keys 0: every key is new; else the number of keys that are written over and over
 * @param warmupBlocks blocks driven before the measured ones; {@link #AUTO} chooses by size
 * @param blocks measured blocks; {@link #AUTO} chooses by size
 * @param checkTxBatch CheckTx requests between two Flush, 1 to 1,024
 */
public record Load(
    List<Integer> blockSizes,
    int txBytes,
    long keys,
    int warmupBlocks,
    int blocks,
    int checkTxBatch) {

  /**
   * Measured: as many blocks as carry 100,000 transactions, but 40 to 500; warm-up: as many as
   * carry 300,000, within the same bounds times three, after which a Java server's hot code is
   * compiled.
   */
  public static final int AUTO = -1;

  private static final int AUTO_TXS = 100_000;
  private static final int AUTO_WARMUP_FACTOR = 3;
  private static final int AUTO_MIN_BLOCKS = 40;
  private static final int AUTO_MAX_BLOCKS = 500;
  private static final int MAX_BLOCK_SIZE = 100_000;
  private static final int MAX_BLOCKS = 1_000_000;

  public Load {
    blockSizes = List.copyOf(blockSizes);
    if (blockSizes.isEmpty()) {
      throw new IllegalArgumentException("block sizes: at least one is needed");
    }
    blockSizes.forEach(size -> requireRange("block size", size, 1, MAX_BLOCK_SIZE));
    requireRange("transaction bytes", txBytes, TxGenerator.MIN_BYTES, TxGenerator.MAX_BYTES);
    requireRange("keys", keys, 0, Long.MAX_VALUE);
    requireRange("warm-up blocks", warmupBlocks, AUTO, MAX_BLOCKS);
    requireRange("blocks", blocks, AUTO, MAX_BLOCKS);
    if (blocks == 0) {
      throw new IllegalArgumentException("blocks is 0: at least one block must be measured");
    }
    requireRange("CheckTx batch", checkTxBatch, 1, 1_024);
  }

  /** Blocks of 100, 1,000 and 5,000 transactions of 250 bytes, every key new. */
  public static Load standard() {
    return new Load(List.of(100, 1_000, 5_000), 250, 0, AUTO, AUTO, 256);
  }

  int warmupBlocks(int blockSize) {
    return warmupBlocks == AUTO ? AUTO_WARMUP_FACTOR * autoBlocks(blockSize) : warmupBlocks;
  }

  int blocks(int blockSize) {
    return blocks == AUTO ? autoBlocks(blockSize) : blocks;
  }

  private static int autoBlocks(int blockSize) {
    return Math.min(AUTO_MAX_BLOCKS, Math.max(AUTO_MIN_BLOCKS, AUTO_TXS / blockSize));
  }

  private static void requireRange(String name, long value, long min, long max) {
    if (value < min || value > max) {
      throw new IllegalArgumentException(
          name + " is " + value + ": allowed is " + min + " to " + max);
    }
  }
}
