package dev.varve.storage.pending;

import com.google.protobuf.ByteString;
import dev.varve.storage.CommittedTask;
import dev.varve.storage.FailedTask;
import dev.varve.storage.PendingTask;
import dev.varve.storage.StorageException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Statements on {@code uplink_tasks}. */
final class TaskRows {
  private static final int MAX_IDS = 500;
  private static final int PAGE_ROWS = 200;
  private static final int BATCH_ROWS = 500;
  private static final long BATCH_BYTES = 4 << 20;
  private static final int HASH_BYTES = 32;

  private static final String SELECT =
      "SELECT id, gateway, state, hash, tx, ordered, idempotency_key, accepted_ms, reason,"
          + " attempts, failed_ms, height, tx_index, code, committed_ms, bytes, crc, end_crc"
          + " FROM uplink_tasks WHERE ";
  private static final String INSERT =
      "INSERT INTO uplink_tasks (id, gateway, state, hash, tx, ordered, idempotency_key,"
          + " accepted_ms, bytes, crc) VALUES (?, ?, 'pending', ?, ?, ?, ?, ?, ?, ?)";
  private static final String FAIL =
      "UPDATE uplink_tasks SET state = 'failed', reason = ?, attempts = ?, failed_ms = ?,"
          + " bytes = ?, end_crc = ? WHERE id = ?";
  private static final String COMMIT =
      "UPDATE uplink_tasks SET state = 'committed', tx = NULL, reason = NULL, attempts = NULL,"
          + " failed_ms = NULL, hash = ?, idempotency_key = ?, height = ?, tx_index = ?, code = ?,"
          + " committed_ms = ?, bytes = ?, end_crc = ? WHERE id = ?";

  private TaskRows() {}

  /** What there is of some tasks, locked until the transaction ends. */
  static Map<Long, TaskRow.Brief> lock(Connection connection, Collection<Long> ids)
      throws SQLException {
    Map<Long, TaskRow.Brief> found = new HashMap<>();
    for (List<Long> some : parts(ids)) {
      String sql =
          "SELECT id, state, gateway, bytes FROM uplink_tasks WHERE id IN "
              + places(some)
              + " FOR UPDATE";
      try (PreparedStatement statement = connection.prepareStatement(sql)) {
        bind(statement, 1, some);
        try (ResultSet row = statement.executeQuery()) {
          while (row.next()) {
            TaskRow.Brief brief =
                new TaskRow.Brief(
                    row.getLong(1), status(row.getString(2)), row.getInt(3), row.getLong(4));
            found.put(brief.id(), brief);
          }
        }
      }
    }
    return found;
  }

  /** Some tasks, by id. */
  static Map<Long, TaskRow> of(Connection connection, Collection<Long> ids) throws SQLException {
    Map<Long, TaskRow> found = new HashMap<>();
    for (List<Long> some : parts(ids)) {
      try (PreparedStatement statement =
          connection.prepareStatement(SELECT + "id IN " + places(some))) {
        bind(statement, 1, some);
        read(statement).forEach(row -> found.put(row.id(), row));
      }
    }
    return found;
  }

  /** A page of all tasks from an id on, by id. */
  static List<TaskRow> page(Connection connection, long after) throws SQLException {
    return page(connection, "", after);
  }

  /** A page of a gateway's tasks in a state. */
  static List<TaskRow> page(Connection connection, int gateway, WritePlan.Status status, long after)
      throws SQLException {
    return page(
        connection, "gateway = " + gateway + " AND state = '" + word(status) + "' AND ", after);
  }

  /** A page of the failed list. */
  static List<TaskRow> failedPage(Connection connection, long after) throws SQLException {
    return page(connection, "state = 'failed' AND committed_ms IS NULL AND ", after);
  }

  private static List<TaskRow> page(Connection connection, String condition, long after)
      throws SQLException {
    String sql = SELECT + condition + "id > ? ORDER BY id LIMIT " + PAGE_ROWS;
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setLong(1, after);
      return read(statement);
    }
  }

  /** Tasks of the same bytes. */
  static List<TaskRow> ofHash(Connection connection, ByteString hash, int limit)
      throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(SELECT + "hash = ? ORDER BY id LIMIT " + limit)) {
      statement.setBytes(1, hash.toByteArray());
      return read(statement);
    }
  }

  /** Tasks that a client called so. */
  static List<TaskRow> ofKey(Connection connection, String key, int limit) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(SELECT + "idempotency_key = ? ORDER BY id LIMIT " + limit)) {
      statement.setString(1, key);
      return read(statement);
    }
  }

  /** The first pending tasks of a gateway, up to a number of rows and about of bytes. */
  static List<Long> firstPending(Connection connection, int gateway, int limit, long maxBytes)
      throws SQLException {
    List<Long> ids = new ArrayList<>();
    try (PreparedStatement statement =
        connection.prepareStatement(
            "SELECT id, bytes FROM uplink_tasks WHERE gateway = ? AND state = 'pending'"
                + " ORDER BY id LIMIT ?")) {
      statement.setInt(1, gateway);
      statement.setInt(2, limit);
      try (ResultSet row = statement.executeQuery()) {
        long bytes = 0;
        while (row.next() && bytes < maxBytes) {
          ids.add(row.getLong(1));
          bytes += row.getLong(2);
        }
      }
    }
    return ids;
  }

  /** Remembered tasks that were committed before a time, a number of them. */
  static List<Long> committedBefore(Connection connection, long timeMs, int limit)
      throws SQLException {
    List<Long> ids = new ArrayList<>();
    try (PreparedStatement statement =
        connection.prepareStatement(
            "SELECT id FROM uplink_tasks WHERE state = 'committed' AND committed_ms < ?"
                + " ORDER BY committed_ms LIMIT ?")) {
      statement.setLong(1, timeMs);
      statement.setInt(2, limit);
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          ids.add(row.getLong(1));
        }
      }
    }
    return ids;
  }

  private static List<TaskRow> read(PreparedStatement statement) throws SQLException {
    List<TaskRow> rows = new ArrayList<>();
    try (ResultSet row = statement.executeQuery()) {
      while (row.next()) {
        rows.add(read(row));
      }
    }
    return rows;
  }

  private static TaskRow read(ResultSet row) throws SQLException {
    WritePlan.Status status = status(row.getString(3));
    TaskRow.Brief brief = new TaskRow.Brief(row.getLong(1), status, row.getInt(2), row.getLong(16));
    TaskRow damaged = new TaskRow(brief, false, null, null, null);
    ByteString hash = ByteString.copyFrom(row.getBytes(4));
    String key = row.getString(7);
    int endCrc = (int) row.getLong(18);
    if (hash.size() != HASH_BYTES) {
      return damaged;
    }
    if (status == WritePlan.Status.COMMITTED) {
      CommittedTask committed =
          new CommittedTask(
              brief.id(),
              hash,
              key,
              row.getLong(12),
              (int) row.getLong(13),
              (int) row.getLong(14),
              row.getLong(15));
      boolean intact = endCrc == TaskChecksums.committed(committed);
      return intact ? new TaskRow(brief, true, null, null, committed) : damaged;
    }
    byte[] tx = row.getBytes(5);
    if (tx == null) {
      return damaged;
    }
    PendingTask task =
        new PendingTask(
            brief.id(), hash, ByteString.copyFrom(tx), row.getBoolean(6), key, row.getLong(8));
    if ((int) row.getLong(17) != TaskChecksums.accepted(task)) {
      return damaged;
    } else if (status == WritePlan.Status.PENDING) {
      return new TaskRow(brief, true, task, null, null);
    }
    String reason = row.getString(9);
    FailedTask failed =
        new FailedTask(task, reason == null ? "" : reason, row.getInt(10), row.getLong(11));
    boolean intact = endCrc == TaskChecksums.failed(failed);
    return intact ? new TaskRow(brief, true, task, failed, null) : damaged;
  }

  static void insert(Connection connection, int gateway, List<PendingTask> tasks)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(INSERT)) {
      int rows = 0;
      long bytes = 0;
      for (PendingTask task : tasks) {
        statement.setLong(1, task.id());
        statement.setInt(2, gateway);
        statement.setBytes(3, task.hash().toByteArray());
        statement.setBytes(4, task.tx().toByteArray());
        statement.setInt(5, task.ordered() ? 1 : 0);
        statement.setString(6, task.idempotencyKey());
        statement.setLong(7, task.acceptedMs());
        statement.setLong(8, TaskRow.bytes(task));
        statement.setLong(9, Integer.toUnsignedLong(TaskChecksums.accepted(task)));
        statement.addBatch();
        bytes += task.tx().size();
        if (++rows == BATCH_ROWS || bytes >= BATCH_BYTES) {
          statement.executeBatch();
          rows = 0;
          bytes = 0;
        }
      }
      if (rows > 0) {
        statement.executeBatch();
      }
    }
  }

  static void fail(Connection connection, List<FailedTask> tasks) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(FAIL)) {
      for (FailedTask failed : tasks) {
        statement.setString(1, failed.reason());
        statement.setInt(2, failed.attempts());
        statement.setLong(3, failed.failedMs());
        statement.setLong(4, TaskRow.bytes(failed));
        statement.setLong(5, Integer.toUnsignedLong(TaskChecksums.failed(failed)));
        statement.setLong(6, failed.task().id());
        statement.addBatch();
      }
      statement.executeBatch();
    }
  }

  static void commit(Connection connection, List<CommittedTask> tasks) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(COMMIT)) {
      for (CommittedTask task : tasks) {
        statement.setBytes(1, task.hash().toByteArray());
        statement.setString(2, task.idempotencyKey());
        statement.setLong(3, task.height());
        statement.setLong(4, Integer.toUnsignedLong(task.index()));
        statement.setLong(5, Integer.toUnsignedLong(task.code()));
        statement.setLong(6, task.committedMs());
        statement.setLong(7, TaskRow.bytes(task));
        statement.setLong(8, Integer.toUnsignedLong(TaskChecksums.committed(task)));
        statement.setLong(9, task.id());
        statement.addBatch();
      }
      statement.executeBatch();
    }
  }

  static void delete(Connection connection, Collection<Long> ids) throws SQLException {
    for (List<Long> some : parts(ids)) {
      try (PreparedStatement statement =
          connection.prepareStatement("DELETE FROM uplink_tasks WHERE id IN " + places(some))) {
        bind(statement, 1, some);
        statement.executeUpdate();
      }
    }
  }

  /** Gives pending tasks of one gateway to another; those that are gone meanwhile stay so. */
  static void give(Connection connection, Collection<Long> ids, int from, int to)
      throws SQLException {
    for (List<Long> some : parts(ids)) {
      try (PreparedStatement statement =
          connection.prepareStatement(
              "UPDATE uplink_tasks SET gateway = ? WHERE gateway = ? AND state = 'pending'"
                  + " AND id IN "
                  + places(some))) {
        statement.setInt(1, to);
        statement.setInt(2, from);
        bind(statement, 3, some);
        statement.executeUpdate();
      }
    }
  }

  /** In order, so that two who lock several do not wait for each other. */
  private static List<List<Long>> parts(Collection<Long> ids) {
    List<Long> sorted = new ArrayList<>(ids);
    Collections.sort(sorted);
    List<List<Long>> parts = new ArrayList<>();
    for (int from = 0; from < sorted.size(); from += MAX_IDS) {
      parts.add(sorted.subList(from, Math.min(from + MAX_IDS, sorted.size())));
    }
    return parts;
  }

  private static String places(List<Long> ids) {
    return "(" + String.join(", ", Collections.nCopies(ids.size(), "?")) + ")";
  }

  private static void bind(PreparedStatement statement, int first, List<Long> ids)
      throws SQLException {
    for (int i = 0; i < ids.size(); i++) {
      statement.setLong(first + i, ids.get(i));
    }
  }

  private static String word(WritePlan.Status status) {
    return switch (status) {
      case PENDING -> "pending";
      case FAILED -> "failed";
      case COMMITTED -> "committed";
      case NONE -> throw new IllegalArgumentException("no row has no state");
    };
  }

  private static WritePlan.Status status(String word) {
    return switch (word) {
      case "pending" -> WritePlan.Status.PENDING;
      case "failed" -> WritePlan.Status.FAILED;
      case "committed" -> WritePlan.Status.COMMITTED;
      default ->
          throw new StorageException.Corruption("uplink_tasks has the unknown state " + word, null);
    };
  }
}
