package dev.varve.storage.pending;

import dev.varve.storage.PendingTask;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes the tasks of gateways that are gone: first the gateway's row, by compare-and-set, from when
 * on its process writes nothing any more; then its pending tasks, some with each call. Who takes
 * over a gateway that was taking over goes on with that, too. Threads: one at a time.
 */
final class TakeOver {
  private static final Logger LOG = LoggerFactory.getLogger(TakeOver.class);
  private static final int MAX_TASKS = 1_000;
  private static final long MAX_BYTES = 16 << 20;

  private final UplinkDatabase database;
  private final Lease lease;
  private final KnownTasks known;
  private final Sightings sightings;
  private List<Long> unsure = List.of();

  TakeOver(UplinkDatabase database, Lease lease, KnownTasks known, LongSupplier clock) {
    this.database = database;
    this.lease = lease;
    this.known = known;
    this.sightings = new Sightings(clock);
  }

  /** Holds what a transaction that may be run again has chosen. */
  private static final class Chosen {
    private List<Long> ids = List.of();
  }

  List<PendingTask> run() {
    Lease.Identity who = lease.identity();
    List<GatewayRow> others =
        database.read(GatewayRows::all).stream()
            .filter(row -> row.number() != who.number())
            .toList();
    List<GatewayRow> over = sightings.over(others);
    if (!lease.isValid()) {
      return List.of();
    }
    for (GatewayRow gone : over) {
      if (database.write(connection -> claim(connection, who, gone))) {
        LOG.info(
            "uplink gateway {} takes over the tasks of gateway {}, which {}",
            who.number(),
            gone.number(),
            gone.isLive() ? "has let its lease run out" : "was closed");
      }
    }
    List<PendingTask> adopted = new ArrayList<>(adoptedUnsurely(who));
    for (GatewayRow taken : database.read(GatewayRows::all)) {
      if (taken.isTakenBy(who.number()) && adopted.isEmpty()) {
        adopted.addAll(adopt(who, taken));
      }
    }
    return adopted;
  }

  /** Own row first, as a write locks it before all else. */
  private boolean claim(Connection connection, Lease.Identity who, GatewayRow gone)
      throws SQLException {
    GatewayRow own = TaskWriter.require(connection, lease, who);
    GatewayRow row = GatewayRows.lock(connection, gone.number()).orElse(null);
    if (row == null || !GatewayRows.take(connection, gone, who.number())) {
      return false;
    }
    long followed = own.followed();
    if (row.followed() > 0
        && row.followed() < followed
        && !TaskRows.firstPending(connection, row.number(), 1, 1).isEmpty()) {
      followed = row.followed(); // its tasks may be in blocks that nobody has looked through
    }
    GatewayRows.wrote(
        connection, who.number(), own.lastId(), followed, row.netBytes(), own.feedSeq());
    return true;
  }

  private List<PendingTask> adopt(Lease.Identity who, GatewayRow taken) {
    Chosen chosen = new Chosen();
    try {
      return deliver(
          database.writeSurely(
              connection -> {
                GatewayRow own = TaskWriter.require(connection, lease, who);
                chosen.ids =
                    TaskRows.firstPending(connection, taken.number(), MAX_TASKS, MAX_BYTES);
                if (!chosen.ids.isEmpty()) {
                  followFrom(connection, own, taken);
                }
                TaskRows.give(connection, chosen.ids, taken.number(), who.number());
                return own(connection, chosen.ids, who);
              }));
    } catch (UnsureCommitException e) {
      unsure = chosen.ids;
      throw e.failure();
    }
  }

  /** Blocks that have its tasks may not have been looked through, should this process end now. */
  private static void followFrom(Connection connection, GatewayRow own, GatewayRow taken)
      throws SQLException {
    boolean unknown = own.followed() == 0;
    if (taken.followed() > 0 && (unknown || taken.followed() < own.followed())) {
      GatewayRows.wrote(connection, own.number(), own.lastId(), taken.followed(), 0, own.feedSeq());
    }
  }

  /** Of a time when the answer stayed away. */
  private List<PendingTask> adoptedUnsurely(Lease.Identity who) {
    if (unsure.isEmpty()) {
      return List.of();
    }
    List<Long> ids = unsure;
    List<TaskRow> rows = database.read(connection -> own(connection, ids, who));
    unsure = List.of();
    return deliver(rows);
  }

  private static List<TaskRow> own(Connection connection, List<Long> ids, Lease.Identity who)
      throws SQLException {
    Map<Long, TaskRow> rows = TaskRows.of(connection, ids);
    return ids.stream()
        .map(rows::get)
        .filter(
            row ->
                row != null
                    && row.brief().gateway() == who.number()
                    && row.brief().status() == WritePlan.Status.PENDING)
        .toList();
  }

  private List<PendingTask> deliver(List<TaskRow> rows) {
    List<PendingTask> tasks = new ArrayList<>();
    for (TaskRow row : rows) {
      if (row.intact()) {
        known.addOwn(row.id());
        tasks.add(row.task());
      } else {
        LOG.error("{}; it is not sent", OthersChanges.damage(row.id()));
      }
    }
    return tasks;
  }
}
