package dev.varve.storage.pending;

import dev.varve.storage.PendingChange;
import dev.varve.storage.PendingTask;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongFunction;

/**
 * What the changes of one write come to: the records of those that have an effect. Changes to tasks
 * that are not there are passed over. Threads: one; made anew for each write.
 */
final class WritePlan {
  /** What is known of a task. */
  enum Status {
    NONE,
    PENDING,
    FAILED,
    COMMITTED;

    boolean isHeld() {
      return this == PENDING || this == FAILED;
    }
  }

  private final LongFunction<Status> before;
  private final Map<Long, Status> touched = new HashMap<>();
  private final List<PendingRecord> records = new ArrayList<>();
  private final long followedBefore;
  private long followed;
  private long bytes = PendingCodec.HEADER_BYTES;
  private long highestId;
  private boolean accepts;

  private WritePlan(LongFunction<Status> before, long followed) {
    this.before = before;
    this.followedBefore = followed;
    this.followed = followed;
  }

  /**
   * Plans for changes to tasks of which something is known before.
   *
   * @throws IllegalArgumentException when a task is accepted whose id is there
   */
  static WritePlan of(List<PendingChange> changes, LongFunction<Status> before, long followed) {
    WritePlan plan = new WritePlan(before, followed);
    changes.forEach(plan::add);
    return plan;
  }

  private void add(PendingChange change) {
    if (change instanceof PendingChange.Accepted accepted) {
      accept(accepted.task());
    } else if (change instanceof PendingChange.Failed failed) {
      long id = failed.failed().task().id();
      if (status(id).isHeld()) {
        take(
            new PendingRecord.Failure(
                id,
                failed.failed().failedMs(),
                failed.failed().attempts(),
                failed.failed().reason()),
            Status.FAILED);
      }
    } else if (change instanceof PendingChange.Committed committed) {
      long id = committed.task().id();
      if (status(id).isHeld() && committed.task().idempotencyKey().isEmpty()) {
        take(new PendingRecord.Dropped(id), Status.NONE);
      } else if (status(id).isHeld()) {
        take(new PendingRecord.Committed(committed.task()), Status.COMMITTED);
      }
    } else if (change instanceof PendingChange.Dropped dropped) {
      if (status(dropped.id()).isHeld()) {
        take(new PendingRecord.Dropped(dropped.id()), Status.NONE);
      }
    } else if (change instanceof PendingChange.Forgotten forgotten) {
      if (status(forgotten.id()) == Status.COMMITTED) {
        take(new PendingRecord.Forgotten(forgotten.id()), Status.NONE);
      }
    } else {
      followed = ((PendingChange.Followed) change).height();
    }
  }

  private void accept(PendingTask task) {
    if (status(task.id()) != Status.NONE) {
      throw new IllegalArgumentException("task " + task.id() + " was accepted before");
    }
    accepts = true;
    highestId = Math.max(highestId, task.id());
    take(new PendingRecord.Task(task), Status.PENDING);
  }

  private Status status(long id) {
    Status now = touched.get(id);
    return now == null ? before.apply(id) : now;
  }

  private void take(PendingRecord each, Status now) {
    records.add(each);
    bytes += PendingCodec.bytes(each);
    touched.put(each.id(), now);
  }

  /** Whether nothing changes. */
  boolean isEmpty() {
    return records.isEmpty() && followed == followedBefore;
  }

  List<PendingRecord> records() {
    return records;
  }

  /** The height followed afterwards. */
  long followed() {
    return followed;
  }

  /** Bytes of the payload. */
  long bytes() {
    return bytes;
  }

  /** Whether there is a new task in it. */
  boolean accepts() {
    return accepts;
  }

  /** The highest id of a new task, 0 for none. */
  long highestId() {
    return highestId;
  }

  /** Whether something is said of a task. */
  boolean touches(long id) {
    return touched.containsKey(id);
  }
}
