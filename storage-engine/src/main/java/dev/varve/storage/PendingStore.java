package dev.varve.storage;

import java.util.List;

/**
 * The backup of transactions that are not in a block yet: what is written here comes back when it
 * is opened again, until it is removed.
 *
 * <p>Threads: {@link #write} from one thread at a time, the rest from any. Errors: {@link
 * StorageException}; {@link StorageException.DiskFull} also where the store's own bound is reached.
 */
public interface PendingStore extends AutoCloseable {
  /** What it held when it was opened, in order of acceptance; the same at every call. */
  PendingContents contents();

  /**
   * Makes changes durable, all or none of them, in their order, with one force; a change to a task
   * that is not there is passed over. What only frees space (all but {@link PendingChange.Accepted}
   * and {@link PendingChange.Failed}) may come back after a power failure, never after a crash of
   * the process: it is followed again then.
   */
  void write(List<PendingChange> changes);

  /** Whether what was written survives the process; false for a store in memory. */
  boolean durable();

  /**
   * A number that no task of this store had before, in any process or gateway, greater than those
   * that this gateway was given earlier.
   */
  long nextId();

  /**
   * What other gateways that share the store have written since the last call, in their order;
   * empty where nobody shares it.
   */
  default List<PendingChange> othersChanges() {
    return List.of();
  }

  /**
   * Tasks of gateways that are gone, which belong to this one from now on; empty where nobody
   * shares the store.
   */
  default List<PendingTask> takeOver() {
    return List.of();
  }

  /** Whether this gateway may send its tasks now: false once another may have taken them over. */
  default boolean maySend() {
    return true;
  }

  PendingStats stats();

  @Override
  void close();
}
