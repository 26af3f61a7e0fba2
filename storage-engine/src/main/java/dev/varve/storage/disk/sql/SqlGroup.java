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
   * A connection in autocommit mode; the caller closes it, and opens no other on the same thread
   * before.
   *
   * @param primary whether statements that read go to the primaries too
   */
  Connection connect(boolean primary) throws SQLException;

  /** All servers, in any order; always the same ones. */
  List<SqlNode> nodes();
}
