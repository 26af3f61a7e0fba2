package dev.varve.storage.pending;

import dev.varve.storage.StorageException;
import dev.varve.storage.disk.sql.SqlErrors;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Set;
import java.util.function.BooleanSupplier;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Transactions on the database with the uplink's tables; what the driver throws becomes a {@link
 * StorageException}. Threads: any.
 */
final class UplinkDatabase {
  private static final Logger LOG = LoggerFactory.getLogger(UplinkDatabase.class);
  private static final String NAME = "the database of the uplink's tables";

  /** A server that takes one of two transactions back, which is then to be made again. */
  private static final Set<Integer> TAKEN_BACK = Set.of(1020, 1213);

  private static final int MAX_TRIES = 5;
  private static final int LOCK_WAIT_OVER = 1205;

  private final DataSource source;
  private final BooleanSupplier closed;

  UplinkDatabase(DataSource source, BooleanSupplier closed) {
    this.source = source;
    this.closed = closed;
  }

  /** Statements on a connection; may be run again when nothing has come of them. */
  @FunctionalInterface
  interface Work<T> {
    T run(Connection connection) throws SQLException;
  }

  /** Reads, all from one snapshot. */
  <T> T read(Work<T> work) {
    return write(work);
  }

  /** Runs one transaction, of which nothing or, seldom, all has come about when it fails. */
  <T> T write(Work<T> work) {
    try {
      return writeSurely(work);
    } catch (UnsureCommitException e) {
      throw e.failure();
    }
  }

  /**
   * Runs one transaction, of which nothing has come about when it fails.
   *
   * @throws UnsureCommitException but here that is not known
   */
  <T> T writeSurely(Work<T> work) throws UnsureCommitException {
    for (int tries = 1; ; tries++) {
      try {
        return run(work);
      } catch (SQLException e) {
        if (!TAKEN_BACK.contains(e.getErrorCode()) || tries == MAX_TRIES) {
          throw translate(e);
        }
      } catch (StorageException | IllegalArgumentException e) {
        throw e;
      } catch (RuntimeException e) {
        throw SqlErrors.of(NAME, e);
      }
    }
  }

  private <T> T run(Work<T> work) throws SQLException, UnsureCommitException {
    if (closed.getAsBoolean()) {
      throw new StorageException.Closed("the uplink's backup was closed");
    }
    Connection connection = source.getConnection();
    boolean done = false;
    try {
      connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
      connection.setAutoCommit(false);
      T result = work.run(connection);
      done = true;
      commit(connection);
      return result;
    } finally {
      if (!done) {
        rollBack(connection);
      }
      giveBack(connection);
    }
  }

  private static void commit(Connection connection) throws UnsureCommitException {
    try {
      connection.commit();
    } catch (SQLException e) {
      throw new UnsureCommitException(translate(e));
    } catch (RuntimeException e) {
      throw new UnsureCommitException(SqlErrors.of(NAME, e));
    }
  }

  private static StorageException translate(SQLException e) {
    if (e.getErrorCode() == LOCK_WAIT_OVER || TAKEN_BACK.contains(e.getErrorCode())) {
      return new StorageException.Unavailable(NAME + " is busy: " + e.getMessage(), e);
    }
    return SqlErrors.of(NAME, e);
  }

  // The connection is dead as a rule, and the server takes the transaction back by itself.
  private static void rollBack(Connection connection) {
    try {
      connection.rollback();
    } catch (SQLException e) {
      LOG.debug("{}: no rollback after a failure: {}", NAME, e.getMessage());
    }
  }

  // What was committed stays so.
  private static void giveBack(Connection connection) {
    try {
      connection.close();
    } catch (SQLException e) {
      LOG.debug("{}: a connection was not closed: {}", NAME, e.getMessage());
    }
  }
}
