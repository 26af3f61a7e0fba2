package dev.varve.storage.disk.sql;

import dev.varve.storage.StorageException;
import dev.varve.storage.disk.sql.GroupAccess.Work;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Chooses between replicas and primaries for each read.
 *
 * <p>Replicas are chosen part by part: one that is dead or behind takes no other out of use, and
 * the primary is asked only for a part none of whose replicas will do. Threads: any.
 */
final class Route {
  private static final Logger LOG = LoggerFactory.getLogger(Route.class);

  private final Group group;
  private final StoreState state;
  private final AtomicLong replicaReads = new AtomicLong();
  private final AtomicLong movingReplicaReads = new AtomicLong();
  private final AtomicLong primaryReads = new AtomicLong();

  Route(Group group, StoreState state) {
    this.group = group;
    this.state = state;
  }

  ReadCounts reads() {
    return new ReadCounts(replicaReads.get(), movingReplicaReads.get(), primaryReads.get());
  }

  /** Has what leads to the replicas started, which it cannot be while a primary is down. */
  void warm() {
    if (group.replicas().isAnyAnswering()) {
      try {
        group.access().read(false, connection -> Marker.at(connection, 0, 0));
      } catch (StorageException.Unavailable | StorageException.Corruption e) {
        LOG.debug("{}: replicas are not connected to yet: {}", group.name(), e.getMessage());
      }
    }
  }

  /** Reads what never changes once it is there: from the replicas that are likely to have it. */
  <T> Optional<T> fixed(Work<Optional<T>> work) {
    Set<String> replicas = group.replicas().furthest(state.height());
    Optional<T> found = ofReplicas(replicas, work, false).flatMap(answer -> answer);
    return found.isPresent() ? found : ofPrimary(work);
  }

  /** Reads what changes, never as it was before the applied height. */
  <T> T moving(Work<T> work) {
    Set<String> replicas = group.replicas().holding(state.height());
    return ofReplicas(replicas, work, true).orElseGet(() -> ofPrimary(work));
  }

  /** Who may be asked in one read. */
  private static final class Asked implements SqlGroup.Replicas {
    private final Set<String> replicas;
    private boolean passedOver;

    Asked(Set<String> replicas) {
      this.replicas = replicas;
    }

    @Override
    public boolean admits(String replica) {
      return replicas.contains(replica);
    }

    @Override
    public void passedOver() {
      passedOver = true;
    }
  }

  /** Empty where there is none, and where it fails: then the primary is asked. */
  private <T> Optional<T> ofReplicas(Set<String> replicas, Work<T> work, boolean moving) {
    if (replicas.isEmpty()) {
      return Optional.empty();
    }
    Asked asked = new Asked(replicas);
    try {
      return Optional.of(group.access().read(asked, work));
    } catch (StorageException.Unavailable
        | StorageException.DiskFull
        | StorageException.Corruption e) {
      LOG.debug(
          "{}: the primary is asked after a replica failed: {}", group.name(), e.getMessage());
      return Optional.empty();
    } finally {
      count(asked, moving);
    }
  }

  private void count(Asked asked, boolean moving) {
    if (asked.passedOver) {
      primaryReads.incrementAndGet();
      return;
    }
    replicaReads.incrementAndGet();
    if (moving) {
      movingReplicaReads.incrementAndGet();
    }
  }

  private <T> T ofPrimary(Work<T> work) {
    primaryReads.incrementAndGet();
    return group.access().read(true, work);
  }
}
