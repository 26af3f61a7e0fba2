package dev.varve.storage.disk.sql;

import com.google.protobuf.ByteString;
import dev.varve.storage.disk.copy.EmbeddedRecords;
import dev.varve.storage.disk.sql.GroupAccess.Work;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.util.List;
import java.util.function.Consumer;

/**
 * Reads all that a cluster's primaries hold up to the height of the ledger's own store, and tells
 * what is missing, damaged or does not belong there. Changes nothing.
 *
 * <p>Errors: {@link dev.varve.storage.StorageException} when a primary does not answer. Threads:
 * one.
 */
public final class ClusterAudit {
  private final Group chain;
  private final Group execution;
  private final EmbeddedRecords ledger;
  private final Consumer<String> progress;

  /**
   * What was read.
   *
   * @param isStateCompared false where the cluster holds more blocks than the ledger's store does,
   *     so that state, history, commitments and names could not be compared
   */
  public record Report(long blocks, long transactions, boolean isStateCompared) {}

  /**
   * An audit that read nothing.
   *
   * @param ledger what the node keeps on its own disk
   * @param progress told what is read now
   */
  public ClusterAudit(
      List<? extends SqlGroup> groups, EmbeddedRecords ledger, Consumer<String> progress) {
    SqlGroup results = groups.stream().filter(SqlGroup::holdsExecution).findFirst().orElseThrow();
    SqlGroup blocks = groups.stream().filter(SqlGroup::holdsChain).findFirst().orElseThrow();
    this.execution = new Group(results, () -> false);
    this.chain = blocks == results ? execution : new Group(blocks, () -> false);
    this.ledger = ledger;
    this.progress = progress;
  }

  Group chain() {
    return chain;
  }

  Group execution() {
    return execution;
  }

  EmbeddedRecords ledger() {
    return ledger;
  }

  /**
   * Reads everything.
   *
   * @param first the lowest block that must be there
   * @param isPruned whether blocks below it were dropped
   * @param found told each fault, of a block one a table
   */
  public Report run(long first, boolean isPruned, Consumer<SqlFault> found) {
    return run(
        first,
        isPruned,
        new AuditSink() {
          @Override
          public void block(StoredBlock block) {
            block.faults().forEach(found);
          }

          @Override
          public void location(SqlFault fault, ByteString hash) {
            found.accept(fault);
          }

          @Override
          public void record(SqlFault fault, Work<Void> mend) {
            found.accept(fault);
          }
        });
  }

  Report run(long first, boolean isPruned, AuditSink sink) {
    long last = ledger.applied().getHeight();
    BlockAudit blocks = new BlockAudit(chain, execution, first, isPruned, sink);
    blocks.run(last, at -> progress.accept("block " + at + " of " + last + " in the cluster"));
    boolean same = highest() <= last;
    if (same) {
      new LedgerAudit(chain, execution, ledger, sink, progress).run();
    }
    return new Report(blocks.blocks(), blocks.transactions(), same);
  }

  private long highest() {
    return execution
        .access()
        .read(
            true,
            connection -> {
              try (PreparedStatement statement =
                      connection.prepareStatement("SELECT MAX(height) FROM heights");
                  ResultSet row = statement.executeQuery()) {
                row.next();
                return row.getLong(1);
              }
            });
  }
}
