package dev.varve.storage;

import java.util.List;

/**
 * What a {@link PendingStore} holds.
 *
 * @param tasks pending, by id
 * @param failed the failed list, by id
 * @param committed remembered for their idempotency keys, by id
 * @param followed the height up to which blocks were looked through; 0 for none
 */
public record PendingContents(
    List<PendingTask> tasks,
    List<FailedTask> failed,
    List<CommittedTask> committed,
    long followed) {
  /** Nothing. */
  public static final PendingContents EMPTY =
      new PendingContents(List.of(), List.of(), List.of(), 0);

  public PendingContents {
    tasks = List.copyOf(tasks);
    failed = List.copyOf(failed);
    committed = List.copyOf(committed);
  }
}
