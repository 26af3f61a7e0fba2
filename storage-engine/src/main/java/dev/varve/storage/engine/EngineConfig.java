package dev.varve.storage.engine;

/**
 * Bounds of the engine's queues.
 *
 * @param maxPendingBatches committed batches that wait for the memory store; past it memory is
 *     dropped and filled anew
 * @param maxPutBacks records read from disk that wait for the memory store; past it they are passed
 *     over
 */
public record EngineConfig(int maxPendingBatches, int maxPutBacks) {
  public EngineConfig {
    require("maxPendingBatches", maxPendingBatches);
    require("maxPutBacks", maxPutBacks);
  }

  /** 16 batches, 4,096 records. */
  public static EngineConfig defaults() {
    return new EngineConfig(16, 4096);
  }

  private static void require(String name, int value) {
    if (value < 1) {
      throw new IllegalArgumentException(name + " is " + value + ", allowed is 1 up");
    }
  }
}
