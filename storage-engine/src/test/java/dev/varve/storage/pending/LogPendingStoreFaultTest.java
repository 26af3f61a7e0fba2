package dev.varve.storage.pending;

import static org.assertj.core.api.Assertions.assertThat;

import dev.varve.fallback.io.FaultyFileIo;
import dev.varve.storage.StorageException;
import dev.varve.storage.fault.Seeds;
import java.nio.file.Path;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Power failures, failing calls and full disks at every step, against a model. {@code
 * -Dvarve.seed=S} replays a run, {@code -Dvarve.runs=N} sets how many random ones there are.
 */
@Tag("fault")
class LogPendingStoreFaultTest {
  private static final int WRITES = 15;

  @TempDir Path temporary;

  static LongStream seeds() {
    long from = Seeds.seed(LogPendingStoreFaultTest.class);
    boolean one = Long.getLong("varve.seed") != null;
    int runs = Integer.getInteger("varve.runs", Seeds.full() ? 500 : 6);
    return LongStream.range(from, from + (one ? 1 : runs));
  }

  @ParameterizedTest(name = "-Dvarve.seed={0}")
  @MethodSource("seeds")
  void shouldHoldWhatItAcknowledged(long seed) throws Exception {
    Random random = new Random(~seed);
    PendingRun run = new PendingRun(temporary, seed);
    try {
      run.open();
      for (int step = 0; step < 150; step++) {
        switch (random.nextInt(24)) {
          case 0 -> run.reopen();
          case 1 -> {
            run.failFrom(1 + random.nextInt(6), 1 + random.nextInt(5), random.nextBoolean());
            for (int i = 0; i < 4; i++) {
              run.write();
            }
            run.files().heal();
          }
          case 2 -> run.goOnAfter(run.cutAt(Integer.MAX_VALUE));
          case 3 -> {
            PendingRun.Cut cut = run.cutAt(1 + random.nextInt(12));
            for (int i = 0; i < 100 && !cut.came(); i++) {
              run.write();
            }
            run.goOnAfter(cut);
          }
          case 4 -> run.reopenInto(run.cutAt(1 + random.nextInt(20)));
          default -> run.write();
        }
      }
      run.reopen();
    } catch (Throwable e) {
      throw new AssertionError("replay with -Dvarve.seed=" + seed + "\n" + run.history(), e);
    } finally {
      run.close();
    }
  }

  @Test
  void shouldComeThroughAPowerFailureAtEachCall() throws Exception {
    long seed = Seeds.seed(getClass());
    boolean came = true;
    int calls = 0;
    for (int n = 1; came; n++) {
      Path own = temporary.resolve("cut" + n);
      try (PendingRun run = new PendingRun(own, seed)) {
        PendingRun.Cut cut = run.cutAt(n);
        try {
          run.open();
          for (int i = 0; i < WRITES && !cut.came(); i++) {
            run.write();
          }
        } catch (StorageException.Unavailable duringOpen) {
          assertThat(cut.came()).isTrue();
        }
        came = cut.came();
        calls = n;
        run.goOnAfter(cut);
        run.write();
        run.reopen();
      } catch (AssertionError e) {
        throw new AssertionError("call " + n + ", replay with -Dvarve.seed=" + seed, e);
      }
    }
    assertThat(calls).isGreaterThan(2 * WRITES);
  }

  @ParameterizedTest(name = "disk full {0}")
  @ValueSource(booleans = {false, true})
  void shouldKeepNothingOfAWriteOfWhichACallFailed(boolean diskFull) throws Exception {
    long seed = Seeds.seed(getClass());
    int failures = 0;
    boolean failed = true;
    for (int n = 1; failed; n++) {
      try (PendingRun run = new PendingRun(temporary.resolve(diskFull + "fail" + n), seed)) {
        run.open();
        int[] made = {0};
        int at = n;
        run.files()
            .setFault(
                (call, file) -> {
                  synchronized (made) {
                    if (++made[0] == at) {
                      throw FaultyFileIo.failure(file, diskFull);
                    }
                  }
                });
        for (int i = 0; i < WRITES; i++) {
          run.write();
        }
        synchronized (made) {
          failed = made[0] >= at;
        }
        failures += run.failures();
        run.files().heal();
        run.reopen();
      } catch (AssertionError e) {
        throw new AssertionError("call " + n + ", replay with -Dvarve.seed=" + seed, e);
      }
    }
    assertThat(failures).isGreaterThan(WRITES / 2);
  }
}
