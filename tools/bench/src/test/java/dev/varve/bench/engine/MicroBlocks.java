package dev.varve.bench.engine;

import dev.varve.storage.BlockBatch;

/** Blocks for the benchmarks of other packages. */
public final class MicroBlocks {
  private MicroBlocks() {}

  public static BlockBatch block(long height, int txs) {
    return new BlockMaker(txs, 250).block(height);
  }
}
