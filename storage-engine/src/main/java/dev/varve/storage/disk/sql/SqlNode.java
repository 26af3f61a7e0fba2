package dev.varve.storage.disk.sql;

import java.sql.Connection;
import java.sql.SQLException;

/** One server of a group, asked for its marker past all routing. Threads: any. */
public interface SqlNode {
  /** For messages and metrics. */
  String name();

  /** Which primary of the group this is, or is a replica of: 0 up. */
  int part();

  boolean isReplica();

  /** Name of the table {@code heights} on this server. */
  String heightsTable();

  /** A connection with short time-outs; the caller closes it. */
  Connection connect() throws SQLException;
}
