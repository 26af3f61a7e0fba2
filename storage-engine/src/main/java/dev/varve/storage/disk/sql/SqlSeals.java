package dev.varve.storage.disk.sql;

import com.google.protobuf.ByteString;
import dev.varve.storage.StorageException;
import dev.varve.storage.disk.BlockSeals;
import dev.varve.storage.record.BlockSeal;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * Adds header and commit to blocks: one transaction a group, the chain's first.
 *
 * <p>Threads: writes from one at a time, under the store's lock.
 */
final class SqlSeals {
  private final Group chain;
  private final Group execution;
  private final StoreState state;

  SqlSeals(Group chain, Group execution, StoreState state) {
    this.chain = chain;
    this.execution = execution;
    this.state = state;
  }

  /** The highest block that every part knows to be complete. */
  long last() {
    long last = last(chain);
    return execution == chain ? last : Math.min(last, last(execution));
  }

  private static long last(Group group) {
    return group.access().read(true, connection -> HeaderRows.last(connection, group.parts()));
  }

  /** See {@link dev.varve.storage.DiskStore#seal(List)}. */
  void write(List<BlockSeal> seals) {
    long applied = state.height();
    List<BlockSeal> kept = new ArrayList<>();
    for (BlockSeal seal : seals) {
      BlockSeals.requireHeld(seal.getHeader().getHeight(), applied);
      if (state.holds(seal.getHeader().getHeight())) {
        kept.add(seal);
      }
    }
    if (kept.isEmpty()) {
      return;
    }
    chain
        .access()
        .read(true, connection -> hashes(connection, kept))
        .forEach(BlockSeals::requireOf);
    chain
        .access()
        .write(
            connection -> {
              requireNotLess(connection);
              OptionalLong missing = HeaderRows.write(connection, kept);
              if (missing.isPresent()) {
                throw new StorageException.Unavailable(
                    chain.name() + " does not hold block " + missing.getAsLong() + " now", null);
              }
              HeaderRows.mark(connection, chain.parts(), kept);
              return null;
            });
    if (execution != chain) {
      execution
          .access()
          .write(
              connection -> {
                HeaderRows.mark(connection, execution.parts(), kept);
                return null;
              });
    }
    state.sealed(Math.max(state.sealed(), kept.get(kept.size() - 1).getHeader().getHeight()));
  }

  /** A server that was behind may have taken over. */
  private void requireNotLess(Connection connection) throws SQLException {
    long known = state.sealed();
    long now = HeaderRows.last(connection, chain.parts());
    if (now < known) {
      state.sealed(now);
      throw new StorageException.Unavailable(
          String.format(
              "%s had headers up to block %d and has them up to block %d: they are to be given"
                  + " again",
              chain.name(), known, now),
          null);
    }
  }

  /** The block hashes that rows have, with the seals that are to be of these. */
  private static Map<ByteString, BlockSeal> hashes(Connection connection, List<BlockSeal> seals)
      throws SQLException {
    Map<ByteString, BlockSeal> hashes = new LinkedHashMap<>();
    try (PreparedStatement statement =
        connection.prepareStatement("SELECT hash FROM blocks WHERE height = ?")) {
      for (BlockSeal seal : seals) {
        statement.setLong(1, seal.getHeader().getHeight());
        try (ResultSet row = statement.executeQuery()) {
          if (row.next()) {
            hashes.put(Marker.bytes(row, 1), seal);
          }
        }
      }
    }
    return hashes;
  }
}
