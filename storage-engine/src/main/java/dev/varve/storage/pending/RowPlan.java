package dev.varve.storage.pending;

import dev.varve.storage.CommittedTask;
import dev.varve.storage.FailedTask;
import dev.varve.storage.PendingChange;
import dev.varve.storage.PendingTask;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What the changes of one write come to in the shared tables. Changes to tasks that are not there
 * are passed over, and so are a failure or a drop of a pending task that is another gateway's: that
 * one may be sending it. Threads: one; made anew for each write.
 */
final class RowPlan {
  private final int own;
  private final Map<Long, Row> rows = new LinkedHashMap<>();
  private final List<FeedRow> feed = new ArrayList<>();
  private long followed;
  private long acceptedBytes;
  private long highestId;

  /** A task before and after. */
  private static final class Row {
    private final TaskRow.Brief before;
    private WritePlan.Status status;
    private long bytes;
    private PendingTask task;
    private FailedTask failed;
    private CommittedTask committed;

    Row(TaskRow.Brief before) {
      this.before = before;
      this.status = before == null ? WritePlan.Status.NONE : before.status();
      this.bytes = before == null ? 0 : before.bytes();
    }

    void become(WritePlan.Status next, long nextBytes) {
      status = next;
      bytes = nextBytes;
    }
  }

  private RowPlan(int own, long followed) {
    this.own = own;
    this.followed = followed;
  }

  /** The tasks that changes are of. */
  static Set<Long> ids(List<PendingChange> changes) {
    Set<Long> ids = new LinkedHashSet<>();
    for (PendingChange change : changes) {
      if (!(change instanceof PendingChange.Followed)) {
        ids.add(id(change));
      }
    }
    return ids;
  }

  private static long id(PendingChange change) {
    if (change instanceof PendingChange.Accepted accepted) {
      return accepted.task().id();
    } else if (change instanceof PendingChange.Failed failed) {
      return failed.failed().task().id();
    } else if (change instanceof PendingChange.Committed committed) {
      return committed.task().id();
    } else if (change instanceof PendingChange.Dropped dropped) {
      return dropped.id();
    }
    return ((PendingChange.Forgotten) change).id();
  }

  /**
   * Plans for changes to tasks of which something is known before.
   *
   * @param own the number of the gateway that writes
   * @throws IllegalArgumentException when a task is accepted whose id is there
   */
  static RowPlan of(
      List<PendingChange> changes, Map<Long, TaskRow.Brief> before, int own, long followed) {
    RowPlan plan = new RowPlan(own, followed);
    for (PendingChange change : changes) {
      if (change instanceof PendingChange.Followed reached) {
        plan.followed = reached.height();
      } else {
        long id = id(change);
        plan.take(change, plan.rows.computeIfAbsent(id, key -> new Row(before.get(key))));
      }
    }
    plan.feed.removeIf(each -> plan.neverWas(each.id()));
    return plan;
  }

  private void take(PendingChange change, Row row) {
    if (change instanceof PendingChange.Accepted accepted) {
      accept(accepted.task(), row);
    } else if (change instanceof PendingChange.Failed failed) {
      if (row.status == WritePlan.Status.FAILED || isOwnPending(row)) {
        row.failed = failed.failed();
        row.become(WritePlan.Status.FAILED, TaskRow.bytes(row.failed));
        feed.add(FeedRow.of(FeedRow.Kind.FAILED, row.failed.task().id()));
      }
    } else if (change instanceof PendingChange.Committed inBlock) {
      commit(inBlock.task(), row);
    } else if (change instanceof PendingChange.Dropped dropped) {
      if (row.status == WritePlan.Status.FAILED || isOwnPending(row)) {
        row.become(WritePlan.Status.NONE, 0);
        feed.add(FeedRow.of(FeedRow.Kind.DROPPED, dropped.id()));
      }
    } else if (row.status == WritePlan.Status.COMMITTED) {
      row.become(WritePlan.Status.NONE, 0);
      feed.add(FeedRow.of(FeedRow.Kind.FORGOTTEN, id(change)));
    }
  }

  private void accept(PendingTask task, Row row) {
    if (row.status != WritePlan.Status.NONE) {
      throw new IllegalArgumentException("task " + task.id() + " was accepted before");
    }
    row.task = task;
    row.become(WritePlan.Status.PENDING, TaskRow.bytes(task));
    acceptedBytes += row.bytes;
    highestId = Math.max(highestId, task.id());
    feed.add(FeedRow.of(FeedRow.Kind.ACCEPTED, task.id()));
  }

  /** A task in a block is in it, whoever says so. */
  private void commit(CommittedTask task, Row row) {
    if (row.status.isHeld()) {
      boolean remembered = !task.idempotencyKey().isEmpty();
      row.committed = task;
      row.become(
          remembered ? WritePlan.Status.COMMITTED : WritePlan.Status.NONE,
          remembered ? TaskRow.bytes(task) : 0);
      feed.add(FeedRow.of(task));
    }
  }

  private boolean isOwnPending(Row row) {
    return row.status == WritePlan.Status.PENDING
        && (row.before == null || row.before.gateway() == own);
  }

  private boolean neverWas(long id) {
    Row row = rows.get(id);
    return row.before == null && row.status == WritePlan.Status.NONE;
  }

  /** New rows, as they were accepted. */
  List<PendingTask> inserted() {
    return rows.values().stream()
        .filter(row -> row.before == null && row.status != WritePlan.Status.NONE)
        .map(row -> row.task)
        .toList();
  }

  /** Rows that come onto the failed list, or stay there for another reason. */
  List<FailedTask> failed() {
    return rows.values().stream()
        .filter(row -> row.status == WritePlan.Status.FAILED && row.failed != null)
        .map(row -> row.failed)
        .toList();
  }

  /** Rows of which only what is remembered stays. */
  List<CommittedTask> committed() {
    return rows.values().stream()
        .filter(row -> row.status == WritePlan.Status.COMMITTED && row.committed != null)
        .map(row -> row.committed)
        .toList();
  }

  /** Rows that go. */
  List<Long> deleted() {
    return rows.entrySet().stream()
        .filter(
            each ->
                each.getValue().before != null && each.getValue().status == WritePlan.Status.NONE)
        .map(Map.Entry::getKey)
        .toList();
  }

  /** What others are to be told, in order. */
  List<FeedRow> feed() {
    return feed;
  }

  long followed() {
    return followed;
  }

  /** The bytes of what is accepted; 0 where nothing is. */
  long acceptedBytes() {
    return acceptedBytes;
  }

  /** By how many bytes the tables grow, or shrink, without what others are told. */
  long moreBytes() {
    long bytes = 0;
    for (Row row : rows.values()) {
      bytes += row.bytes - (row.before == null ? 0 : row.before.bytes());
    }
    return bytes;
  }

  /** The highest id of a new task, 0 for none. */
  long highestId() {
    return highestId;
  }
}
