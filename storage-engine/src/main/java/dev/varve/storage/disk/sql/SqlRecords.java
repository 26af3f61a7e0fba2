package dev.varve.storage.disk.sql;

import com.google.protobuf.ByteString;
import dev.varve.storage.Keys;
import dev.varve.storage.StorageException;
import dev.varve.storage.disk.copy.CopyRecord;
import dev.varve.storage.disk.copy.RecordStore;
import dev.varve.storage.disk.copy.Section;
import dev.varve.storage.disk.copy.StoreCopy;
import dev.varve.storage.record.AppliedHeight;
import dev.varve.storage.record.CopyState;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/** The records of a cluster, read from its primaries. Threads: one at a time. */
final class SqlRecords implements RecordStore {
  private static final List<String> CHAIN_TABLES =
      List.of("heights", "blocks", "headers", "transactions", "locations");
  private static final List<String> EXECUTION_TABLES =
      List.of("heights", "tx_results", "logs", "state", "history", "commitments", "meta");

  private final Group chain;
  private final Group execution;
  private final StoreState state;
  private final SqlStoreConfig config;
  private final Runnable reload;
  private final SqlImport writer;
  private boolean marked;
  private boolean changed;

  /** {@code reload}: has the store see what was written. */
  SqlRecords(
      Group chain, Group execution, StoreState state, SqlStoreConfig config, Runnable reload) {
    this.chain = chain;
    this.execution = execution;
    this.state = state;
    this.config = config;
    this.reload = reload;
    this.writer = new SqlImport(chain, execution);
  }

  /** Requires that no copy into a cluster is unfinished. */
  static void requireNoCopy(GroupAccess execution, SqlStoreConfig config) {
    Optional<ByteString> mark =
        execution.read(true, c -> Names.find(c, StoreCopy.NAME, new Shards()));
    StoreCopy.unfinished(mark)
        .ifPresent(
            copy -> {
              throw new StorageException.Incompatible(
                  String.format(
                      "the SQL cluster of home %s holds %s: finish it with varve store copy",
                      config.homeId(), StoreCopy.describe(copy)));
            });
  }

  @Override
  public String kind() {
    return "mysql";
  }

  @Override
  public String name() {
    return "SQL cluster of home " + config.homeId();
  }

  @Override
  public AppliedHeight applied() {
    if (changed) {
      reload.run();
      changed = false;
    }
    return state.applied();
  }

  @Override
  public void requireWhole() {
    reload.run();
    long last = state.height();
    for (Group group : List.of(chain, execution)) {
      if (group.highest() != last) {
        throw new StorageException.Unavailable(
            String.format(
                "%s holds blocks up to %d in one part and up to %d in %s: start its node until it"
                    + " has written all, or take the blocks above back (varve rollback)",
                name(), last, group.highest(), group.name()),
            null);
      }
    }
  }

  @Override
  public long chainFirst() {
    applied();
    return Math.max(Math.max(0, state.firstBlock()), state.chainFloor());
  }

  @Override
  public long historyFirst() {
    applied();
    return state.historyFirst();
  }

  @Override
  public Optional<ByteString> meta(String name) {
    return execution.access().read(true, c -> Names.find(c, name, new Shards()));
  }

  @Override
  public boolean isEmpty() {
    return hasNoRow(chain, CHAIN_TABLES) && hasNoRow(execution, EXECUTION_TABLES);
  }

  private static boolean hasNoRow(Group group, List<String> tables) {
    return group
        .access()
        .read(
            true,
            connection -> {
              for (String table : tables) {
                if (hasRow(connection, table)) {
                  return false;
                }
              }
              return true;
            });
  }

  private static boolean hasRow(Connection connection, String table) throws SQLException {
    try (PreparedStatement statement =
            connection.prepareStatement("SELECT * FROM " + table + " LIMIT 1");
        ResultSet row = statement.executeQuery()) {
      return row.next();
    }
  }

  @Override
  public void scan(Section section, ByteString from, Visitor visitor) {
    applied();
    long first = state.historyFirst();
    switch (section) {
      case CHAIN -> blocks(from, visitor);
      case INDEX -> new TableShow(chain).locations(from, state.chainFloor(), visitor);
      case STATE -> new TableShow(execution).state(from, visitor);
      case COMMITMENT -> new TableShow(execution).commitments(from, visitor);
      case HISTORY -> {
        if (first != StoreState.NONE) {
          long next = Math.max(first, heightOf(from));
          new HistoryShow(execution).heights(next, state.height(), first, visitor);
        }
      }
      case DELETION -> {
        if (first != StoreState.NONE) {
          new HistoryShow(execution).deletions(from, first, visitor);
        }
      }
      case META -> new TableShow(execution).names(from, visitor);
    }
  }

  private static long heightOf(ByteString from) {
    return from.isEmpty() ? 0 : Keys.heightOf(from.toByteArray());
  }

  private void blocks(ByteString from, Visitor visitor) {
    long next = Math.max(chainFirst(), heightOf(from));
    BlockPage pages = new BlockPage(chain, execution);
    while (next <= state.height() && state.height() > 0) {
      for (StoredBlock block : pages.read(next, state.height())) {
        visitor.visit(block.unit());
        next = block.height() + 1;
      }
    }
  }

  @Override
  public void put(Section section, List<CopyRecord> unit) {
    writer.put(unit);
  }

  @Override
  public void commit(Optional<CopyState> copy) {
    if (!marked && copy.isPresent() && meta(StoreCopy.NAME).isEmpty()) {
      chain.claim(config, copy.get().getChainId());
      execution.claim(config, copy.get().getChainId());
      mark(Optional.of(copy.get().toBuilder().clearSection().clearFrom().clearTotals().build()));
    }
    marked = true;
    writer.write();
    // By itself: parts commit one after the other.
    mark(copy);
    changed = true;
    if (copy.isEmpty()) {
      applied();
    }
  }

  private void mark(Optional<CopyState> copy) {
    execution
        .access()
        .write(
            connection -> {
              if (copy.isPresent()) {
                Names.write(connection, StoreCopy.NAME, copy.get().toByteString());
              } else {
                Names.delete(connection, StoreCopy.NAME);
              }
              return null;
            });
  }
}
