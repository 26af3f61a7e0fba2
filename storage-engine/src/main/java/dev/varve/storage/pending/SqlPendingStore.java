package dev.varve.storage.pending;

import com.google.protobuf.ByteString;
import dev.varve.storage.CommittedTask;
import dev.varve.storage.FailedTask;
import dev.varve.storage.PendingChange;
import dev.varve.storage.PendingContents;
import dev.varve.storage.PendingStats;
import dev.varve.storage.PendingStore;
import dev.varve.storage.PendingTask;
import dev.varve.storage.StorageException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Uplink tasks in tables that several gateways share; how, stands in the package's description.
 *
 * <p>What {@link #write} returned from survives the power of the database's machine if its server
 * is set to flush each commit, which is looked at once when the store is opened. Errors: as {@link
 * PendingStore}; {@link StorageException.Unavailable} while the database does not answer. Of a
 * write that failed nothing stays, but where the database went away during its commit: then it may
 * be there until the next write, or, when the process ends before, come back whole.
 *
 * <p>{@link #contents} has the pending tasks of this gateway and the whole failed list; other
 * gateways' tasks come with the first {@link #othersChanges}. That must be called regularly: it is
 * also how a gateway that another has taken over is told so, without which it does not send again.
 *
 * <p>Threads: as {@link PendingStore}, with {@link #othersChanges} and {@link #takeOver} from one
 * at a time; one of its own, {@code varve-uplink-lease}. A home belongs to one open store, which is
 * the caller's to see to.
 */
public final class SqlPendingStore implements PendingStore {
  private static final Logger LOG = LoggerFactory.getLogger(SqlPendingStore.class);
  private static final int MAX_FOUND = 100;
  private static final int MAX_FORGOTTEN = 1_000;

  private final SqlPendingConfig config;
  private final UplinkDatabase database;
  private final Lease lease;
  private final TaskIds ids = new TaskIds();
  private final KnownTasks known = new KnownTasks();
  private final Usage usage = new Usage();
  private final TaskWriter writer;
  private final OthersChanges others;
  private final TakeOver takeOver;
  private final LeaseKeeper keeper;
  private volatile PendingContents contents;
  private volatile boolean closed;

  private SqlPendingStore(DataSource source, SqlPendingConfig config, LongSupplier clock) {
    this.config = config;
    this.database = new UplinkDatabase(source, () -> closed);
    this.lease = new Lease(config.lease(), clock);
    this.writer = new TaskWriter(database, config, lease, ids, known, usage);
    this.others = new OthersChanges(database, writer, lease, known, config, clock);
    this.takeOver = new TakeOver(database, lease, known, clock);
    Registration registration = new Registration(database, config, lease, ids, clock);
    registration.open();
    this.keeper =
        new LeaseKeeper(
            database, config, lease, registration, others, this::lookAfterTables, clock);
  }

  /**
   * Opens the backup of a gateway.
   *
   * @param source connections to the one primary that has the tables {@code uplink_*}; stays the
   *     caller's
   * @throws StorageException.Unavailable when the database does not answer
   * @throws StorageException.Incompatible when the tables hold another chain's transactions
   * @throws StorageException.Corruption when a task of this gateway, or a failed one, does not read
   *     back as it was written
   */
  public static SqlPendingStore open(DataSource source, SqlPendingConfig config) {
    return open(source, config, System::nanoTime);
  }

  /** As {@link #open(DataSource, SqlPendingConfig)}, with a monotonic clock in nanoseconds. */
  public static SqlPendingStore open(
      DataSource source, SqlPendingConfig config, LongSupplier clock) {
    SqlPendingStore store = new SqlPendingStore(source, config, clock);
    boolean opened = false;
    try {
      store.load();
      store.keeper.start();
      opened = true;
      return store;
    } finally {
      if (!opened) {
        store.release();
      }
    }
  }

  private void load() {
    int own = lease.identity().number();
    contents =
        database.read(
            connection -> {
              warnOfFlushing(connection);
              List<GatewayRow> rows = GatewayRows.all(connection);
              others.begin(rows, own);
              usage.setOthers(rows, own);
              long followed = 0;
              for (GatewayRow row : rows) {
                if (row.number() == own) {
                  usage.setOwn(row.bytes());
                  followed = row.followed();
                }
              }
              return contents(connection, own, followedByAll(connection, rows, own, followed));
            });
  }

  /**
   * The height from which blocks are to be followed: others' pending tasks may be in blocks that
   * this gateway looked through before it was ended, and those gateways be gone.
   */
  private static long followedByAll(
      Connection connection, List<GatewayRow> rows, int own, long followed) throws SQLException {
    long lowest = followed;
    for (GatewayRow row : rows) {
      if (row.number() != own
          && row.followed() > 0
          && row.followed() < lowest
          && !TaskRows.firstPending(connection, row.number(), 1, 1).isEmpty()) {
        lowest = row.followed();
      }
    }
    return lowest;
  }

  private PendingContents contents(Connection connection, int own, long followed)
      throws SQLException {
    List<PendingTask> tasks = new ArrayList<>();
    List<FailedTask> failed = new ArrayList<>();
    List<CommittedTask> committed = new ArrayList<>();
    pages(after -> TaskRows.page(connection, own, WritePlan.Status.PENDING, after))
        .forEach(row -> tasks.add(row.task()));
    pages(after -> TaskRows.failedPage(connection, after)).forEach(row -> failed.add(row.failed()));
    pages(after -> TaskRows.page(connection, own, WritePlan.Status.COMMITTED, after))
        .forEach(row -> committed.add(row.committed()));
    return new PendingContents(tasks, failed, committed, followed);
  }

  /** A page of rows after an id. */
  @FunctionalInterface
  private interface Page {
    List<TaskRow> after(long id) throws SQLException;
  }

  private List<TaskRow> pages(Page page) throws SQLException {
    List<TaskRow> all = new ArrayList<>();
    List<TaskRow> rows = page.after(Long.MIN_VALUE);
    while (!rows.isEmpty()) {
      for (TaskRow row : rows) {
        if (!row.intact()) {
          throw new StorageException.Corruption(
              OthersChanges.damage(row.id())
                  + "; restore it from a replica, or delete it and submit it again",
              null);
        }
        known.addOwn(row.id());
        all.add(row);
      }
      rows = page.after(rows.get(rows.size() - 1).id());
    }
    return all;
  }

  private static void warnOfFlushing(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "SELECT @@global.innodb_flush_log_at_trx_commit, @@global.log_bin,"
                    + " @@global.sync_binlog")) {
      row.next();
      boolean log = row.getInt(1) == 1;
      boolean binlog = row.getInt(2) == 0 || row.getInt(3) == 1;
      if (!log || !binlog) {
        LOG.warn(
            "the database of the uplink's tables does not flush each commit: an acknowledged"
                + " transaction may be lost when its power fails; set"
                + " innodb_flush_log_at_trx_commit = 1 (it is {}) and sync_binlog = 1 (it is {})",
            row.getLong(1),
            row.getLong(3));
      }
    }
  }

  @Override
  public PendingContents contents() {
    PendingContents found = contents;
    if (found == null) {
      throw new IllegalStateException("what was there at open is let go with the first write");
    }
    return found;
  }

  @Override
  public void write(List<PendingChange> changes) {
    requireOpen();
    contents = null;
    writer.write(changes);
  }

  @Override
  public boolean durable() {
    return true;
  }

  @Override
  public long nextId() {
    return ids.next();
  }

  @Override
  public List<PendingChange> othersChanges() {
    requireOpen();
    return others.read();
  }

  @Override
  public List<PendingTask> takeOver() {
    requireOpen();
    return takeOver.run();
  }

  @Override
  public boolean maySend() {
    return !closed && lease.maySend();
  }

  @Override
  public PendingContents find(ByteString hash) {
    return found(database.read(connection -> TaskRows.ofHash(connection, hash, MAX_FOUND)));
  }

  @Override
  public PendingContents findKey(String idempotencyKey) {
    return found(
        database.read(connection -> TaskRows.ofKey(connection, idempotencyKey, MAX_FOUND)));
  }

  private static PendingContents found(List<TaskRow> rows) {
    List<PendingTask> tasks = new ArrayList<>();
    List<FailedTask> failed = new ArrayList<>();
    List<CommittedTask> committed = new ArrayList<>();
    for (TaskRow row : rows) {
      if (!row.intact()) {
        throw new StorageException.Corruption(OthersChanges.damage(row.id()), null);
      }
      switch (row.brief().status()) {
        case PENDING -> tasks.add(row.task());
        case FAILED -> failed.add(row.failed());
        case COMMITTED -> committed.add(row.committed());
        case NONE -> throw new IllegalStateException("a row without a state");
      }
    }
    return new PendingContents(tasks, failed, committed, 0);
  }

  @Override
  public PendingStats stats() {
    return new PendingStats("cluster", usage.all(), config.boundBytes(), 0);
  }

  /** Of the keeper's thread. */
  private void lookAfterTables(Runnable between) {
    if (lease.isLost()) {
      return;
    }
    writer.settle();
    int own = lease.identity().number();
    database.write(
        connection -> {
          FeedRows.say(connection, own, others.places());
          return null;
        });
    usage.setOthers(database.read(GatewayRows::all), own);
    between.run();
    new FeedPruner(database, config, between).run(own);
    forgetOld();
  }

  private void forgetOld() {
    long before = System.currentTimeMillis() - config.rememberAtMost().toMillis();
    List<Long> old =
        database.read(connection -> TaskRows.committedBefore(connection, before, MAX_FORGOTTEN));
    if (!old.isEmpty()) {
      List<PendingChange> changes = new ArrayList<>();
      old.forEach(id -> changes.add(new PendingChange.Forgotten(id)));
      writer.write(changes);
    }
  }

  private void requireOpen() {
    if (closed) {
      throw new StorageException.Closed("the uplink's backup was closed");
    }
  }

  /** Leaves its tasks to whoever shares the tables, or to the next start. */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    keeper.close();
    release();
  }

  private void release() {
    try {
      writer.settle();
      Lease.Identity who = lease.identity();
      database.write(
          connection -> {
            GatewayRows.close(connection, who);
            return null;
          });
    } catch (StorageException e) {
      LOG.warn("uplink gateway's lease is left to run out: {}", e.getMessage());
    } finally {
      closed = true;
    }
  }
}
