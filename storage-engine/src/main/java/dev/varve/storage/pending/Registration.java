package dev.varve.storage.pending;

import dev.varve.storage.StorageException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;
import java.util.UUID;
import java.util.function.LongSupplier;

/**
 * Gives this process its row of {@code uplink_gateways}: that of its home, which nobody else can be
 * using since the home is locked, or a new one. Threads: any.
 */
final class Registration {
  private final UplinkDatabase database;
  private final SqlPendingConfig config;
  private final Lease lease;
  private final TaskIds ids;
  private final LongSupplier clock;

  Registration(
      UplinkDatabase database,
      SqlPendingConfig config,
      Lease lease,
      TaskIds ids,
      LongSupplier clock) {
    this.database = database;
    this.config = config;
    this.lease = lease;
    this.ids = ids;
    this.clock = clock;
  }

  private record Place(int number, long lastId) {}

  /**
   * Goes on with the row of the home, if it has one.
   *
   * @throws StorageException.Incompatible when the tables are another chain's
   */
  void open() {
    begin(true);
  }

  /** Begins with a new row: another gateway has taken over the one before. */
  void openAnew() {
    begin(false);
  }

  private void begin(boolean resuming) {
    String session = UUID.randomUUID().toString();
    long sentNanos = clock.getAsLong();
    Place place = database.write(connection -> place(connection, session, resuming));
    ids.begin(place.number, place.lastId);
    lease.begin(new Lease.Identity(place.number, session), sentNanos);
  }

  private Place place(Connection connection, String session, boolean resuming) throws SQLException {
    int number = GatewayRows.nextNumber(connection, config.chainId());
    Optional<GatewayRow> before =
        resuming ? GatewayRows.ofHome(connection, config.homeId()) : Optional.empty();
    if (before.isPresent() && !TaskIds.isWorn(before.get().number(), before.get().lastId())) {
      GatewayRow row = before.get();
      GatewayRows.resume(connection, new Lease.Identity(row.number(), session), config);
      return new Place(row.number(), row.lastId());
    }
    if (number > TaskIds.MAX_NUMBER) {
      throw new StorageException.Unavailable(
          "the uplink's tables have given all numbers of gateways, 1 to " + TaskIds.MAX_NUMBER,
          null);
    }
    GatewayRows.insert(connection, new Lease.Identity(number, session), config);
    GatewayRows.numberTaken(connection);
    return new Place(number, 0);
  }
}
