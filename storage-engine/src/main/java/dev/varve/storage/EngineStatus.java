package dev.varve.storage;

/**
 * How the engine fares, for operators.
 *
 * @param height the last durable height
 * @param diskHeight the last height the disk store holds whole; behind {@code height} while a log
 *     is undrained
 * @param chainFloor the lowest height whose block, transactions, results and logs are kept; 0 while
 *     none was ever dropped
 * @param sealedHeight the highest block that has header and commit, 0 where none has
 * @param diskState {@code up}, or in a few words what is wrong
 * @param memoryState {@code up}, or in a few words what is wrong
 * @param memory the memory store's figures
 * @param diskBytes bytes of the disk store
 * @param logBytes bytes held in fallback logs
 * @param forces how often the operating system was asked to force bytes to disk since the start
 * @param sync warming of the memory store, and the sync job
 */
public record EngineStatus(
    long height,
    long diskHeight,
    long chainFloor,
    long sealedHeight,
    String diskState,
    String memoryState,
    MemoryStore.MemoryStats memory,
    long diskBytes,
    long logBytes,
    long forces,
    SyncStatus sync) {

  /** Of an engine whose blocks are all partial. */
  public EngineStatus(
      long height,
      long diskHeight,
      long chainFloor,
      String diskState,
      String memoryState,
      MemoryStore.MemoryStats memory,
      long diskBytes,
      long logBytes,
      long forces,
      SyncStatus sync) {
    this(
        height,
        diskHeight,
        chainFloor,
        0,
        diskState,
        memoryState,
        memory,
        diskBytes,
        logBytes,
        forces,
        sync);
  }
}
