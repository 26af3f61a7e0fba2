package dev.varve.storage.pending;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Since when other gateways have given no sign of life, by this process's monotonic clock: a clock
 * of the database that is set, or that of a promoted replica, makes none of them die. Threads: one
 * at a time.
 */
final class Sightings {
  private final LongSupplier clock;
  private final Map<Integer, Sighting> last = new HashMap<>();

  private record Sighting(String session, long renewals, long sinceNanos) {
    boolean isOf(GatewayRow row) {
      return session.equals(row.session()) && renewals == row.renewals();
    }
  }

  Sightings(LongSupplier clock) {
    this.clock = clock;
  }

  /** Those whose tasks may be taken over now. */
  List<GatewayRow> over(List<GatewayRow> others) {
    long now = clock.getAsLong();
    last.keySet().retainAll(others.stream().map(GatewayRow::number).toList());
    return others.stream().filter(row -> isOver(row, now)).toList();
  }

  private boolean isOver(GatewayRow row, long now) {
    if (row.state() != GatewayRow.State.LIVE) {
      last.remove(row.number());
      return row.state() == GatewayRow.State.CLOSED;
    }
    Sighting before = last.get(row.number());
    if (before == null || !before.isOf(row)) {
      last.put(row.number(), new Sighting(row.session(), row.renewals(), now));
      return false;
    }
    return row.over() && now - before.sinceNanos() >= TimeUnit.MILLISECONDS.toNanos(row.leaseMs());
  }
}
