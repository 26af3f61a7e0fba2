package dev.varve.storage.disk.sql;

import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells, once in a while, that blocks stay in the fallback log because replicas do not apply them:
 * they do not answer, or answer and stand still, as after an error of replication.
 *
 * <p>Threads: one.
 */
final class LagWarning {
  private static final Logger LOG = LoggerFactory.getLogger(LagWarning.class);
  private static final long STILL_NANOS = TimeUnit.SECONDS.toNanos(60);
  private static final long PERIOD_NANOS = TimeUnit.MINUTES.toNanos(10);

  private final String group;
  private final LongSupplier nanos;
  private boolean waiting;
  private long had;
  private long since;
  private long told;

  /** {@code nanos}: a clock that only goes forward. */
  LagWarning(String group, LongSupplier nanos) {
    this.group = group;
    this.nanos = nanos;
  }

  /**
   * To be called often.
   *
   * @param has what as many replicas hold as are required
   * @param applied what the primaries hold
   */
  void look(long has, long applied, List<NodeMarker> replicas) {
    long now = nanos.getAsLong();
    if (has >= applied) {
      waiting = false;
    } else if (!waiting || has != had) {
      waiting = true;
      had = has;
      since = now;
      told = now - PERIOD_NANOS;
    } else if (now - since >= STILL_NANOS && now - told >= PERIOD_NANOS) {
      told = now;
      LOG.warn(
          "the fallback log keeps all blocks above {}, as replicas of SQL group {} have not applied"
              + " them for {} s: {} do not answer, {} answer but stand still (there SHOW REPLICA"
              + " STATUS tells why); when it is full the node waits for them. Bring them back, or"
              + " take them out of cluster.yaml, or set trimAfterReplicas: 0 there, then start"
              + " again",
          has,
          group,
          TimeUnit.NANOSECONDS.toSeconds(now - since),
          names(replicas, replica -> !replica.answering()),
          names(replicas, replica -> replica.answering() && replica.height() < applied));
    }
  }

  private static List<String> names(List<NodeMarker> replicas, Predicate<NodeMarker> which) {
    return replicas.stream().filter(which).map(NodeMarker::node).toList();
  }
}
