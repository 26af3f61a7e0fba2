package dev.varve.sharding;

import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;
import javax.sql.DataSource;

/**
 * A data source that is made at its first use, by one thread at a time, and again after failures.
 *
 * <p>Whoever comes while another makes it is refused, and so is everyone for a short while after a
 * failure: nobody waits for a database that is down but the one who tries it.
 */
final class Lazy {
  private static final Duration PAUSE = Duration.ofSeconds(1);

  /** Makes the data source, or says why it cannot now. */
  interface Maker {
    DataSource make() throws SQLException;
  }

  private final String name;
  private final Maker maker;
  private final ReentrantLock lock = new ReentrantLock();
  private volatile DataSource made;
  private volatile boolean closed;
  private SQLException failure;
  private long failedAtNanos;

  Lazy(String name, Maker maker) {
    this.name = name;
    this.maker = maker;
  }

  DataSource get() throws SQLException {
    DataSource ready = made;
    return ready == null ? make() : ready;
  }

  private DataSource make() throws SQLException {
    if (!lock.tryLock()) {
      throw new SQLTransientConnectionException(name + " is being connected", "08001");
    }
    try {
      if (closed) {
        throw new SQLException(name + " is closed", "08003");
      }
      if (made == null) {
        refuseEarly();
        try {
          made = maker.make();
        } catch (SQLException e) {
          failure = e;
          failedAtNanos = System.nanoTime();
          throw e;
        }
      }
      return made;
    } finally {
      lock.unlock();
    }
  }

  private void refuseEarly() throws SQLException {
    if (failure == null || System.nanoTime() - failedAtNanos > PAUSE.toNanos()) {
      return;
    }
    if (failure instanceof SchemaException) {
      throw failure;
    }
    throw new SQLTransientConnectionException(failure.getMessage(), "08001", failure);
  }

  /** Waits for one who makes it, whose data source would else be left behind. */
  void close() {
    closed = true;
    lock.lock();
    try {
      if (made instanceof AutoCloseable closeable) {
        closeable.close();
      }
      made = null;
    } catch (Exception e) {
      throw new IllegalStateException(name + " cannot be closed", e);
    } finally {
      lock.unlock();
    }
  }
}
