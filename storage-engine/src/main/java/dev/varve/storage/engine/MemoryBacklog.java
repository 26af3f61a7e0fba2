package dev.varve.storage.engine;

import dev.varve.storage.BlockBatch;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Bounds the batches that wait for memory, newest first: when too many do, the oldest that is not
 * begun is passed over, and of it only the state keys wait on, to be removed from memory.
 *
 * <p>Threads: {@link #passedOver} from any, the rest under its owner's lock.
 */
final class MemoryBacklog {
  private static final Logger LOG = LoggerFactory.getLogger(MemoryBacklog.class);

  /** For each batch that may wait whole so many may wait passed over. */
  private static final int MAX_PASSED_OVER = 16;

  /** Their keys may take this part of what batches may take that wait for the disk. */
  private static final long KEYS_PART = 4;

  private final EngineConfig config;
  private final AtomicLong passedOver = new AtomicLong();

  MemoryBacklog(EngineConfig config) {
    this.config = config;
  }

  /** How many batches were passed over. */
  long passedOver() {
    return passedOver.get();
  }

  /**
   * What waits, and one more.
   *
   * @param begun the height of the one that is being copied, if any
   * @return empty when that is too much even so, and memory must be dropped
   */
  Optional<List<RecentBatch>> with(List<RecentBatch> waiting, BlockBatch batch, long begun) {
    List<RecentBatch> all = new ArrayList<>(waiting.size() + 1);
    all.add(new RecentBatch(batch));
    all.addAll(waiting);
    long whole = all.stream().filter(recent -> !recent.isPassedOver()).count();
    if (whole > config.maxPendingBatches()) {
      passOverOldest(all, begun);
      if (isTooMuch(all)) {
        LOG.warn(
            "memory store is {} blocks behind at height {}: dropped, it is filled anew",
            all.size(),
            batch.height());
        return Optional.empty();
      }
    }
    return Optional.of(List.copyOf(all));
  }

  private void passOverOldest(List<RecentBatch> all, long begun) {
    if (all.stream().noneMatch(RecentBatch::isPassedOver)) {
      LOG.warn(
          "memory store is {} blocks behind at height {}: until it is less it passes over blocks,"
              + " which the sync job brings later",
          all.size() - 1,
          all.get(0).height());
    }
    int oldest = all.size() - 1;
    while (all.get(oldest).isPassedOver() || all.get(oldest).height() == begun) {
      oldest--;
    }
    all.set(oldest, all.get(oldest).passedOver());
    passedOver.incrementAndGet();
  }

  private boolean isTooMuch(List<RecentBatch> all) {
    return all.size() > (1 + MAX_PASSED_OVER) * config.maxPendingBatches()
        || all.stream().mapToLong(RecentBatch::keyBytes).sum()
            > config.maxUndrainedBytes() / KEYS_PART;
  }
}
