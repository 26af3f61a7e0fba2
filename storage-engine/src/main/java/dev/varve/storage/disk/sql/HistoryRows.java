package dev.varve.storage.disk.sql;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.varve.storage.StorageException;
import dev.varve.storage.record.HistoryRecord;
import dev.varve.storage.record.StateRecord;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads rows of {@code history}, and what blocks replaced. */
final class HistoryRows {
  private static final Logger LOG = LoggerFactory.getLogger(HistoryRows.class);
  private static final String HISTORY =
      "SELECT first, commitment_floor, names, crc FROM history WHERE height = ?";
  private static final String KEPT = "SELECT MIN(height) FROM history WHERE height >= ?";
  private static final String INTERVALS =
      "SELECT state_key, from_height, value, crc FROM state_history WHERE until_height = ?";

  private HistoryRows() {}

  static Optional<HistoryRecord> find(Connection connection, long height) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(HISTORY)) {
      statement.setLong(1, height);
      try (ResultSet row = statement.executeQuery()) {
        if (!row.next()) {
          return Optional.empty();
        }
        ByteString bytes = Marker.bytes(row, 3);
        if (new Checksums().history(height, bytes) != (int) row.getLong(4)) {
          throw damaged(height, null);
        }
        HistoryRecord record = HistoryRecord.parseFrom(bytes);
        if (record.getFloor() != row.getLong(1) || record.getCommitmentFloor() != row.getLong(2)) {
          throw damaged(height, null);
        }
        return Optional.of(record);
      } catch (InvalidProtocolBufferException e) {
        throw damaged(height, e);
      }
    }
  }

  private static StorageException.Corruption damaged(long height, Throwable cause) {
    return new StorageException.Corruption(
        "the history row of block " + height + " is damaged", cause);
  }

  /** The lowest height whose commitment is needed to restore the one at a height, if known. */
  static Optional<Long> commitmentFloor(Connection connection, long height) throws SQLException {
    try {
      return find(connection, height).map(HistoryRecord::getCommitmentFloor);
    } catch (StorageException.Corruption e) {
      LOG.error("all commitments are read: {}", e.getMessage());
      return Optional.empty();
    }
  }

  /** From which height on there is an unbroken history up to a height, or -1. */
  static long first(Connection connection, long last) throws SQLException {
    Optional<HistoryRecord> newest;
    try {
      newest = find(connection, last);
    } catch (StorageException.Corruption e) {
      LOG.error("state as of earlier heights cannot be read any more: {}", e.getMessage());
      return StoreState.NONE;
    }
    if (newest.isEmpty()) {
      return StoreState.NONE;
    }
    try (PreparedStatement statement = connection.prepareStatement(KEPT)) {
      statement.setLong(1, newest.get().getFloor());
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        return row.getLong(1);
      }
    }
  }

  /** Reads all that a block replaced; returns how many rows. */
  static int verify(Connection connection, long height) throws SQLException {
    int[] rows = {0};
    visit(connection, height, true, (key, before) -> rows[0]++);
    return rows[0];
  }

  /** Receives what a block replaced of a key. */
  @FunctionalInterface
  interface Visitor {
    void visit(byte[] key, StateRecord before) throws SQLException;
  }

  /**
   * Shows all that a block replaced.
   *
   * @param isWhole whether all parts hold the block
   * @throws StorageException.Corruption when some is damaged or missing
   */
  static void visit(Connection connection, long height, boolean isWhole, Visitor visitor)
      throws SQLException {
    Optional<HistoryRecord> history = find(connection, height);
    if (isWhole && history.isEmpty()) {
      throw new StorageException.Corruption(
          "the history row of block " + height + " is missing", null);
    }
    int seen = 0;
    try (PreparedStatement statement = connection.prepareStatement(INTERVALS)) {
      statement.setLong(1, height);
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          byte[] key = row.getBytes(1);
          visitor.visit(key, StateRows.interval(row, key, height));
          seen++;
        }
      }
    }
    if (isWhole && seen != history.get().getKeys()) {
      throw new StorageException.Corruption(
          String.format(
              "block %d has %d rows in state_history, %d are there",
              height, history.get().getKeys(), seen),
          null);
    }
  }
}
