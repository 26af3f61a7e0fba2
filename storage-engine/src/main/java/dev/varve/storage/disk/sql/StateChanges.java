package dev.varve.storage.disk.sql;

import com.google.protobuf.ByteString;
import dev.varve.storage.StateWrite;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a run of blocks makes of the state: the last write of each key, and what each block replaced
 * of it.
 *
 * <p>Threads: one.
 */
final class StateChanges {
  private static final Logger LOG = LoggerFactory.getLogger(StateChanges.class);

  private static final Comparator<Last> BY_KEY =
      Comparator.comparing(
          change -> change.write().key(), ByteString.unsignedLexicographicalComparator());

  /** What a key has after the blocks so far; {@code value} null where it has nothing. */
  private record Current(long height, ByteString value, int crc, boolean isSound) {}

  /** The last write of a key in the run; {@code mayExist} whether a row of it may be there. */
  private record Last(StateWrite write, int crc, boolean mayExist) {}

  /** A value, and the heights from and until which a key had it. */
  private record Interval(ByteString key, long from, long until, Current value) {}

  private final List<BlockRows> run;
  private final Shards shards = new Shards();
  private final Map<ByteString, Current> current = new LinkedHashMap<>();
  private final Map<ByteString, Last> last = new LinkedHashMap<>();
  private final List<Interval> intervals = new ArrayList<>();
  private final int[] counts;
  private final boolean isRepeated;
  private Map<ByteString, StateRows.Row> stored = Map.of();

  private StateChanges(List<BlockRows> run, boolean isRepeated) {
    this.run = run;
    this.isRepeated = isRepeated;
    this.counts = new int[run.size()];
  }

  /**
   * Reads what the run replaces.
   *
   * @param first the height that history begins with, below which nothing is known; -1 where none
   *     is kept
   * @param isRepeated whether a part holds some of it already
   */
  static StateChanges read(
      Connection connection, List<BlockRows> run, long first, boolean isRepeated)
      throws SQLException {
    StateChanges changes = new StateChanges(run, isRepeated);
    if (first >= 0) {
      changes.stored = StateRows.find(connection, changes.keysToRead(first), changes.shards);
    }
    for (int i = 0; i < run.size(); i++) {
      changes.add(i, first);
    }
    return changes;
  }

  private List<ByteString> keysToRead(long first) {
    List<ByteString> keys = new ArrayList<>();
    Set<ByteString> seen = new HashSet<>();
    for (BlockRows block : run) {
      for (StateWrite write : block.batch().stateWrites()) {
        if (seen.add(write.key()) && !write.fresh() && block.height() > first) {
          keys.add(write.key());
        }
      }
    }
    return keys;
  }

  private void add(int place, long first) {
    BlockRows block = run.get(place);
    List<StateWrite> writes = block.batch().stateWrites();
    boolean kept = first >= 0 && block.height() > first;
    for (int i = 0; i < writes.size(); i++) {
      StateWrite write = writes.get(i);
      Last before = last.get(write.key());
      Current now = kept ? current(write.key()) : null;
      if (now != null && now.value() != null) {
        intervals.add(new Interval(write.key(), now.height(), block.height(), now));
        counts[place]++;
      }
      boolean mayExist = before == null ? mayExist(write, kept) : before.mayExist();
      last.put(write.key(), new Last(write, block.stateCrc(i), mayExist));
      if (first >= 0) {
        current.put(
            write.key(), new Current(write.height(), write.value(), block.stateCrc(i), true));
      }
    }
  }

  private boolean mayExist(StateWrite write, boolean isRead) {
    // What is fresh may be there from the first time.
    return isRepeated || (!write.fresh() && (!isRead || stored.containsKey(write.key())));
  }

  private Current current(ByteString key) {
    Current inRun = current.get(key);
    if (inRun != null) {
      return inRun;
    }
    StateRows.Row row = stored.get(key);
    // Of the same run or above: written before, by a transaction of which another part has nothing.
    if (row == null || row.state().getHeight() >= run.get(0).height()) {
      return null;
    }
    if (!row.isSound()) {
      LOG.warn("history lacks a value that is replaced now, of a key with a damaged row");
    }
    return new Current(row.state().getHeight(), row.state().getValue(), 0, row.isSound());
  }

  /** Writes the rows. */
  void write(Connection connection) throws SQLException {
    List<ByteString> deleted = new ArrayList<>();
    try (Upsert rows =
        Upsert.into(connection, "state", 2, "shard, state_key, height, value, crc")) {
      // Neighbours in the index go in together.
      List<Last> sorted = new ArrayList<>(last.values());
      sorted.sort(BY_KEY);
      for (Last change : sorted) {
        StateWrite write = change.write();
        if (!write.isDelete()) {
          byte[] key = write.key().toByteArray();
          rows.put(shards.ofKey(key))
              .put(key)
              .put(write.height())
              .put(write.value())
              .putUnsigned(change.crc())
              .end();
        } else if (change.mayExist()) {
          deleted.add(write.key());
        }
      }
      rows.finish();
    }
    StateRows.delete(connection, deleted, shards);
    writeIntervals(connection);
  }

  private void writeIntervals(Connection connection) throws SQLException {
    if (intervals.isEmpty()) {
      return;
    }
    Checksums checksums = new Checksums();
    try (Upsert rows = history(connection)) {
      for (Interval interval : intervals) {
        byte[] key = interval.key().toByteArray();
        int crc =
            checksums.interval(key, interval.from(), interval.until(), interval.value().value());
        rows.put(shards.ofKey(key))
            .put(key)
            .put(interval.from())
            .put(interval.until())
            .put(interval.value().value())
            .putUnsigned(interval.value().isSound() ? crc : ~crc)
            .end();
      }
      rows.finish();
    }
  }

  /** Takes rows of {@code state_history}: shard, key, from, until, value, checksum. */
  static Upsert history(Connection connection) throws SQLException {
    return Upsert.with(
        connection,
        "state_history",
        "shard, state_key, from_height, until_height, value, crc",
        "from_height = VALUES(from_height), value = VALUES(value), crc = VALUES(crc)");
  }

  /** How many rows of history the block at a place of the run makes. */
  int intervals(int place) {
    return counts[place];
  }
}
