package dev.varve.gateway;

import dev.varve.storage.PendingChange;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * What waits for the backup and is answered when that has it, all or nothing.
 *
 * @param answers the tasks to answer with, in order
 * @param fresh those of them that are new
 * @param first changes to make before the new tasks are accepted
 * @param written run with the lock when the backup has it
 * @param undone run with the lock when it has not
 */
record Write(
    List<Task> answers,
    List<Task> fresh,
    List<PendingChange> first,
    Runnable written,
    Runnable undone,
    CompletableFuture<List<TaskStatus>> result) {
  /** New tasks, and such as are there already. */
  static Write of(List<Task> answers, List<Task> fresh) {
    return new Write(answers, fresh, List.of(), () -> {}, () -> {}, new CompletableFuture<>());
  }
}
