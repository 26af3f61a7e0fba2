package dev.varve.storage.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.varve.fallback.io.FileTrees;
import dev.varve.fallback.io.RealFileIo;
import dev.varve.storage.fault.Seeds;
import dev.varve.storage.fault.StoreKind;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Each call that the engine makes of the disk store, of the memory store and of the log's files
 * fails once: the first of its kind, the second, and so on until a life of the engine passes
 * without. All of them with {@code -Pfull}, else every so many, from one that the seed picks.
 */
class EngineNthCallIT {
  private static final int STRIDE = 127;
  // What is polled while the test waits comes any number of times.
  private static final int MOST_OF_A_KIND = 60;

  @TempDir Path folder;
  private int lives;

  @ParameterizedTest
  @CsvSource({"ROCKSDB,BEHIND", "ROCKSDB,THROUGH", "LEVELDB,BEHIND", "LEVELDB,THROUGH"})
  void shouldLoseNothingWhicheverCallFails(StoreKind kind, DiskPolicy policy) throws Exception {
    long seed = Seeds.seed(EngineNthCallIT.class);
    Map<String, AtomicInteger> steps = new ConcurrentSkipListMap<>();
    life(seed, kind, policy, "", 0, steps);
    assertThat(steps.keySet())
        .contains("drain store.verify before", "drain log.delete segment")
        .contains("sync store.block before", "fill memory.put before", "caller memory.get before")
        .contains("ahead log.create segment", "caller log.replace FORMAT", "caller log.map cursor")
        .contains(
            policy == DiskPolicy.BEHIND ? "caller log.force segment" : "caller store.apply before");
    int number = Math.floorMod(seed, STRIDE);
    int failed = 0;
    for (String step : steps.keySet()) {
      boolean reached = true;
      for (int n = 1; reached && n <= MOST_OF_A_KIND; n++) {
        if (Seeds.full() || number++ % STRIDE == 0) {
          reached = life(seed, kind, policy, step, n, new ConcurrentSkipListMap<>());
          failed += reached ? 1 : 0;
        } else {
          reached = n < steps.get(step).get();
        }
      }
    }
    System.out.printf(
        "%s, %s: %d calls failed, one in each of %d lives; kinds of calls: %s%n",
        kind, policy, failed, lives, steps);
    assertThat(failed).isPositive();
  }

  /** A life in which the n-th step of a name fails; returns whether it came to that. */
  private boolean life(
      long seed,
      StoreKind kind,
      DiskPolicy policy,
      String failing,
      int nth,
      Map<String, AtomicInteger> steps)
      throws Exception {
    Path home = folder.resolve("life" + lives++);
    FaultScenario scenario = new FaultScenario(seed, home, kind, policy, new RealFileIo());
    try {
      scenario.run(
          step -> {
            int n = steps.computeIfAbsent(step, any -> new AtomicInteger()).incrementAndGet();
            return n == nth && step.equals(failing);
          });
      scenario.requireAll();
    } catch (RuntimeException | AssertionError e) {
      String which = "%s, %s, call %d of \"%s\"".formatted(kind, policy, nth, failing);
      throw new AssertionError(which + ": replay with -Dvarve.seed=" + seed, e);
    }
    FileTrees.delete(home);
    AtomicInteger reached = steps.get(failing);
    return reached != null && reached.get() >= nth;
  }
}
