package dev.varve.fallback;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.varve.fallback.io.FaultyFileIo;
import dev.varve.fallback.io.FaultyFileIo.Call;
import dev.varve.fallback.io.RealFileIo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

class LogFaultTest {
  @TempDir Path temporary;
  private final FaultyFileIo files = new FaultyFileIo(new RealFileIo());

  private FallbackLog open() {
    return FallbackLog.open(Entries.config(temporary.resolve("log")), files);
  }

  private static void assertHolds(FallbackLog log, long first, long last) {
    assertThat(log.firstSequence()).isEqualTo(first);
    assertThat(log.lastSequence()).isEqualTo(last);
    for (long s = first; s <= last; s++) {
      assertThat(log.read(s).orElseThrow()).isEqualTo(Entries.payload(s));
    }
  }

  @Test
  void shouldKeepNothingOfAnAppendWhoseForceFailed() {
    try (FallbackLog log = open()) {
      Entries.append(log, 1, 5);
      log.awaitIdle();
      files.failNth(Call.FORCE, 1, false);
      assertThatThrownBy(() -> log.append(Entries.entry(6, 1, 200)))
          .isInstanceOf(FallbackLogException.Io.class)
          .hasMessageContaining("entry 6");
      assertHolds(log, 1, 5);
      assertThat(Entries.find(log, Entries.key(6))).isEmpty();
      int before = log.stats().segments();
      Entries.append(log, 6, 8);
      assertThat(log.stats().segments()).as("a fresh segment").isEqualTo(before + 1);
      assertHolds(log, 1, 8);
    }
    try (FallbackLog log = open()) {
      assertThat(log.damage()).isEmpty();
      assertHolds(log, 1, 8);
    }
  }

  @Test
  void shouldSurviveTheFailureOfEachCall() {
    for (int n = 1; n <= 120; n++) {
      long last = 0;
      files.heal();
      Path folder = temporary.resolve("n" + n);
      files.failNth(n, n % 2 == 0);
      try (FallbackLog log = FallbackLog.open(Entries.config(folder), files)) {
        for (long s = 1; s <= 24; s++) {
          log.append(Entries.entry(s));
          last = s;
          log.drainTo(s / 2);
          log.trimTo(s / 2);
        }
      } catch (FallbackLogException e) {
        assertThat(e).hasMessageContaining("fallback log").hasMessageContaining("n" + n);
      }
      files.heal();
      try (FallbackLog log = FallbackLog.open(Entries.config(folder), files)) {
        assertThat(log.damage()).as("call %d", n).isEmpty();
        assertThat(log.lastSequence()).as("call %d", n).isBetween(last, last + 1);
        for (long s = Math.max(1, log.firstSequence()); s <= last; s++) {
          assertThat(log.read(s).orElseThrow()).isEqualTo(Entries.payload(s));
        }
      }
    }
  }

  /** The first, the second, and so on, until a life of the log passes without. */
  @ParameterizedTest
  @EnumSource(value = Call.class, mode = Mode.EXCLUDE, names = "RENAME") // see LogDamageTest
  void shouldSurviveTheNthFailureOfEachKindOfCall(Call kind) {
    int n = 1;
    while (surviveFailureOf(kind, n)) {
      n++;
    }
    assertThat(n).as("failures of %s", kind).isGreaterThan(1);
  }

  /** A life in which one call fails, and a look at what it left; returns whether one failed. */
  private boolean surviveFailureOf(Call kind, int n) {
    FaultyFileIo seam = new FaultyFileIo(new RealFileIo());
    LogConfig config = Entries.config(temporary.resolve(kind + "-" + n));
    seam.failNth(kind, n, n % 2 == 0);
    long least = 0;
    long most = 0;
    for (int opening = 0; opening < 2; opening++) {
      try (FallbackLog log = FallbackLog.open(config, seam)) {
        for (int i = 0; i < 15; i++) {
          most = log.lastSequence() + 1;
          log.append(Entries.entry(most));
          least = most;
          log.drainTo(most / 2);
          log.trimTo(most / 2);
        }
        log.rewind(log.firstSequence());
        least--;
        log.truncateAfter(least);
        most--;
      } catch (FallbackLogException e) {
        assertThat(e).hasMessageContaining("fallback log").hasMessageContaining(kind + "-" + n);
      }
    }
    boolean failed = seam.calls(kind) >= n;
    seam.heal();
    try (FallbackLog log = FallbackLog.open(config, seam)) {
      assertThat(log.damage()).as("%s %d", kind, n).isEmpty();
      assertThat(log.lastSequence()).as("%s %d", kind, n).isBetween(least, most);
      for (long s = Math.max(1, log.firstSequence()); s <= log.lastSequence(); s++) {
        assertThat(log.read(s).orElseThrow()).isEqualTo(Entries.payload(s));
      }
    }
    return failed;
  }

  @Test
  void shouldAppendWithoutASegmentAhead() throws Exception {
    CountDownLatch held = new CountDownLatch(1);
    files.setFault(
        (call, file) -> {
          if (call == Call.FREE_BYTES && Thread.currentThread().getName().startsWith("varve-")) {
            try {
              held.await();
            } catch (InterruptedException e) {
              throw new IOException(e);
            }
            throw FaultyFileIo.failure(file, true);
          }
        });
    try (FallbackLog log = open()) {
      held.countDown();
      Entries.append(log, 1, 100);
      assertHolds(log, 1, 100);
    }
  }

  @Test
  void shouldReadWhileOthersAppendAndTrim() throws Exception {
    ExecutorService readers = Executors.newFixedThreadPool(3);
    try (FallbackLog log = open()) {
      AtomicLong acknowledged = new AtomicLong();
      List<Future<Long>> results = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        results.add(readers.submit(() -> readUntil(log, acknowledged, 400)));
      }
      for (long s = 1; s <= 400; s++) {
        log.append(Entries.entry(s));
        acknowledged.set(s);
        if (s % 20 == 0) {
          log.drainTo(s - 5);
          log.trimTo(s - 50);
        }
      }
      for (Future<Long> result : results) {
        assertThat(result.get(60, TimeUnit.SECONDS)).isPositive();
      }
    } finally {
      readers.shutdownNow();
    }
  }

  /** Everything acknowledged and not trimmed is read right; returns how many reads there were. */
  private static long readUntil(FallbackLog log, AtomicLong acknowledged, long end)
      throws ExecutionException {
    long reads = 0;
    for (long newest = 0; newest < end; ) {
      newest = acknowledged.get();
      for (long s = Math.max(1, newest - 60); s <= newest; s++) {
        var payload = log.read(s);
        if (payload.isEmpty()) {
          assertThat(s).isLessThan(log.firstSequence());
        } else {
          assertThat(payload.get()).isEqualTo(Entries.payload(s));
          reads++;
        }
        long sought = s;
        log.find(
            Entries.key(s),
            (sequence, offset) -> {
              assertThat(sequence).isEqualTo(sought);
              return true;
            });
      }
      reads++;
    }
    return reads;
  }

  @Test
  void shouldComeThroughAFullDisk() throws Exception {
    Path mount = Files.createDirectory(temporary.resolve("small"));
    assumeThat(run("mount", "-t", "tmpfs", "-o", "size=400k", "varve-test", mount.toString()))
        .as("a small tmpfs cannot be mounted: not root")
        .isTrue();
    try {
      LogConfig config =
          new LogConfig(mount.resolve("log"), 64 << 10, 4 << 20, 0, Durability.FORCED);
      long last = 0;
      try (FallbackLog log = FallbackLog.open(config, files)) {
        while (last < 5000) {
          log.append(Entries.entry(last + 1));
          last++;
        }
      } catch (FallbackLogException.DiskFull full) {
        assertThat(full).hasMessageContaining("log");
      }
      assertThat(last).isBetween(100L, 4999L);
      try (FallbackLog log = FallbackLog.open(config, files)) {
        assertHolds(log, 1, last);
        log.drainTo(last);
        assertThat(log.trimTo(last)).isPositive();
        Entries.append(log, last + 1, last + 100);
        assertHolds(log, log.firstSequence(), last + 100);
      }
    } finally {
      assertThat(run("umount", mount.toString())).isTrue();
    }
  }

  private static boolean run(String... command) throws InterruptedException {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      process.getInputStream().readAllBytes();
      return process.waitFor() == 0;
    } catch (IOException missing) {
      return false;
    }
  }
}
