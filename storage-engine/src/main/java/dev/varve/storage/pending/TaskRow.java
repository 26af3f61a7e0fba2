package dev.varve.storage.pending;

import dev.varve.storage.CommittedTask;
import dev.varve.storage.FailedTask;
import dev.varve.storage.PendingTask;

/**
 * A row of {@code uplink_tasks}, with what its state has: a pending or failed task, why it failed,
 * or what is remembered of one in a block.
 *
 * @param intact whether it is what was written; what it says is null else
 */
record TaskRow(
    Brief brief, boolean intact, PendingTask task, FailedTask failed, CommittedTask committed) {
  /** What a row takes beside its values, with its places in indexes, about. */
  private static final long OVERHEAD_BYTES = 300;

  /**
   * What a write has to know of a task that is there.
   *
   * @param gateway whose it is
   */
  record Brief(long id, WritePlan.Status status, int gateway, long bytes) {}

  long id() {
    return brief.id;
  }

  static long bytes(PendingTask task) {
    return OVERHEAD_BYTES + task.tx().size() + task.idempotencyKey().length();
  }

  static long bytes(FailedTask failed) {
    return bytes(failed.task()) + failed.reason().length();
  }

  static long bytes(CommittedTask task) {
    return OVERHEAD_BYTES + task.idempotencyKey().length();
  }
}
