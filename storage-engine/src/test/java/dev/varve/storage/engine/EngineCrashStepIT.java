package dev.varve.storage.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.varve.fallback.io.CrashImage;
import dev.varve.fallback.io.FileTrees;
import dev.varve.storage.fault.Seeds;
import dev.varve.storage.fault.StoreCopy;
import dev.varve.storage.fault.StoreKind;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The machine stops before and after each step of a commit, of draining, trimming, warming and of
 * going to the next segment: of the log some unforced pages and names are lost, as the seed has it,
 * and the store is as a killed process leaves it. What was acknowledged must be there, and the
 * engine must go on. All steps of each name with {@code -Pfull}, else of the first and the last
 * ones every other, from one that the seed picks.
 */
class EngineCrashStepIT {
  private static final int MOST_OF_A_KIND = 40;
  private static final int STRIDE = 2;

  @TempDir Path folder;
  private int lives;

  @ParameterizedTest
  @CsvSource({"ROCKSDB,BEHIND", "ROCKSDB,THROUGH", "LEVELDB,BEHIND", "LEVELDB,THROUGH"})
  void shouldHoldWhatWasAcknowledgedAtEachStep(StoreKind kind, DiskPolicy policy) throws Exception {
    long seed = Seeds.seed(EngineCrashStepIT.class);
    Map<String, AtomicInteger> steps = new ConcurrentSkipListMap<>();
    FaultScenario whole = scenario(seed, kind, policy, new CrashImage());
    whole.run(
        step -> {
          steps.computeIfAbsent(step, any -> new AtomicInteger()).incrementAndGet();
          return false;
        });
    whole.close();
    requireEachPhase(steps, policy);
    int crashes = 0;
    int number = Math.floorMod(seed, STRIDE);
    for (Map.Entry<String, AtomicInteger> step : steps.entrySet()) {
      int last = Math.min(MOST_OF_A_KIND, step.getValue().get());
      for (int n = 1; n <= last; n++) {
        boolean picked = Seeds.full() || ((n == 1 || n == last) && number++ % STRIDE == 0);
        if (picked && isOfInterest(step.getKey())) {
          crashes += crash(seed, kind, policy, step.getKey(), n) ? 1 : 0;
        }
      }
    }
    System.out.printf("%s, %s: stopped at %d steps of %s%n", kind, policy, crashes, steps);
    assertThat(crashes).isGreaterThan(10);
  }

  /** Reads of the test's own leave no trace. */
  private static boolean isOfInterest(String step) {
    return !step.startsWith("caller memory.")
        && (!step.startsWith("caller store.") || step.contains("apply") || step.contains("verify"));
  }

  /** No phase must silently be left out. */
  private static void requireEachPhase(Map<String, AtomicInteger> steps, DiskPolicy policy) {
    String commit =
        policy == DiskPolicy.BEHIND ? "caller log.force segment" : "caller store.apply after";
    assertThat(steps.keySet())
        .as("commit, draining, trimming, the next segment, warming")
        .contains(commit)
        .contains("drain store.apply before", "drain store.apply after")
        .contains("drain store.verify before", "drain log.force cursor", "drain log.delete segment")
        .contains("ahead log.create segment", "caller log.force new segment")
        .contains("sync store.block before", "sync store.transactions after");
  }

  private FaultScenario scenario(long seed, StoreKind kind, DiskPolicy policy, CrashImage image) {
    return new FaultScenario(seed, folder.resolve("life" + lives++), kind, policy, image);
  }

  private boolean crash(long seed, StoreKind kind, DiskPolicy policy, String at, int nth)
      throws Exception {
    CrashImage image = new CrashImage();
    FaultScenario life = scenario(seed, kind, policy, image);
    Path left = folder.resolve("left" + lives);
    AtomicInteger reached = new AtomicInteger();
    long[] bounds = new long[2];
    String which = "%s, %s, at %d of \"%s\"".formatted(kind, policy, nth, at);
    try {
      life.run(
          step -> {
            if (step.equals(at) && reached.incrementAndGet() == nth) {
              bounds[0] = life.acknowledged();
              // First the log: what is in it is more than enough for a store that is ahead of it.
              capture(life, image, left, new Random(seed * 31 + nth));
              bounds[1] = life.begun();
              life.leave();
            }
            return false;
          });
      life.close();
      if (reached.get() < nth) {
        return false;
      }
      FaultScenario.requireGoesOn(left, kind, policy, bounds[0], bounds[1]);
    } catch (RuntimeException | AssertionError e) {
      throw new AssertionError(which + ": replay with -Dvarve.seed=" + seed, e);
    }
    FileTrees.delete(life.home().folder());
    FileTrees.delete(left);
    return true;
  }

  private static void capture(FaultScenario life, CrashImage image, Path left, Random random) {
    try {
      image.capture(life.home().folder().resolve("log"), left.resolve("log"), random);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Path store = life.home().folder().resolve("store");
    life.home().disk().paused(() -> StoreCopy.take(store, left.resolve("store")));
  }
}
