package dev.varve.storage.pending;

import dev.varve.storage.CommittedTask;
import dev.varve.storage.PendingChange;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads what other gateways have changed: which tasks, from their places in the feed; how those
 * stand now, from the tasks' rows in the same snapshot.
 *
 * <p>What is told of a task is what the snapshot has of it, so it is right whichever gateway's
 * changes are read first, and however often a change is read. Everything is read anew at first,
 * when changes are gone that were not read yet, and when another gateway has taken over. Threads:
 * {@link #read} from one at a time, the rest from any.
 */
final class OthersChanges {
  private static final Logger LOG = LoggerFactory.getLogger(OthersChanges.class);
  private static final int CHUNK_ROWS = 500;
  private static final int MAX_ROWS = 10_000;
  private static final long MAX_BYTES = 16 << 20;

  private final UplinkDatabase database;
  private final TaskWriter writer;
  private final Lease lease;
  private final KnownTasks known;
  private final LongSupplier clock;
  private final long maxPauseNanos;
  private final Set<Long> damaged = new HashSet<>();
  private Lease.Identity told;
  private long lastNanos;

  // Guarded by this.
  private final Map<Integer, Long> places = new HashMap<>();
  private final Set<Integer> ownNumbers = new HashSet<>();
  private boolean anew = true;

  OthersChanges(
      UplinkDatabase database,
      TaskWriter writer,
      Lease lease,
      KnownTasks known,
      SqlPendingConfig config,
      LongSupplier clock) {
    this.database = database;
    this.writer = writer;
    this.lease = lease;
    this.known = known;
    this.clock = clock;
    this.maxPauseNanos = TimeUnit.MILLISECONDS.toNanos(config.feedKeepUnseen().toMillis() / 2);
    this.lastNanos = clock.getAsLong();
  }

  /**
   * What is told in one call; new tasks come first, so that none is missing for a moment. What is
   * known and where reading stands changes only when all of it was read.
   */
  private final class Telling {
    private final List<PendingChange> accepted = new ArrayList<>();
    private final List<PendingChange> others = new ArrayList<>();
    private final Map<Integer, Long> places = new HashMap<>();
    private final Map<Long, Boolean> there = new HashMap<>();
    private int rows;
    private long bytes;

    boolean isFull() {
      return rows >= MAX_ROWS || bytes >= MAX_BYTES;
    }

    /** Another gateway has this task; returns whether that is news. */
    boolean add(long id) {
      Boolean before = there.put(id, true);
      return before == null ? !known.isOthers(id) : !before;
    }

    /** This task is gone. */
    void remove(long id) {
      there.put(id, false);
    }

    List<PendingChange> all() {
      there.forEach((id, is) -> known.setOthers(id, is));
      List<PendingChange> all = new ArrayList<>(accepted);
      all.addAll(others);
      return all;
    }
  }

  /** The store was opened, with what these rows had. */
  synchronized void begin(List<GatewayRow> rows, int ownNumber) {
    ownNumbers.add(ownNumber);
    for (GatewayRow row : rows) {
      places.put(row.number(), row.feedSeq());
    }
  }

  /** This gateway goes on under another number. */
  synchronized void beginAnew(int ownNumber) {
    ownNumbers.add(ownNumber);
    anew = true;
  }

  /** How far each other gateway's changes were read. */
  synchronized Map<Integer, Long> places() {
    Map<Integer, Long> others = new HashMap<>(places);
    others.keySet().removeAll(ownNumbers);
    return others;
  }

  List<PendingChange> read() {
    lease.told(told); // what was told last has been taken up
    Lease.Identity who = lease.identity();
    long now = clock.getAsLong();
    if (now - lastNanos > maxPauseNanos || isAnew()) {
      return readAll(who, now);
    }
    Telling telling = database.read(this::since);
    if (telling == null) {
      return readAll(who, now);
    }
    moveTo(telling, now);
    return telling.all();
  }

  private synchronized boolean isAnew() {
    return anew;
  }

  private synchronized void moveTo(Telling telling, long now) {
    places.keySet().retainAll(telling.places.keySet()); // the others are gone
    places.putAll(telling.places);
    lastNanos = now;
  }

  /** Others' changes since the last time; null where some are gone. */
  private Telling since(Connection connection) throws SQLException {
    Telling telling = new Telling();
    for (GatewayRow row : GatewayRows.all(connection)) {
      if (isOwn(row)) {
        continue;
      }
      long place = place(row);
      if (place < row.feedFloor()) {
        return null;
      }
      while (place < row.feedSeq() && !telling.isFull()) {
        List<FeedRow> rows =
            FeedRows.between(connection, row.number(), place, row.feedSeq(), CHUNK_ROWS);
        if (rows.isEmpty()) {
          return null;
        }
        tell(connection, rows, telling);
        place = rows.get(rows.size() - 1).seq();
        telling.rows += rows.size();
      }
      telling.places.put(row.number(), place);
    }
    return telling;
  }

  private synchronized boolean isOwn(GatewayRow row) {
    return ownNumbers.contains(row.number());
  }

  private synchronized long place(GatewayRow row) {
    return places.getOrDefault(row.number(), 0L);
  }

  private void tell(Connection connection, List<FeedRow> feed, Telling telling)
      throws SQLException {
    Map<Long, List<FeedRow>> byTask = new LinkedHashMap<>();
    for (FeedRow row : feed) {
      byTask.computeIfAbsent(row.id(), id -> new ArrayList<>()).add(row);
    }
    Map<Long, TaskRow> tasks = TaskRows.of(connection, byTask.keySet());
    int own = lease.identity().number();
    for (Map.Entry<Long, List<FeedRow>> each : byTask.entrySet()) {
      TaskRow task = tasks.get(each.getKey());
      if (task == null) {
        each.getValue().forEach(row -> tellGone(row, telling));
      } else {
        tell(task, own, telling);
      }
    }
  }

  private void tellGone(FeedRow row, Telling telling) {
    PendingChange change = row.ofGone();
    if (change != null) {
      telling.remove(row.id());
      telling.others.add(change);
    }
  }

  private void tell(TaskRow task, int own, Telling telling) {
    if (!task.intact()) {
      sayDamaged(task);
      return;
    }
    telling.bytes += task.brief().bytes();
    switch (task.brief().status()) {
      case PENDING -> {
        if (task.brief().gateway() != own && telling.add(task.id())) {
          telling.accepted.add(new PendingChange.Accepted(task.task()));
        }
      }
      case FAILED -> {
        if (telling.add(task.id())) {
          telling.accepted.add(new PendingChange.Accepted(task.task()));
        }
        telling.others.add(new PendingChange.Failed(task.failed()));
      }
      case COMMITTED -> {
        telling.add(task.id());
        telling.others.add(new PendingChange.Committed(task.committed()));
      }
      case NONE -> throw new IllegalStateException("a row without a state");
    }
  }

  private void sayDamaged(TaskRow task) {
    if (damaged.add(task.id())) {
      LOG.error("{}; it is left out", damage(task.id()));
    }
  }

  static String damage(long id) {
    return "the row of task " + id + " in uplink_tasks has a wrong checksum";
  }

  /** No write comes between: what it has changed would be told as another's. */
  private List<PendingChange> readAll(Lease.Identity who, long now) {
    Telling telling = writer.without(connection -> all(connection, who.number()));
    synchronized (this) {
      places.putAll(telling.places);
      anew = !who.equals(lease.identity());
      lastNanos = now;
    }
    told = who;
    return telling.all();
  }

  private Telling all(Connection connection, int own) throws SQLException {
    Telling telling = new Telling();
    Set<Long> gone = known.all();
    Map<Long, CommittedTask> inBlocks = new HashMap<>();
    for (GatewayRow row : GatewayRows.all(connection)) {
      if (!isOwn(row)) {
        readInBlocks(connection, row, gone, inBlocks);
      }
      telling.places.put(row.number(), row.feedSeq());
    }
    List<TaskRow> page = TaskRows.page(connection, Long.MIN_VALUE);
    while (!page.isEmpty()) {
      for (TaskRow task : page) {
        gone.remove(task.id());
        if (task.brief().gateway() != own) {
          tell(task, own, telling);
        }
      }
      page = TaskRows.page(connection, page.get(page.size() - 1).id());
    }
    for (long id : gone) {
      CommittedTask inBlock = inBlocks.get(id);
      telling.remove(id);
      telling.others.add(
          inBlock == null ? new PendingChange.Dropped(id) : new PendingChange.Committed(inBlock));
      telling.others.add(new PendingChange.Forgotten(id)); // it may have been remembered
    }
    return telling;
  }

  /** What is still kept of tasks that are known, may be gone, and came into a block. */
  private void readInBlocks(
      Connection connection, GatewayRow row, Set<Long> ids, Map<Long, CommittedTask> inBlocks)
      throws SQLException {
    long place = Math.max(place(row), row.feedFloor());
    while (place < row.feedSeq()) {
      List<FeedRow> feed =
          FeedRows.between(connection, row.number(), place, row.feedSeq(), CHUNK_ROWS);
      if (feed.isEmpty()) {
        return;
      }
      for (FeedRow each : feed) {
        if (each.committed() != null && ids.contains(each.id())) {
          inBlocks.put(each.id(), each.committed());
        }
      }
      place = feed.get(feed.size() - 1).seq();
    }
  }
}
