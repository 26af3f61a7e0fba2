package dev.varve.storage.disk.sql;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.google.protobuf.ByteString;
import dev.varve.storage.disk.ChainFloor;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;

/**
 * Drops history, commitments and blocks that are not to be kept, a bounded part a step.
 *
 * <p>Invariant: what a step leaves tells where to go on. Threads: one at a time, each write under
 * the store's lock.
 */
final class SqlPruner {
  private static final long STEP_HEIGHTS = 1024;
  private static final long STEP_INTERVAL_HEIGHTS = 8;
  private static final int STEP_BLOCKS = 64;
  private static final long STEP_TRANSACTIONS = 2000;

  private final Group chain;
  private final Group execution;
  private final StoreState state;
  private final long retain;
  private final Object writeLock;

  /** Prunes down to the last {@code retain} blocks, or those of the history where more; 0: all. */
  SqlPruner(Group chain, Group execution, StoreState state, long retain, Object writeLock) {
    this.chain = chain;
    this.execution = execution;
    this.state = state;
    this.retain = retain;
    this.writeLock = writeLock;
  }

  /** See {@link dev.varve.storage.DiskStore#prune}. */
  boolean step() {
    boolean more = dropHistory() || dropIntervals() || dropCommitments();
    more |= dropBlocks();
    return more;
  }

  private Optional<Long> least(Group group, String table, String column) {
    return group.access().read(true, connection -> Group.least(connection, table, column));
  }

  private void delete(Group group, long from, long to, String column, String... tables) {
    synchronized (writeLock) {
      group
          .access()
          .write(
              connection -> {
                for (String table : tables) {
                  Group.deleteRange(connection, table, column, from, to);
                }
                return null;
              });
    }
  }

  private boolean dropHistory() {
    Optional<Long> lowest = least(execution, "history", "height");
    long floor = state.historyPruneFloor();
    if (lowest.isEmpty() || floor - lowest.get() < state.historyPruneStride()) {
      return false;
    }
    state.raiseHistory(floor);
    long to = Math.min(floor, lowest.get() + STEP_HEIGHTS);
    delete(execution, lowest.get(), to, "height", "history");
    return true;
  }

  /** What blocks replaced whose history is gone. */
  private boolean dropIntervals() {
    // In this order: a block that is applied in between has both.
    Optional<Long> lowest = least(execution, "state_history", "until_height");
    if (lowest.isEmpty()) {
      return false;
    }
    long end =
        least(execution, "history", "height")
            .orElse(state.isHistoryKept() ? 0 : state.height() + 1);
    if (lowest.get() >= end) {
      return false;
    }
    long to = Math.min(end, lowest.get() + STEP_INTERVAL_HEIGHTS);
    delete(execution, lowest.get(), to, "until_height", "state_history");
    return true;
  }

  private boolean dropCommitments() {
    long first = state.historyFirst();
    Optional<Long> lowest = least(execution, "commitments", "height");
    if (first == StoreState.NONE || lowest.isEmpty()) {
      return false;
    }
    long end =
        execution
            .access()
            .read(true, connection -> HistoryRows.commitmentFloor(connection, first).orElse(0L));
    if (lowest.get() >= end) {
      return false;
    }
    long to = Math.min(end, lowest.get() + STEP_HEIGHTS);
    delete(execution, lowest.get(), to, "height", "commitments");
    return true;
  }

  private boolean dropBlocks() {
    Optional<Long> lowest = least(chain, "blocks", "height");
    if (lowest.isEmpty()) {
      return false;
    }
    long from = lowest.get();
    if (from < state.chainFloor()) {
      drop(from);
      return true;
    }
    // A rollback to the lowest height of the history leaves its block as the last one.
    long wanted = retain == 0 ? 0 : Math.min(state.height() - retain + 1, state.historyFloor());
    if (wanted - from < StoreState.stride(retain)) {
      return false;
    }
    synchronized (writeLock) {
      ByteString value = ByteString.copyFrom(Long.toString(wanted), US_ASCII);
      execution
          .access()
          .write(
              connection -> {
                Names.write(connection, ChainFloor.NAME, value);
                return null;
              });
    }
    state.raiseChainFloor(wanted);
    return true;
  }

  /** Blocks go last: the lowest one tells where to go on. */
  private void drop(long from) {
    long floor = state.chainFloor();
    long to = chain.access().read(true, connection -> end(connection, from, floor));
    delete(execution, from, to, "height", "tx_results", "logs", "attributes");
    if (execution != chain) {
      delete(execution, from, to, "height", "heights");
    }
    delete(chain, from, to, "height", "transactions", "headers", "heights");
    // Those that were included again lead elsewhere.
    delete(chain, 0, to, "height", "locations");
    delete(chain, from, to, "height", "blocks");
  }

  private static long end(Connection connection, long from, long floor) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(
            "SELECT height, tx_count FROM blocks WHERE height >= ? AND height < ?"
                + " ORDER BY height LIMIT "
                + STEP_BLOCKS)) {
      statement.setLong(1, from);
      statement.setLong(2, floor);
      try (ResultSet row = statement.executeQuery()) {
        long end = from + 1;
        long transactions = 0;
        while (row.next() && transactions < STEP_TRANSACTIONS) {
          end = row.getLong(1) + 1;
          transactions += row.getLong(2);
        }
        return end;
      }
    }
  }
}
