package dev.varve.storage;

/** One change to what a {@link PendingStore} holds. */
public sealed interface PendingChange {
  /** A new task. */
  record Accepted(PendingTask task) implements PendingChange {}

  /**
   * A task is in a block: no longer held. Where it has an idempotency key the record is kept, until
   * {@link Forgotten}.
   */
  record Committed(CommittedTask task) implements PendingChange {}

  /** A task moves to the failed list; {@code failed.task()} as it was accepted. */
  record Failed(FailedTask failed) implements PendingChange {}

  /** A pending or failed task is dropped. */
  record Dropped(long id) implements PendingChange {}

  /** A committed task is no longer remembered. */
  record Forgotten(long id) implements PendingChange {}

  /** Every block up to a height was looked through for tasks. */
  record Followed(long height) implements PendingChange {}
}
