package dev.varve.storage.disk.sql;

import dev.varve.storage.StorageException;
import dev.varve.storage.record.AppliedHeight;
import dev.varve.storage.record.Attribute;
import dev.varve.storage.record.BlockRecord;
import dev.varve.storage.record.Event;
import dev.varve.storage.record.TxLog;
import dev.varve.storage.record.TxResult;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Reads blocks from the primaries, a range of heights with few statements, and says what is wrong
 * with each. Threads: any.
 */
final class BlockPage {
  private static final int MAX_BLOCKS = 256;
  private static final int ENOUGH_TXS = 2000;
  private static final String RANGE = " WHERE height >= ? AND height < ? ORDER BY height";
  private static final String BLOCKS =
      "SELECT height, hash, time_seconds, time_nanos, proposer_address, next_validators_hash,"
          + " tx_count, app_hash, last_commit, misbehavior, complete, crc FROM blocks"
          + RANGE;
  private static final String HEADERS = "SELECT " + HeaderRows.COLUMNS + " FROM headers" + RANGE;
  private static final String TXS =
      "SELECT height, tx_index, tx, hash, crc FROM transactions" + RANGE + ", tx_index";
  private static final String RESULTS =
      "SELECT height, tx_index, code, data, log, info, gas_wanted, gas_used, codespace, hash,"
          + " events, log_crc, crc FROM tx_results"
          + RANGE
          + ", tx_index";
  private static final String LOGS =
      "SELECT height, tx_index, event_index, type FROM logs" + RANGE + ", tx_index, event_index";
  private static final String ATTRIBUTES =
      "SELECT height, tx_index, event_index, attr_index, name, composite_key, value, indexed"
          + " FROM attributes"
          + RANGE
          + ", tx_index, event_index, attr_index";
  private static final String HEIGHTS =
      "SELECT height, part, hash, app_hash, time_seconds, time_nanos, batch_crc, crc, tx_count,"
          + " complete FROM heights"
          + RANGE
          + ", part";
  private static final String COUNTS =
      "SELECT height, tx_count FROM heights WHERE part = 0 AND height >= ? AND height < ?"
          + " ORDER BY height";

  private final Group chain;
  private final Group execution;

  BlockPage(Group chain, Group execution) {
    this.chain = chain;
    this.execution = execution;
  }

  /** Blocks from a height on, up to a height at most, one after the other, each looked at. */
  List<StoredBlock> read(long from, long last) {
    TreeMap<Long, StoredBlock> blocks = new TreeMap<>();
    Map<String, Integer> parts = new LinkedHashMap<>();
    parts.put(chain.name(), chain.parts());
    parts.put(execution.name(), execution.parts());
    long to = chain.access().read(true, connection -> end(connection, from, last));
    for (long height = from; height < to; height++) {
      blocks.put(height, new StoredBlock(height));
    }
    chain
        .access()
        .read(
            true,
            connection -> {
              each(connection, BLOCKS, from, to, row -> block(blocks.get(row.getLong(1)), row));
              each(connection, HEADERS, from, to, row -> header(blocks.get(row.getLong(1)), row));
              each(connection, TXS, from, to, row -> tx(blocks.get(row.getLong(1)), row));
              heights(connection, chain, from, to, blocks);
              return null;
            });
    execution
        .access()
        .read(
            true,
            connection -> {
              each(connection, RESULTS, from, to, row -> result(blocks.get(row.getLong(1)), row));
              each(connection, LOGS, from, to, row -> event(blocks.get(row.getLong(1)), row));
              each(
                  connection,
                  ATTRIBUTES,
                  from,
                  to,
                  row -> attribute(blocks.get(row.getLong(1)), row));
              if (execution != chain) {
                heights(connection, execution, from, to, blocks);
              }
              return null;
            });
    blocks.values().forEach(block -> block.check(parts));
    return new ArrayList<>(blocks.values());
  }

  /** So many heights that not too many transactions are read at once; at least one. */
  private static long end(Connection connection, long from, long last) throws SQLException {
    long to = Math.min(last + 1, from + MAX_BLOCKS);
    long[] end = {to};
    long[] txs = {0};
    each(
        connection,
        COUNTS,
        from,
        to,
        row -> {
          if (txs[0] >= ENOUGH_TXS && end[0] == to) {
            end[0] = Math.max(from + 1, row.getLong(1));
          }
          txs[0] += row.getLong(2);
        });
    return end[0];
  }

  private interface RowVisitor {
    void visit(ResultSet row) throws SQLException;
  }

  private static void each(
      Connection connection, String sql, long from, long to, RowVisitor visitor)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setLong(1, from);
      statement.setLong(2, to);
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          visitor.visit(row);
        }
      }
    }
  }

  private static void block(StoredBlock into, ResultSet row) throws SQLException {
    BlockRecord.Builder block =
        BlockRecord.newBuilder()
            .setHeight(into.height())
            .setHash(Marker.bytes(row, 2))
            .setProposerAddress(Marker.bytes(row, 5))
            .setNextValidatorsHash(Marker.bytes(row, 6))
            .setTxCount((int) row.getLong(7))
            .setAppHash(Marker.bytes(row, 8));
    Marker.time(row, 3).ifPresent(block::setTime);
    try {
      ChainReader.addMessages(block, row.getBytes(9), row.getBytes(10));
    } catch (StorageException.Corruption e) {
      into.fault("blocks", "does not parse");
      return;
    }
    into.block(block.build(), Marker.flag(row, 11), (int) row.getLong(12));
  }

  private static void header(StoredBlock into, ResultSet row) throws SQLException {
    try {
      into.seal(HeaderRows.read(row), HeaderRows.crc(row));
    } catch (StorageException.Corruption e) {
      into.fault("headers", "does not parse");
    }
  }

  private static void tx(StoredBlock into, ResultSet row) throws SQLException {
    into.tx(
        row.getLong(2),
        new StoredBlock.Tx(Marker.bytes(row, 3), Marker.bytes(row, 4), (int) row.getLong(5)));
  }

  private static void result(StoredBlock into, ResultSet row) throws SQLException {
    TxResult result =
        TxResult.newBuilder()
            .setCode((int) row.getLong(3))
            .setData(Marker.bytes(row, 4))
            .setLog(text(row, 5))
            .setInfo(text(row, 6))
            .setGasWanted(row.getLong(7))
            .setGasUsed(row.getLong(8))
            .setCodespace(text(row, 9))
            .build();
    into.result(
        row.getLong(2),
        new StoredBlock.Result(
            result,
            Marker.bytes(row, 10),
            row.getLong(11),
            (int) row.getLong(12),
            (int) row.getLong(13)));
  }

  /** NULL, which the checksum will tell, is none. */
  private static String text(ResultSet row, int column) throws SQLException {
    String text = row.getString(column);
    return text == null ? "" : text;
  }

  private static void event(StoredBlock into, ResultSet row) throws SQLException {
    TxLog.Builder log = into.log(row.getLong(2));
    if (log.getEventsCount() != row.getLong(3)) {
      into.fault("logs", "lacks event " + log.getEventsCount() + " of row " + row.getLong(2));
    }
    log.addEvents(Event.newBuilder().setType(text(row, 4)));
  }

  private static void attribute(StoredBlock into, ResultSet row) throws SQLException {
    TxLog.Builder log = into.log(row.getLong(2));
    int event = (int) row.getLong(3);
    if (event >= log.getEventsCount()) {
      into.fault("logs", "lacks event " + event + " of row " + row.getLong(2));
      return;
    }
    Event.Builder of = log.getEventsBuilder(event);
    if (of.getAttributesCount() != row.getLong(4)) {
      into.fault(
          "attributes", "lacks one of row " + row.getLong(2) + ", " + of.getAttributesCount());
    }
    Attribute attribute =
        Attribute.newBuilder()
            .setKey(text(row, 5))
            .setValue(text(row, 7))
            .setIndex(Marker.flag(row, 8))
            .build();
    String composite = text(row, 6);
    if (!composite.equals(of.getType() + "." + attribute.getKey())) {
      // It tells the type that the event had.
      boolean ofEvent = composite.endsWith("." + attribute.getKey());
      into.fault(
          ofEvent ? "logs" : "attributes",
          "of row " + row.getLong(2) + " do not match a composite key");
    }
    of.addAttributes(attribute);
  }

  private static void heights(
      Connection connection, Group group, long from, long to, Map<Long, StoredBlock> blocks)
      throws SQLException {
    each(
        connection,
        HEIGHTS,
        from,
        to,
        row -> {
          AppliedHeight.Builder marker =
              AppliedHeight.newBuilder()
                  .setHeight(row.getLong(1))
                  .setBlockHash(Marker.bytes(row, 3))
                  .setAppHash(Marker.bytes(row, 4))
                  .setBatchCrc((int) row.getLong(7));
          Marker.time(row, 5).ifPresent(marker::setTime);
          blocks
              .get(row.getLong(1))
              .height(
                  new StoredBlock.Height(
                      group.name(),
                      row.getInt(2),
                      marker.build(),
                      row.getLong(9),
                      Marker.flag(row, 10),
                      (int) row.getLong(8)));
        });
  }
}
