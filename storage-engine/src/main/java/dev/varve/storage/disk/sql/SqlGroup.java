package dev.varve.storage.disk.sql;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/**
 * Primaries that hold some record types together, and their replicas.
 *
 * <p>Errors: {@link SQLException} for what may pass; {@link
 * dev.varve.storage.StorageException.Incompatible} where the schema is newer than the program or
 * laid out otherwise than configured. Every call, and every statement of a connection, ends within
 * bounds of the group's own. Threads: any.
 */
public interface SqlGroup {
  /** For messages. */
  String name();

  /** Whether blocks, transactions and locations lie here. */
  boolean holdsChain();

  /** Whether results, logs, state, history, commitments and names lie here. */
  boolean holdsExecution();

  /** How many primaries there are. */
  int parts();

  /** Whether the tables are spread over more than one actual table. */
  boolean isSharded();

  /**
   * A connection to the primaries, in autocommit mode; the caller closes it, and opens no other on
   * the same thread before.
   */
  Connection connect() throws SQLException;

  /** Statements that only read, in autocommit mode. */
  @FunctionalInterface
  interface Reading<T> {
    T run(Connection connection) throws SQLException;
  }

  /** Which replicas may be asked in a read, and what becomes of that. */
  interface Replicas {
    /** Whether one may be asked, by its name. */
    boolean admits(String replica);

    /** None of a part's replicas was admitted and answered: its primary is asked. */
    void passedOver();
  }

  /**
   * Reads what lies on a part with replicas from one of them that is admitted, else from the part's
   * primary. All of it runs on this thread, which opens no connection meanwhile.
   */
  <T> T read(Replicas replicas, Reading<T> reading) throws SQLException;

  /** All servers, in any order; always the same ones. */
  List<SqlNode> nodes();
}
