package dev.varve.storage;

import com.google.protobuf.ByteString;
import java.util.List;

/**
 * The backup of transactions that are not in a block yet: what is written here comes back when it
 * is opened again, until it is removed.
 *
 * <p>Threads: {@link #write} from one thread at a time, the rest from any. Errors: {@link
 * StorageException}; {@link StorageException.DiskFull} also where the store's own bound is reached:
 * changes without {@link PendingChange.Accepted} may then find room where those with it did not.
 */
public interface PendingStore extends AutoCloseable {
  /**
   * What it held when it was opened, in order of acceptance; the same at every call until the first
   * {@link #write}, with which it is let go.
   */
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
   * What other gateways that share the store have written since the last call, in their order but
   * with new tasks first; at the first call all that they hold. What was accepted elsewhere before
   * a call began is told by it. Something may be told twice.
   *
   * <p>An {@link PendingChange.Accepted} of a task that this gateway has: another has taken it over
   * and sends it; {@link #maySend} is false until the call after the one that told so. Empty where
   * nobody shares the store.
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

  /**
   * What is held of a transaction by its hash, asked of the store itself: also what {@link
   * #othersChanges} has not told yet. Not more than a hundred tasks, height 0; nothing where nobody
   * shares the store.
   */
  default PendingContents find(ByteString hash) {
    return PendingContents.EMPTY;
  }

  /** The same by idempotency key. */
  default PendingContents findKey(String idempotencyKey) {
    return PendingContents.EMPTY;
  }

  PendingStats stats();

  @Override
  void close();
}
