package dev.varve.storage.disk.sql;

import com.google.protobuf.ByteString;
import dev.varve.storage.StorageException;
import dev.varve.storage.disk.ChainFloor;
import dev.varve.storage.disk.copy.EmbeddedRecords;
import dev.varve.storage.disk.sql.GroupAccess.Work;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.util.ArrayList;
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
  /** So many findings of a kind are told, no more: the rest when those are mended. */
  static final int MAX_FINDINGS = 50_000;

  private final Group chain;
  private final Group execution;
  private final EmbeddedRecords ledger;
  private final Consumer<String> progress;

  /**
   * What was read.
   *
   * @param first the lowest block kept
   * @param isStateCompared false where the cluster holds more blocks than the ledger's store does,
   *     so that state, history, commitments and names could not be compared
   */
  public record Report(long first, long blocks, long transactions, boolean isStateCompared) {}

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
   * @param initial the chain's first height
   * @param found told each fault, of a block one a table
   */
  public Report run(long initial, Consumer<SqlFault> found) {
    return run(
        initial,
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

  Report run(long initial, AuditSink sink) {
    long last = ledger.applied().getHeight();
    long first = Math.max(initial, floor(sink));
    Later found = new Later();
    BlockAudit blocks = new BlockAudit(chain, execution, first, first > initial, found);
    blocks.run(last, at -> progress.accept("block " + at + " of " + last + " in the cluster"));
    // Some may have been dropped while they were read.
    found.tell(sink, first == initial && found.isEmpty() ? 0 : floor(new Later()));
    boolean same = highest() <= last;
    if (same) {
      Later records = new Later();
      new LedgerAudit(chain, execution, ledger, records, progress).run();
      same = highest() <= last;
      records.tell(sink, same ? 0 : Long.MAX_VALUE);
    }
    return new Report(first, blocks.blocks(), blocks.transactions(), same);
  }

  /** The lowest block kept; where that is damaged, the lowest one that is there. */
  long floor(AuditSink sink) {
    try {
      return execution.access().read(true, ChainFloors::read);
    } catch (StorageException.Corruption e) {
      long lowest = chain.access().read(true, c -> Group.least(c, "blocks", "height")).orElse(0L);
      ByteString value = ByteString.copyFromUtf8(Long.toString(lowest));
      sink.record(
          new SqlFault("meta", 0, "row of name " + ChainFloor.NAME + " is damaged"),
          connection -> {
            Names.write(connection, ChainFloor.NAME, value);
            return null;
          });
      return lowest;
    }
  }

  /** Keeps what is found until it is known to be of use. */
  private static final class Later implements AuditSink {
    private final List<StoredBlock> blocks = new ArrayList<>();
    private final List<Consumer<AuditSink>> others = new ArrayList<>();

    boolean isEmpty() {
      return blocks.isEmpty() && others.isEmpty();
    }

    @Override
    public void block(StoredBlock block) {
      if (blocks.size() < MAX_FINDINGS) {
        blocks.add(block.faultsAlone());
      }
    }

    @Override
    public void location(SqlFault fault, ByteString hash) {
      add(sink -> sink.location(fault, hash));
    }

    @Override
    public void record(SqlFault fault, Work<Void> mend) {
      add(sink -> sink.record(fault, mend));
    }

    private void add(Consumer<AuditSink> other) {
      if (others.size() < MAX_FINDINGS) {
        others.add(other);
      }
    }

    /** Tells what is of heights from one on. */
    void tell(AuditSink sink, long from) {
      blocks.stream().filter(block -> block.height() >= from).forEach(sink::block);
      if (from != Long.MAX_VALUE) {
        others.forEach(other -> other.accept(sink));
      }
    }
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
