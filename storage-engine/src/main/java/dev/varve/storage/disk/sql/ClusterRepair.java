package dev.varve.storage.disk.sql;

import com.google.protobuf.ByteString;
import dev.varve.storage.RecordType;
import dev.varve.storage.disk.copy.CopyRecord;
import dev.varve.storage.disk.sql.GroupAccess.Work;
import dev.varve.storage.record.BlockSeal;
import dev.varve.storage.record.TxLocation;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Mends what an audit found. Blocks are put together from the rows that are left, the ledger's own
 * store and what is supplied, written whole, and read again; state, history, commitments and names
 * are those of the ledger's own store; where transactions are found follows from the results.
 *
 * <p>Nothing is written that contradicts a checksum or a hash that is left. Errors: {@link
 * dev.varve.storage.StorageException} when a primary does not answer. Threads: one; no node may run
 * on the cluster.
 */
public final class ClusterRepair {
  private static final String INCLUSIONS =
      "SELECT height, tx_index, code FROM tx_results WHERE hash = ? AND height >= ?"
          + " ORDER BY height DESC, tx_index DESC";

  private final ClusterAudit audit;
  private final long initial;
  private long first;
  private final TreeMap<Long, List<SqlFault>> blocks = new TreeMap<>();
  private final List<Mend> records = new ArrayList<>();
  private final Set<ByteString> hashes = new LinkedHashSet<>();
  private final List<SqlFault> locations = new ArrayList<>();
  private final Checksums checksums = new Checksums();

  private record Mend(SqlFault fault, Work<Void> work) {}

  /** As for {@link ClusterAudit#run}. */
  public ClusterRepair(ClusterAudit audit, long initial) {
    this.audit = audit;
    this.initial = initial;
  }

  /** Reads everything, and remembers what is to be mended. */
  public ClusterAudit.Report find() {
    ClusterAudit.Report report =
        audit.run(
            initial,
            new AuditSink() {
              @Override
              public void block(StoredBlock block) {
                blocks.put(block.height(), block.faults());
              }

              @Override
              public void location(SqlFault fault, ByteString hash) {
                if (hashes.add(hash)) {
                  locations.add(fault);
                }
              }

              @Override
              public void record(SqlFault fault, Work<Void> mend) {
                records.add(new Mend(fault, mend));
              }
            });
    first = report.first();
    return report;
  }

  /** What was found. */
  public List<SqlFault> faults() {
    List<SqlFault> faults = new ArrayList<>();
    blocks.values().forEach(faults::addAll);
    faults.addAll(locations);
    records.forEach(mend -> faults.add(mend.fault()));
    return faults;
  }

  /** Heights whose blocks are not mended yet. */
  public Set<Long> blocks() {
    return Set.copyOf(blocks.keySet());
  }

  /**
   * Mends one block.
   *
   * @param supplied the block from elsewhere; empty to make do with what is there
   * @return empty when it is whole now, else why it is not
   */
  public Optional<String> mendBlock(long height, Optional<SuppliedBlock> supplied) {
    BlockPage pages = new BlockPage(audit.chain(), audit.execution());
    StoredBlock stored = pages.read(height, height).get(0);
    try {
      BlockRows rows = new BlockMend(stored, supplied, audit.ledger()).rows();
      write(rows, Optional.ofNullable(stored.seal()).stream().toList());
    } catch (BlockMend.NotPossible e) {
      return Optional.of(e.getMessage());
    }
    StoredBlock now = pages.read(height, height).get(0);
    for (SqlFault fault : now.faults()) {
      return Optional.of("it was written, and " + fault.table() + " " + fault.what());
    }
    blocks.remove(height);
    now.results().values().forEach(row -> hashes.add(row.hash()));
    return Optional.empty();
  }

  /** A header that is damaged goes: the block is partial then. */
  private void write(BlockRows rows, List<BlockSeal> seals) {
    List<BlockRows> run = List.of(rows);
    Group chain = audit.chain();
    Group execution = audit.execution();
    execution
        .access()
        .write(
            connection -> {
              delete(connection, rows.height(), "tx_results", "logs", "attributes");
              ExecutionRows.writeBlocks(connection, run);
              if (chain == execution) {
                writeChain(connection, run, seals);
              }
              Marker.write(connection, execution.parts(), run);
              HeaderRows.mark(connection, execution.parts(), seals);
              return null;
            });
    if (chain != execution) {
      chain
          .access()
          .write(
              connection -> {
                writeChain(connection, run, seals);
                Marker.write(connection, chain.parts(), run);
                HeaderRows.mark(connection, chain.parts(), seals);
                return null;
              });
    }
  }

  private static void writeChain(Connection connection, List<BlockRows> run, List<BlockSeal> seals)
      throws SQLException {
    delete(connection, run.get(0).height(), "transactions", "headers");
    ChainRows.writeBlocks(connection, run);
    HeaderRows.write(connection, seals);
  }

  private static void delete(Connection connection, long height, String... tables)
      throws SQLException {
    for (String table : tables) {
      Group.deleteRange(connection, table, "height", height, height + 1);
    }
  }

  /** Mends all but blocks, after those; returns what was written. */
  public List<SqlFault> mendRecords() {
    List<SqlFault> mended = new ArrayList<>();
    for (Mend mend : records) {
      audit.execution().access().write(mend.work());
      mended.add(mend.fault());
    }
    records.clear();
    List<CopyRecord> found = new ArrayList<>();
    for (ByteString hash : hashes) {
      location(hash).ifPresent(found::add);
    }
    if (!found.isEmpty()) {
      audit
          .chain()
          .access()
          .write(
              connection -> {
                for (CopyRecord record : found) {
                  deleteRow(connection, "locations", "hash", record.key());
                }
                SqlImport.locations(connection, found, checksums);
                return null;
              });
    }
    hashes.clear();
    mended.addAll(locations);
    locations.clear();
    return mended;
  }

  /** Wherever it lies. */
  static void deleteRow(Connection connection, String table, String column, ByteString key)
      throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement("DELETE FROM " + table + " WHERE " + column + " = ?")) {
      statement.setBytes(1, key.toByteArray());
      statement.executeUpdate();
    }
  }

  /** The last success, else the last inclusion. */
  private Optional<CopyRecord> location(ByteString hash) {
    return audit
        .execution()
        .access()
        .read(
            true,
            connection -> {
              TxLocation last = null;
              try (PreparedStatement statement = connection.prepareStatement(INCLUSIONS)) {
                statement.setBytes(1, hash.toByteArray());
                statement.setLong(2, first);
                try (ResultSet row = statement.executeQuery()) {
                  while (row.next() && (last == null || !last.getSuccess())) {
                    boolean success = row.getLong(3) == 0;
                    if (last == null || success) {
                      last =
                          TxLocation.newBuilder()
                              .setHeight(row.getLong(1))
                              .setIndex((int) row.getLong(2))
                              .setSuccess(success)
                              .build();
                    }
                  }
                }
              }
              return Optional.ofNullable(last)
                  .map(at -> CopyRecord.of(RecordType.INDEX, hash.toByteArray(), at));
            });
  }
}
