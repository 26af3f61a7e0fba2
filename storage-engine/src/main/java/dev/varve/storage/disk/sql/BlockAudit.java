package dev.varve.storage.disk.sql;

import com.google.protobuf.ByteString;
import dev.varve.storage.record.TxLocation;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongConsumer;

/**
 * Reads blocks, transactions, results, logs, heights and locations of a range of blocks on the
 * primaries, and compares them with each other. Threads: one.
 */
final class BlockAudit {
  private static final int KNOWN = 10_000;
  private static final String PLACE =
      "SELECT hash FROM transactions WHERE height = ? AND tx_index = ?";

  private final Group chain;
  private final BlockPage pages;
  private final long floor;
  private final boolean isPruned;
  private final AuditSink sink;
  private long blocks;
  private long transactions;
  // Places that were found to hold a transaction, by its hash.
  private final Map<ByteString, TxLocation> known =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<ByteString, TxLocation> eldest) {
          return size() > KNOWN;
        }
      };

  /**
   * An audit that read nothing.
   *
   * @param floor the lowest block kept
   * @param isPruned whether blocks below it were dropped
   */
  BlockAudit(Group chain, Group execution, long floor, boolean isPruned, AuditSink sink) {
    this.chain = chain;
    this.pages = new BlockPage(chain, execution);
    this.floor = floor;
    this.isPruned = isPruned;
    this.sink = sink;
  }

  long blocks() {
    return blocks;
  }

  long transactions() {
    return transactions;
  }

  /** Audits up to the last block. */
  void run(long last, LongConsumer progress) {
    long next = floor;
    while (next <= last) {
      progress.accept(next);
      List<StoredBlock> page = pages.read(next, last);
      for (StoredBlock block : page) {
        blocks += block.block() == null ? 0 : 1;
        transactions += block.txs().size();
        if (!block.faults().isEmpty()) {
          sink.block(block);
        }
      }
      locations(page);
      next = page.get(page.size() - 1).height() + 1;
    }
  }

  private record Inclusion(ByteString hash, long height, long index, boolean success) {}

  private record Row(TxLocation at, boolean isSound) {}

  /** Looks where the transactions of some blocks are said to be found. */
  void locations(List<StoredBlock> page) {
    List<Inclusion> inclusions = new ArrayList<>();
    Set<ByteString> hashes = new LinkedHashSet<>();
    for (StoredBlock block : page) {
      block
          .results()
          .forEach(
              (index, row) -> {
                boolean success = row.result().getCode() == 0;
                inclusions.add(new Inclusion(row.hash(), block.height(), index, success));
                hashes.add(row.hash());
              });
    }
    Map<ByteString, Row> rows =
        chain.access().read(true, connection -> find(connection, List.copyOf(hashes)));
    for (Inclusion inclusion : inclusions) {
      String wrong = wrong(inclusion, rows.get(inclusion.hash()));
      if (wrong != null) {
        String what =
            "row of transaction "
                + HexFormat.of().formatHex(inclusion.hash().toByteArray())
                + " "
                + wrong;
        sink.location(new SqlFault("locations", inclusion.height(), what), inclusion.hash());
      }
    }
  }

  private static Map<ByteString, Row> find(Connection connection, List<ByteString> hashes)
      throws SQLException {
    Map<ByteString, Row> found = new HashMap<>();
    Checksums checksums = new Checksums();
    StateRows.inLists(
        connection,
        list ->
            "SELECT hash, height, tx_index, success, crc FROM locations WHERE shard IN ("
                + list
                + ") AND hash IN ("
                + list
                + ")",
        hashes,
        hash -> Shards.ofHash(ByteString.copyFrom(hash)),
        statement -> {
          try (ResultSet row = statement.executeQuery()) {
            while (row.next()) {
              ByteString hash = Marker.bytes(row, 1);
              TxLocation at =
                  TxLocation.newBuilder()
                      .setHeight(row.getLong(2))
                      .setIndex((int) row.getLong(3))
                      .setSuccess(Marker.flag(row, 4))
                      .build();
              boolean sound = checksums.location(hash, at) == (int) row.getLong(5);
              found.put(hash, new Row(at, sound));
            }
          }
        });
    return found;
  }

  /** What is wrong with a location, or null: it is that of the last success, else the last one. */
  private String wrong(Inclusion inclusion, Row row) {
    if (row == null) {
      // A success that was dropped hid a later failure.
      return !inclusion.success() && isPruned ? null : "is missing";
    }
    if (!row.isSound()) {
      return "has a wrong checksum";
    }
    TxLocation at = row.at();
    if (at.getHeight() == inclusion.height() && at.getIndex() == inclusion.index()) {
      return at.getSuccess() == inclusion.success() ? null : "says success " + at.getSuccess();
    }
    if (!inclusion.success() && at.getHeight() < floor) {
      return null;
    }
    boolean later =
        at.getHeight() > inclusion.height()
            || (at.getHeight() == inclusion.height() && at.getIndex() > inclusion.index());
    boolean mayDiffer = inclusion.success() ? later && at.getSuccess() : later || at.getSuccess();
    return mayDiffer && isAt(inclusion.hash(), at)
        ? null
        : "leads to block " + at.getHeight() + ", row " + at.getIndex();
  }

  private boolean isAt(ByteString hash, TxLocation at) {
    if (at.equals(known.get(hash))) {
      return true;
    }
    boolean there =
        chain
            .access()
            .read(
                true,
                connection -> {
                  try (PreparedStatement statement = connection.prepareStatement(PLACE)) {
                    statement.setLong(1, at.getHeight());
                    statement.setLong(2, at.getIndex());
                    try (ResultSet row = statement.executeQuery()) {
                      // One that is missing is found with its own block.
                      return !row.next() || Marker.bytes(row, 1).equals(hash);
                    }
                  }
                });
    known.put(hash, at);
    return there;
  }
}
