package dev.varve.storage.disk;

/**
 * Drops what a store is not to keep, a bounded number of records a step: history, and chain
 * records. Threads: one at a time, beside the one that applies.
 */
public final class StorePruner {
  private final RecordWriter writer;
  private final HistoryPruner history;
  private final ChainPruner chain;

  /**
   * Prunes down to the window of {@code history} and to the last {@code retain} blocks.
   *
   * @param writer shared with nobody
   * @param writeLock held by whoever writes blocks, while they are written
   */
  public StorePruner(
      RecordReader records,
      StateHistory history,
      ChainFloor floor,
      long retain,
      RecordWriter writer,
      Object writeLock) {
    this.writer = writer;
    this.history = new HistoryPruner(records, history, writer, writeLock);
    this.chain = new ChainPruner(records, history, floor, retain, writer, writeLock);
  }

  /** See {@link dev.varve.storage.DiskStore#prune}. */
  public boolean step() {
    boolean done = false;
    try {
      boolean more = history.step();
      more |= chain.step();
      done = true;
      return more;
    } finally {
      if (!done) {
        writer.discard(); // half a step must not go with the next one
      }
    }
  }
}
