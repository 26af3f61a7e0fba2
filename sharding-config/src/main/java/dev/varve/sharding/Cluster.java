package dev.varve.sharding;

import dev.varve.sharding.ClusterConfig.Group;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The SQL cluster of a node: its groups of databases, and the threads that watch their servers.
 *
 * <p>Safe for use by many threads.
 */
public final class Cluster implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Cluster.class);

  private static final int PROBE_PERIOD_MS = 1_000;
  private static final int MAX_PROBE_THREADS = 16;
  private static final int CLOSE_SECONDS = 10;

  private final ClusterConfig config;
  private final List<ClusterGroup> groups = new ArrayList<>();
  private final ScheduledThreadPoolExecutor probes;

  private Cluster(ClusterConfig config) {
    this.config = config;
    for (Group group : config.groups()) {
      groups.add(new ClusterGroup(group, config));
    }
    List<ClusterNode> nodes = nodes();
    AtomicInteger number = new AtomicInteger();
    this.probes =
        new ScheduledThreadPoolExecutor(
            Math.min(nodes.size(), MAX_PROBE_THREADS),
            task -> {
              Thread thread = new Thread(task, "varve-sql-probe-" + number.incrementAndGet());
              thread.setDaemon(true);
              return thread;
            });
    for (ClusterNode node : nodes) {
      Future<?> unused =
          probes.scheduleWithFixedDelay(
              () -> probe(node), 0, PROBE_PERIOD_MS, TimeUnit.MILLISECONDS);
    }
  }

  /** Opens a cluster; nothing is connected yet, and no database needs to be up. */
  public static Cluster open(ClusterConfig config) {
    return new Cluster(config);
  }

  /** What must never end the probes of a node is told, and tried again. */
  private static void probe(ClusterNode node) {
    try {
      node.probe();
    } catch (RuntimeException e) {
      log.warn("cannot look after {}: {}", node.name(), e.toString());
    }
  }

  /** The group with execution records first; one group when it holds both kinds. */
  public List<ClusterGroup> groups() {
    return List.copyOf(groups);
  }

  /**
   * Plain connections for the uplink's tables {@code uplink_*}, not in autocommit mode, to one
   * primary that never changes: the first of the group with execution records. The first connection
   * makes the tables, whether or not the others are used or up; errors as of {@link
   * ClusterGroup#connect}.
   */
  public DataSource uplink() {
    ClusterGroup group = groups.get(0);
    return new SimpleDataSource() {
      @Override
      public Connection getConnection() throws SQLException {
        return group.connectUplink();
      }
    };
  }

  /** All servers of all groups. */
  public List<ClusterNode> nodes() {
    return groups.stream().flatMap(group -> group.nodes().stream()).toList();
  }

  /** How many replicas of each primary must have a block before the log lets it go. */
  public int trimAfterReplicas() {
    return config.trimAfterReplicas();
  }

  /**
   * Removes the databases on all primaries with all that they hold, and those of the sink's views;
   * replicas follow. For databases that were made to measure or to test.
   *
   * @throws SQLException some primary could not; those of all others are gone
   */
  public void dropDatabases() throws SQLException {
    SQLException failure = null;
    for (ClusterNode node : nodes()) {
      if (!node.isReplica()) {
        try {
          node.dropDatabase(config.sinkDatabase());
        } catch (SQLException e) {
          if (failure == null) {
            failure = e;
          } else {
            failure.addSuppressed(e);
          }
        }
      }
    }
    if (failure != null) {
      throw failure;
    }
  }

  /** Ends probes and pools; connections still lent out are closed. */
  @Override
  public void close() {
    nodes().forEach(ClusterNode::closing);
    probes.shutdownNow();
    groups.forEach(ClusterGroup::close);
    try {
      if (!probes.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
        log.warn("a database server has not answered for {} s", CLOSE_SECONDS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
