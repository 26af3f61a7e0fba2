package dev.varve.sharding;

import com.zaxxer.hikari.HikariDataSource;
import dev.varve.sharding.ClusterConfig.Pool;
import dev.varve.sharding.ClusterConfig.Source;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;
import java.util.OptionalLong;
import javax.sql.DataSource;

/**
 * One database server of a group: a primary or a replica.
 *
 * <p>Each has two pools, one for data and a small one with short time-outs for markers and health,
 * and one breaker for both. Safe for use by many threads.
 */
public final class ClusterNode {
  private static final int NO_SUCH_TABLE = 1146;

  private final Source source;
  private final int part;
  private final boolean replica;
  private final String heightsTable;
  private final NodeBreaker breaker;
  private final Pools pools;
  private final int maxPoolSize;
  private final HikariDataSource data;
  private final HikariDataSource marker;
  private final Pool pool;
  private HikariDataSource uplink;
  private volatile boolean closed;
  private volatile boolean probed;
  private volatile OptionalLong height = OptionalLong.empty();

  ClusterNode(Source source, int part, boolean replica, String heightsTable, Pool pool) {
    this.source = source;
    this.part = part;
    this.replica = replica;
    this.heightsTable = heightsTable;
    this.breaker =
        new NodeBreaker(
            source.name(),
            (replica ? "replica " : "primary ") + source.name() + " (" + source.address() + ")",
            this::silence);
    this.pools = new Pools(source);
    this.pool = pool;
    this.maxPoolSize = pool.maxPoolSize();
    this.data = pools.data(pool, breaker);
    this.marker = pools.marker();
  }

  /** As in cluster.yaml. */
  public String name() {
    return source.name();
  }

  /** Host and port. */
  public String address() {
    return source.address();
  }

  /** Number of the primary that this is, or follows, from 0. */
  public int part() {
    return part;
  }

  public boolean isReplica() {
    return replica;
  }

  /** The actual table of this server that holds the heights of its part. */
  public String heightsTable() {
    return heightsTable;
  }

  /** Whether calls are let through to it. */
  public boolean isUp() {
    return breaker.isClosed();
  }

  /** What is known of it, without asking it. */
  public NodeHealth health() {
    boolean up = probed && breaker.isClosed();
    return new NodeHealth(up, up ? "" : probed ? breaker.reason() : "not reached yet", height);
  }

  /**
   * A connection for short reads of this very server, with time-outs of one and two seconds.
   *
   * @throws SQLException it does not answer, or did not when it was last asked
   */
  public Connection connect() throws SQLException {
    return guarded(marker, 2);
  }

  /** A connection for data, as set under pools. */
  Connection dataConnection() throws SQLException {
    return guarded(data, maxPoolSize);
  }

  /** A connection for the uplink's tables, from a pool that is made when one is first asked for. */
  Connection uplinkConnection() throws SQLException {
    return guarded(uplinkPool(), Pools.UPLINK_SIZE);
  }

  private synchronized HikariDataSource uplinkPool() throws SQLException {
    if (closed) {
      throw new SQLException(source.name() + " is closed", "08003");
    }
    if (uplink == null) {
      uplink = pools.uplink(pool, breaker);
    }
    return uplink;
  }

  private synchronized void closeUplink() {
    if (uplink != null) {
      uplink.close();
    }
  }

  private Connection guarded(HikariDataSource pool, int size) throws SQLException {
    breaker.acquire();
    try {
      Connection connection = pool.getConnection();
      breaker.succeeded();
      return connection;
    } catch (SQLException e) {
      // A pool whose connections are all lent out says nothing about the server.
      if (pool.getHikariPoolMXBean().getActiveConnections() >= size) {
        breaker.released();
      } else {
        breaker.failed(e);
      }
      throw e;
    } catch (RuntimeException e) {
      breaker.released();
      throw e;
    }
  }

  DataSource schemaSource() {
    return pools.schema(false);
  }

  /** As {@link #schemaSource()}, but makes the database when it is not there. */
  DataSource creatingSource() {
    return pools.schema(true);
  }

  /** Its own, and one more where there is one of that name. */
  void dropDatabase(Optional<String> sink) throws SQLException {
    try (Connection connection = schemaSource().getConnection();
        Statement statement = connection.createStatement()) {
      if (sink.isPresent()) {
        statement.execute("DROP DATABASE IF EXISTS " + sink.get());
      }
      statement.execute("DROP DATABASE IF EXISTS " + source.database());
    }
  }

  Source source() {
    return source;
  }

  String url() {
    return source.url();
  }

  /** Asks the server for its marker, whatever the breaker says, and tells the breaker. */
  void probe() {
    try (Connection connection = marker.getConnection();
        Statement statement = connection.createStatement()) {
      height = marker(statement);
      if (!breaker.isClosed()) {
        awaitData();
      }
      breaker.reached();
    } catch (SQLException e) {
      if (!closed) {
        breaker.missed(e);
      }
    }
    probed = true;
  }

  /** A pool that ran into its time-out has not always the reason at hand: it is tried without. */
  private String silence() {
    try (Connection connection = pools.single().getConnection()) {
      connection.getCatalog();
      return Reasons.SILENT;
    } catch (SQLException e) {
      return Reasons.words(e);
    }
  }

  /** The pool for data has connections again before others are let through to it. */
  private void awaitData() throws SQLException {
    try (Connection connection = data.getConnection()) {
      connection.getCatalog();
    }
  }

  private OptionalLong marker(Statement statement) throws SQLException {
    try (ResultSet row = statement.executeQuery("SELECT MAX(height) FROM " + heightsTable)) {
      row.next();
      long highest = row.getLong(1);
      return row.wasNull() ? OptionalLong.empty() : OptionalLong.of(highest);
    } catch (SQLException e) {
      // A server without a schema answers, too.
      if (e.getErrorCode() == NO_SUCH_TABLE) {
        return OptionalLong.empty();
      }
      throw e;
    }
  }

  /** Probes that fail from now on say nothing. */
  void closing() {
    closed = true;
  }

  void close() {
    data.close();
    marker.close();
    closeUplink();
  }
}
