package dev.varve.storage.disk.sql;

import dev.varve.storage.StorageException;
import dev.varve.storage.record.AppliedHeight;

/**
 * What is known of the cluster: how far it is, and from where on.
 *
 * <p>Threads: reads from any; changes under the store's lock.
 */
final class StoreState {
  static final long NONE = -1;

  private final long historyBlocks;
  private volatile AppliedHeight applied = AppliedHeight.getDefaultInstance();
  private volatile long historyFirst = NONE;
  private volatile long chainFloor;
  private volatile long firstBlock = NONE;
  private volatile long sealed;

  StoreState(long historyBlocks) {
    this.historyBlocks = historyBlocks;
  }

  AppliedHeight applied() {
    return applied;
  }

  long height() {
    return applied.getHeight();
  }

  /** The lowest block that there is in any group, or -1. */
  long firstBlock() {
    return firstBlock;
  }

  synchronized void loaded(AppliedHeight now, long first, long history, long floor) {
    firstBlock = first;
    historyFirst = history;
    chainFloor = floor;
    applied = now;
  }

  /** All groups hold a run. */
  synchronized void written(long firstOfRun, AppliedHeight last, long history) {
    if (firstBlock == NONE) {
      firstBlock = firstOfRun;
    }
    // It may have been pruned since.
    historyFirst = history == NONE ? NONE : Math.max(historyFirst, history);
    applied = last;
  }

  boolean isHistoryKept() {
    return historyBlocks > 0;
  }

  /** The first height of the unbroken history up to the last block, or -1. */
  long historyFirst() {
    return historyFirst;
  }

  /** The same after blocks from a height on are added, or -1. */
  long historyFirstWith(long height) {
    if (!isHistoryKept()) {
      return NONE;
    }
    return historyFirst == NONE ? height : historyFirst;
  }

  /** What is below a height is about to be dropped. */
  synchronized void raiseHistory(long height) {
    historyFirst = historyFirst == NONE ? NONE : Math.max(historyFirst, height);
  }

  /** The lowest height as of which state can be read. */
  long historyFloor() {
    long last = height();
    long first = historyFirst;
    return first == NONE ? last : Math.max(first, last - historyBlocks);
  }

  /** The lowest height whose history pruning leaves. */
  long historyPruneFloor() {
    return isHistoryKept() ? historyFloor() : height() + 1;
  }

  long historyPruneStride() {
    return stride(historyBlocks);
  }

  /** So many blocks more than are to be kept are worth a step of pruning. */
  static long stride(long blocks) {
    return Math.max(1, Math.min(1024, blocks / 8));
  }

  void requireHistory(long height) {
    requireHistory(height, historyFloor());
  }

  /** After a read: requires that what it needed was there. */
  void requireHistoryStill(long height) {
    long first = historyFirst;
    requireHistory(height, first == NONE ? historyFloor() : first);
  }

  private void requireHistory(long height, long lowest) {
    if (height < lowest) {
      throw new StorageException.Pruned(height, lowest, height());
    }
  }

  long chainFloor() {
    return chainFloor;
  }

  synchronized void raiseChainFloor(long height) {
    chainFloor = height;
  }

  /** The highest block that has header and commit, or 0. */
  long sealed() {
    return Math.min(sealed, height());
  }

  void sealed(long height) {
    sealed = height;
  }

  /** Whether a block is to be there. */
  boolean holds(long height) {
    long first = firstBlock;
    return first != NONE && height >= first && height >= chainFloor && height <= height();
  }
}
