package dev.varve.storage.pending;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;

/**
 * Deletes what no gateway needs any more of the changes of one gateway and of those that it has
 * taken over: what all have read and is not young, and what is old. Threads: one at a time.
 */
final class FeedPruner {
  private static final long CHUNK_ROWS = 5_000;
  private static final int MAX_CHUNKS = 20;

  private final UplinkDatabase database;
  private final SqlPendingConfig config;
  private final Runnable between;

  /** {@code between}: what must not wait for all of it. */
  FeedPruner(UplinkDatabase database, SqlPendingConfig config, Runnable between) {
    this.database = database;
    this.config = config;
    this.between = between;
  }

  void run(int own) {
    List<GatewayRow> rows = database.read(GatewayRows::all);
    for (GatewayRow row : rows) {
      if (row.number() == own || row.isTakenBy(own)) {
        long floor = prune(row, database.read(connection -> target(connection, row, rows)));
        if (row.isTakenBy(own) && floor == row.feedSeq()) {
          database.write(connection -> deleteIfEmpty(connection, row.number()));
        }
      }
    }
  }

  /** The last change that may go. */
  private long target(Connection connection, GatewayRow row, List<GatewayRow> all)
      throws SQLException {
    Map<Integer, Long> readers = FeedRows.readers(connection, row.number());
    long seen = row.feedSeq();
    for (GatewayRow reader : all) {
      if (reader.isLive() && reader.number() != row.number()) {
        seen = Math.min(seen, readers.getOrDefault(reader.number(), 0L));
      }
    }
    long notYoung = FeedRows.lastOlder(connection, row, config.feedKeep().toMillis());
    long old = FeedRows.lastOlder(connection, row, config.feedKeepUnseen().toMillis());
    return Math.max(Math.min(seen, notYoung), old);
  }

  /** Returns the last change that is gone then. */
  private long prune(GatewayRow row, long target) {
    long floor = row.feedFloor();
    for (int chunk = 0; chunk < MAX_CHUNKS && floor < target; chunk++) {
      long from = floor;
      long through = Math.min(target, from + CHUNK_ROWS);
      database.write(
          connection -> {
            FeedRows.delete(connection, row.number(), from, through);
            GatewayRows.setFeedFloor(connection, row.number(), through);
            return null;
          });
      floor = through;
      between.run();
    }
    return floor;
  }

  private static Void deleteIfEmpty(Connection connection, int number) throws SQLException {
    if (TaskRows.firstPending(connection, number, 1, 1).isEmpty()) {
      GatewayRows.delete(connection, number);
      FeedRows.forget(connection, number);
    }
    return null;
  }
}
