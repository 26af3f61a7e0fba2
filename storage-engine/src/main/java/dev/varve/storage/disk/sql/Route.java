package dev.varve.storage.disk.sql;

import dev.varve.storage.StorageException;
import dev.varve.storage.disk.sql.GroupAccess.Work;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Chooses between replica and primary for each read. Threads: any. */
final class Route {
  private static final Logger LOG = LoggerFactory.getLogger(Route.class);

  private final Group group;
  private final StoreState state;
  private final AtomicLong replicaReads = new AtomicLong();
  private final AtomicLong primaryReads = new AtomicLong();

  Route(Group group, StoreState state) {
    this.group = group;
    this.state = state;
  }

  long replicaReads() {
    return replicaReads.get();
  }

  long primaryReads() {
    return primaryReads.get();
  }

  /** Has what leads to the replicas started, which it cannot be while a primary is down. */
  void warm() {
    if (group.replicas().isAnyAnswering()) {
      ofReplica(connection -> Marker.at(connection, 0, 0).isPresent());
    }
  }

  /** Reads what never changes once it is there. */
  <T> Optional<T> fixed(Work<Optional<T>> work) {
    boolean asked = group.replicas().isAnswering();
    if (asked) {
      Optional<T> found = ofReplica(work).flatMap(answer -> answer);
      if (found.isPresent()) {
        return found;
      }
    }
    try {
      return ofPrimary(work);
    } catch (StorageException.Unavailable e) {
      if (asked || !group.replicas().isAnyAnswering()) {
        throw e;
      }
      Optional<T> found = ofReplica(work).flatMap(answer -> answer);
      if (found.isEmpty()) {
        throw e;
      }
      return found;
    }
  }

  /** Reads what changes, never as it was before the applied height. */
  <T> T moving(Work<T> work) {
    long applied = state.height();
    if (group.replicas().haveReached(applied)) {
      Optional<T> answer = ofReplica(work);
      if (answer.isPresent()) {
        return answer.get();
      }
    }
    return ofPrimary(work);
  }

  /** Empty where it fails: then the primary is asked. */
  private <T> Optional<T> ofReplica(Work<T> work) {
    try {
      replicaReads.incrementAndGet();
      return Optional.of(group.access().read(false, work));
    } catch (StorageException.Unavailable | StorageException.Corruption e) {
      LOG.debug(
          "{}: the primary is asked after a replica failed: {}", group.name(), e.getMessage());
      return Optional.empty();
    }
  }

  private <T> T ofPrimary(Work<T> work) {
    primaryReads.incrementAndGet();
    return group.access().read(true, work);
  }
}
