package dev.varve.storage.disk.sql;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How far the replicas of one group have shown to be.
 *
 * <p>Heights only rise while blocks are applied, so what was seen a while ago is a lower bound.
 * Threads: {@link #poll} and {@link #distrust} from one at a time, the rest from any.
 */
final class ReplicaMarkers {
  private static final Logger LOG = LoggerFactory.getLogger(ReplicaMarkers.class);
  private static final long RETRY_NANOS = 1_000_000_000L;
  private static final long TAKEN_BACK_NANOS = 10_000_000_000L;
  private static final long TAKEN_BACK_POLL_NANOS = 10_000_000L;
  private static final long UNKNOWN = -1;

  private final String group;
  private final int parts;
  private final List<Replica> replicas = new ArrayList<>();
  private final LagWarning warning;
  // What may be visible on the primaries; UNKNOWN before they were read: till then nothing can be
  // said of what replicas show.
  private volatile long written = UNKNOWN;

  ReplicaMarkers(SqlGroup group, LongSupplier nanos) {
    this.group = group.name();
    this.warning = new LagWarning(group.name(), nanos);
    this.parts = group.parts();
    for (SqlNode node : group.nodes()) {
      if (node.isReplica()) {
        replicas.add(new Replica(node));
      }
    }
  }

  private static final class Replica {
    private final SqlNode node;
    private volatile long height = UNKNOWN;
    private volatile boolean answering;
    private volatile boolean everAsked;
    // It showed this, which was never written or was taken back: not trusted before it shows less.
    private volatile long distrusted = Long.MAX_VALUE;
    private volatile long retryAt;

    Replica(SqlNode node) {
      this.node = node;
    }
  }

  /** A block up to this height is about to be committed, or is there, and none above it. */
  void writing(long height) {
    written = height;
  }

  /**
   * The primaries were read, and hold no less than before: what was about to be committed when a
   * connection broke may come to be visible yet.
   */
  void loaded(long height) {
    written = Math.max(written, height);
  }

  /** Whether some replica answers, so that asking them is not in vain. */
  boolean isAnyAnswering() {
    return replicas.stream().anyMatch(replica -> replica.answering);
  }

  /** Names of the replicas that answer and hold a height. */
  Set<String> holding(long height) {
    Set<String> names = new HashSet<>();
    for (Replica replica : replicas) {
      if (replica.answering && replica.height >= height) {
        names.add(replica.node.name());
      }
    }
    return names;
  }

  /**
   * Names of the replicas that answer and, of those of their part, hold a height or else the most.
   */
  Set<String> furthest(long height) {
    long[] most = new long[parts];
    for (Replica replica : replicas) {
      if (replica.answering) {
        int part = replica.node.part();
        most[part] = Math.max(most[part], Math.min(height, replica.height));
      }
    }
    Set<String> names = new HashSet<>();
    for (Replica replica : replicas) {
      if (replica.answering && replica.height >= most[replica.node.part()]) {
        names.add(replica.node.name());
      }
    }
    return names;
  }

  /** Whether every replica holds a height. */
  private boolean haveReached(long applied) {
    for (Replica replica : replicas) {
      if (!replica.answering || replica.height < applied) {
        return false;
      }
    }
    return !replicas.isEmpty();
  }

  /** Whether there is news to come: a replica is behind, or not known to be where it should. */
  boolean isWaiting() {
    return !haveReached(written) && !replicas.isEmpty();
  }

  /** The greatest height that so many replicas of each primary hold. */
  long replicated(int required) {
    long lowest = Long.MAX_VALUE;
    for (int part = 0; part < parts; part++) {
      int wanted = part;
      List<Long> heights =
          replicas.stream()
              .filter(replica -> replica.node.part() == wanted)
              .map(replica -> Math.max(0, replica.height))
              .sorted(Comparator.reverseOrder())
              .toList();
      lowest = Math.min(lowest, heights.size() < required ? 0 : heights.get(required - 1));
    }
    return lowest;
  }

  /** Blocks up to a height and above were taken back, which the replicas have not seen yet. */
  void distrust(long height) {
    for (Replica replica : replicas) {
      replica.distrusted = height;
      replica.height = UNKNOWN;
    }
  }

  /** Tells when replicas do not apply what the primaries hold; for the thread that drains. */
  void tellOfMissing(int required, long applied) {
    warning.look(replicated(required), applied, shown());
  }

  /** Waits, for a while, until no replica that answers shows more than a height. */
  void awaitTakenBack(long height) {
    long end = System.nanoTime() + TAKEN_BACK_NANOS;
    boolean all = false;
    while (!all && System.nanoTime() - end < 0) {
      poll();
      all =
          replicas.stream()
              .allMatch(
                  replica -> replica.distrusted == Long.MAX_VALUE && replica.height <= height);
      if (!all) {
        LockSupport.parkNanos(TAKEN_BACK_POLL_NANOS);
      }
    }
    if (!all) {
      LOG.warn(
          "not all replicas of SQL group {} have seen that blocks above {} were taken back; they"
              + " must have caught up before the store is used again",
          group,
          height);
    }
  }

  List<NodeMarker> shown() {
    return replicas.stream()
        .map(
            replica ->
                new NodeMarker(
                    group,
                    replica.node.name(),
                    replica.node.part(),
                    replica.height,
                    replica.answering))
        .toList();
  }

  /** Asks each replica that is due. */
  synchronized void poll() {
    for (Replica replica : replicas) {
      boolean due = replica.answering || System.nanoTime() - replica.retryAt >= 0;
      if (due || !replica.everAsked) {
        poll(replica);
      }
    }
  }

  private void tell(String replica, Exception cause) {
    if (SqlErrors.isWithoutTables(cause)) {
      LOG.info("replica {} of SQL group {} has no tables yet", replica, group);
    } else {
      LOG.warn(
          "replica {} of SQL group {} does not answer, the primary is asked instead: {}",
          replica,
          group,
          SqlErrors.of(replica, cause).getMessage());
    }
  }

  private void poll(Replica replica) {
    long before = replica.distrusted;
    try {
      see(replica, ask(replica.node), before);
      if (!replica.answering && replica.everAsked) {
        LOG.info("replica {} of SQL group {} answers", replica.node.name(), group);
      }
      replica.answering = true;
    } catch (SQLException | RuntimeException e) {
      if (replica.answering || !replica.everAsked) {
        tell(replica.node.name(), e);
      }
      replica.answering = false;
      replica.retryAt = System.nanoTime() + RETRY_NANOS;
    }
    replica.everAsked = true;
  }

  private void see(Replica replica, long height, long distrusted) {
    // Read after the replica was: what it shows was written before, or never.
    long bound = written;
    if (bound == UNKNOWN) {
      return;
    }
    if (height > bound) {
      if (replica.distrusted == Long.MAX_VALUE) {
        LOG.warn(
            "replica {} of SQL group {} shows block {}, its primary ends with {}: it is not read"
                + " from until it shows less; if it does not, make it anew from the primary",
            replica.node.name(),
            group,
            height,
            bound);
      }
      replica.distrusted = height;
      replica.height = UNKNOWN;
    } else if (height < distrusted && replica.distrusted == distrusted) {
      replica.distrusted = Long.MAX_VALUE;
      replica.height = height;
    }
  }

  private static long ask(SqlNode node) throws SQLException {
    try (Connection connection = node.connect();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SELECT MAX(height) FROM " + node.heightsTable())) {
      row.next();
      return row.getLong(1);
    }
  }
}
