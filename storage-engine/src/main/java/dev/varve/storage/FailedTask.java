package dev.varve.storage;

import java.util.Objects;

/**
 * A task that was given up, kept until an operator requeues or drops it.
 *
 * @param reason what it failed of, one sentence
 * @param attempts how often it was sent
 * @param failedMs milliseconds since 1970
 */
public record FailedTask(PendingTask task, String reason, int attempts, long failedMs) {
  public FailedTask {
    Objects.requireNonNull(task, "task");
    Objects.requireNonNull(reason, "reason");
  }
}
