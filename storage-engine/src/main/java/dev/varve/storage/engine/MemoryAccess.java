package dev.varve.storage.engine;

import dev.varve.storage.MemoryStore;
import dev.varve.storage.RecordType;
import dev.varve.storage.engine.MemoryTier.View;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

/**
 * The memory store as warming and the sync job use it: reads from their own thread, writes on the
 * filling one, one at a time and behind the batches that wait there. Each names the view it goes
 * by; it is empty when that view's store is not in use any more. A store that throws is given up.
 */
final class MemoryAccess {
  private final MemoryTier tier;

  MemoryAccess(MemoryTier tier) {
    this.tier = tier;
  }

  View view() {
    return tier.view();
  }

  long epoch() {
    return tier.epoch();
  }

  /** Whether this view has a memory store, not just its log or nothing. */
  static boolean isUp(View seen) {
    return seen.target() instanceof MemoryTarget;
  }

  Optional<byte[]> peek(View seen, byte[] typedKey) {
    return on(seen, store -> store.peek(typedKey)).flatMap(held -> held);
  }

  /** Keys of some of the records in memory. */
  List<byte[]> sample(View seen, int count, Random random) {
    return on(seen, store -> store.sample(count, random)).orElse(List.of());
  }

  private <T> Optional<T> on(View seen, Function<MemoryStore, T> work) {
    if (!(seen.target() instanceof MemoryTarget target)) {
      return Optional.empty();
    }
    try {
      return Optional.of(work.apply(target.store()));
    } catch (RuntimeException | Error e) {
      tier.fail(target, e);
      return Optional.empty();
    }
  }

  /** Returns when the filling thread has done it. */
  <T> Optional<T> write(View seen, Function<MemoryStore, T> work) {
    FutureTask<Optional<T>> task =
        new FutureTask<>(
            () -> tier.view().target() == seen.target() ? on(seen, work) : Optional.empty());
    tier.execute(task);
    while (true) {
      try {
        return task.get(1, TimeUnit.SECONDS);
      } catch (TimeoutException e) {
        if (!tier.isFilling()) {
          return Optional.empty();
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return Optional.empty();
      } catch (ExecutionException e) {
        throw new IllegalStateException("the filling thread failed", e.getCause());
      }
    }
  }

  /**
   * Replaces an entry, or removes it where {@code right} is null, if it still is what was seen and,
   * for a type that changes, no batch was copied since. Returns whether it did.
   */
  boolean repair(View seen, byte[] typedKey, byte[] wrong, byte[] right) {
    boolean mutable = StoredRecord.typeOf(typedKey) == RecordType.STATE;
    return write(
            seen,
            store -> {
              boolean same =
                  store.peek(typedKey).map(now -> Arrays.equals(now, wrong)).orElse(false);
              if (!same || (mutable && tier.writtenAbove(seen.height()))) {
                return false;
              }
              if (right == null) {
                store.remove(typedKey);
              } else {
                store.put(typedKey, right);
              }
              return true;
            })
        .orElse(false);
  }
}
