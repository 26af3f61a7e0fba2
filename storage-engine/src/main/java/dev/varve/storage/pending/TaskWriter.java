package dev.varve.storage.pending;

import dev.varve.storage.PendingChange;
import dev.varve.storage.PendingTask;
import dev.varve.storage.StorageException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Writes changes, each call in one transaction, under a lock on the row of the gateway that writes:
 * none is written for one whose tasks another has taken over, and changes get their places in the
 * order in which they are committed.
 *
 * <p>A commit that was not answered is asked after at once, and, when that is not answered either,
 * before the next write: of one that came about nevertheless the new tasks are dropped then, since
 * the caller was told that there are none. Threads: any, one after the other.
 */
final class TaskWriter {
  private final UplinkDatabase database;
  private final SqlPendingConfig config;
  private final Lease lease;
  private final TaskIds ids;
  private final KnownTasks known;
  private final Usage usage;
  private Attempt unsure;

  TaskWriter(
      UplinkDatabase database,
      SqlPendingConfig config,
      Lease lease,
      TaskIds ids,
      KnownTasks known,
      Usage usage) {
    this.database = database;
    this.config = config;
    this.lease = lease;
    this.ids = ids;
    this.known = known;
    this.usage = usage;
  }

  /** What a write was about to leave behind. */
  private record Attempt(Lease.Identity who, long feedSeq, long rowBytes, RowPlan plan) {}

  /** Holds the attempt of a transaction that may be run again. */
  private static final class Last {
    private Attempt attempt;
  }

  synchronized void write(List<PendingChange> changes) {
    if (changes.isEmpty() && unsure == null) {
      return;
    }
    Lease.Identity who = lease.identity();
    Last last = new Last();
    try {
      database.writeSurely(
          connection -> {
            last.attempt = null;
            last.attempt = write(connection, who, changes);
            return null;
          });
      unsure = null;
    } catch (UnsureCommitException e) {
      unsure = null;
      if (!cameAbout(last.attempt, e.failure())) {
        throw e.failure();
      }
    }
    wrote(last.attempt);
  }

  /** Finds out about a write that nobody knows about, if there is one. */
  synchronized void settle() {
    if (unsure != null) {
      write(List.of());
    }
  }

  /** Has nothing written meanwhile. */
  synchronized <T> T without(UplinkDatabase.Work<T> work) {
    return database.read(work);
  }

  private Attempt write(Connection connection, Lease.Identity who, List<PendingChange> changes)
      throws SQLException {
    GatewayRow row = require(connection, lease, who);
    List<PendingChange> all = new ArrayList<>();
    if (unsure != null && unsure.who().equals(who) && unsure.feedSeq() == row.feedSeq()) {
      for (PendingTask task : unsure.plan().inserted()) {
        all.add(new PendingChange.Dropped(task.id()));
      }
    }
    all.addAll(changes);
    Map<Long, TaskRow.Brief> before = TaskRows.lock(connection, touchedBefore(all));
    RowPlan plan = RowPlan.of(all, before, who.number(), row.followed());
    requireRoom(connection, row, plan);
    TaskRows.insert(connection, who.number(), plan.inserted());
    TaskRows.fail(connection, plan.failed());
    TaskRows.commit(connection, plan.committed());
    TaskRows.delete(connection, plan.deleted());
    FeedRows.insert(connection, who.number(), row.feedSeq() + 1, plan.feed());
    long feedSeq = row.feedSeq() + plan.feed().size();
    GatewayRows.wrote(
        connection, who.number(), plan.highestId(), plan.followed(), plan.moreBytes(), feedSeq);
    long rowBytes = row.bytes() + plan.moreBytes() + GatewayRow.feedBytes(plan.feed().size());
    return new Attempt(who, feedSeq, rowBytes, plan);
  }

  /** New ids are not there to be locked: to look for them would lock the gap others write to. */
  private Set<Long> touchedBefore(List<PendingChange> changes) {
    Set<Long> touched = RowPlan.ids(changes);
    for (PendingChange change : changes) {
      if (change instanceof PendingChange.Accepted accepted
          && !known.contains(accepted.task().id())) {
        touched.remove(accepted.task().id());
      }
    }
    return touched;
  }

  /** The row of a gateway, locked, if it is still its own. */
  static GatewayRow require(Connection connection, Lease lease, Lease.Identity who)
      throws SQLException {
    GatewayRow row = GatewayRows.lock(connection, who.number()).orElse(null);
    if (row == null || !row.is(who)) {
      lease.lose(who);
      throw new StorageException.Unavailable(
          "the lease of uplink gateway " + who.number() + " ran out and another has its tasks",
          null);
    }
    return row;
  }

  private void requireRoom(Connection connection, GatewayRow row, RowPlan plan)
      throws SQLException {
    long more = plan.acceptedBytes();
    if (more == 0 || row.bytes() + usage.others() + more <= config.boundBytes()) {
      return;
    }
    usage.setOthers(GatewayRows.all(connection), row.number());
    long held = row.bytes() + usage.others();
    if (held + more > config.boundBytes()) {
      throw new StorageException.DiskFull(
          String.format(
              "uplink tasks in the cluster take %d bytes of %d, %d more do not fit",
              held, config.boundBytes(), more),
          null);
    }
  }

  /** Waits for the transaction, if it still is at work, by the lock on its gateway's row. */
  private boolean cameAbout(Attempt attempt, StorageException failure) {
    if (attempt.plan().feed().isEmpty()) {
      return false; // nothing that would hurt when it is written again
    }
    try {
      return database.write(
          connection ->
              GatewayRows.lock(connection, attempt.who().number())
                  .filter(row -> row.feedSeq() == attempt.feedSeq())
                  .isPresent());
    } catch (StorageException e) {
      unsure = attempt;
      failure.addSuppressed(e);
      return false;
    }
  }

  private void wrote(Attempt attempt) {
    for (PendingTask task : attempt.plan().inserted()) {
      known.addOwn(task.id());
    }
    attempt.plan().deleted().forEach(known::remove);
    ids.wrote(attempt.plan().highestId());
    usage.setOwn(attempt.rowBytes());
  }
}
