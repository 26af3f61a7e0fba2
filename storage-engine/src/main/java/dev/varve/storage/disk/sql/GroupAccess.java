package dev.varve.storage.disk.sql;

import dev.varve.storage.StorageException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs statements on one group; what the driver throws becomes a {@link StorageException}. */
final class GroupAccess {
  private static final Logger LOG = LoggerFactory.getLogger(GroupAccess.class);

  private final SqlGroup group;
  private final BooleanSupplier closed;
  private final AtomicLong commits = new AtomicLong();

  GroupAccess(SqlGroup group, BooleanSupplier closed) {
    this.group = group;
    this.closed = closed;
  }

  /** Statements on a connection. */
  @FunctionalInterface
  interface Work<T> extends SqlGroup.Reading<T> {}

  private static final SqlGroup.Replicas ANY =
      new SqlGroup.Replicas() {
        @Override
        public boolean admits(String replica) {
          return true;
        }

        @Override
        public void passedOver() {
          // Which server answers is all the same.
        }
      };

  String name() {
    return "SQL group " + group.name();
  }

  long commits() {
    return commits.get();
  }

  /** Reads in autocommit mode, from primaries or from wherever. */
  <T> T read(boolean primary, Work<T> work) {
    if (!primary) {
      return read(ANY, work);
    }
    requireOpen();
    try (Connection connection = group.connect()) {
      return work.run(connection);
    } catch (SQLException e) {
      throw SqlErrors.of(name(), e);
    } catch (StorageException e) {
      throw e;
    } catch (RuntimeException e) {
      throw SqlErrors.of(name(), e);
    }
  }

  /** Reads from those replicas that may be asked. */
  <T> T read(SqlGroup.Replicas replicas, Work<T> work) {
    requireOpen();
    try {
      return group.read(replicas, work);
    } catch (SQLException e) {
      throw SqlErrors.of(name(), e);
    } catch (StorageException e) {
      throw e;
    } catch (RuntimeException e) {
      throw SqlErrors.of(name(), e);
    }
  }

  /** Runs all in one transaction on the primaries, and commits. */
  <T> T write(Work<T> work) {
    requireOpen();
    try (Connection connection = group.connect()) {
      connection.setAutoCommit(false);
      boolean done = false;
      try {
        T result = work.run(connection);
        connection.commit();
        commits.incrementAndGet();
        done = true;
        return result;
      } finally {
        if (!done) {
          rollBack(connection);
        }
      }
    } catch (SQLException e) {
      throw SqlErrors.of(name(), e);
    } catch (StorageException e) {
      throw e;
    } catch (RuntimeException e) {
      throw SqlErrors.of(name(), e);
    }
  }

  private void requireOpen() {
    if (closed.getAsBoolean()) {
      throw new StorageException.Closed("the SQL store was closed");
    }
  }

  // The connection is dead as a rule, and the server takes the transaction back by itself.
  private void rollBack(Connection connection) {
    try {
      connection.rollback();
    } catch (SQLException | RuntimeException e) {
      LOG.debug("{}: no rollback after a failure: {}", name(), e.getMessage());
    }
  }
}
