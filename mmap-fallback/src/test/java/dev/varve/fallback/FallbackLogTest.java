package dev.varve.fallback;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.varve.fallback.Entries.Hit;
import dev.varve.fallback.io.RealFileIo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FallbackLogTest {
  @TempDir Path temporary;
  private final RealFileIo files = new RealFileIo();
  private Path folder;
  private FallbackLog log;

  @BeforeEach
  void open() {
    folder = temporary.resolve("log");
    log = FallbackLog.open(Entries.config(folder), files);
  }

  @AfterEach
  void close() {
    log.close();
  }

  private void reopen() {
    log.close();
    log = FallbackLog.open(Entries.config(folder), files);
  }

  private void assertHolds(long first, long last) {
    assertThat(log.firstSequence()).isEqualTo(first);
    assertThat(log.lastSequence()).isEqualTo(last);
    for (long sequence = first; sequence <= last; sequence++) {
      assertThat(log.read(sequence).orElseThrow()).isEqualTo(Entries.payload(sequence));
      assertThat(Entries.find(log, Entries.key(sequence))).containsExactly(new Hit(sequence, 8));
    }
    assertThat(log.read(first - 1)).isEmpty();
    assertThat(log.read(last + 1)).isEmpty();
    assertThat(Entries.find(log, Entries.SHARED_KEY))
        .extracting(Hit::sequence)
        .containsExactlyElementsOf(
            LongStream.rangeClosed(first, last).map(i -> first + last - i).boxed().toList());
  }

  @Test
  void shouldBeEmptyWhenNew() {
    assertThat(log.firstSequence()).isZero();
    assertThat(log.lastSequence()).isZero();
    assertThat(log.drainedThrough()).isZero();
    assertThat(log.read(1)).isEmpty();
    assertThat(Entries.find(log, 1)).isEmpty();
    assertThat(log.damage()).isEmpty();
    reopen();
    assertThat(log.lastSequence()).isZero();
  }

  @Test
  void shouldReadAndFindAcrossSegments() {
    Entries.append(log, 5, 204);
    assertThat(log.stats().segments()).isGreaterThan(5);
    assertThat(log.stats().entries()).isEqualTo(200);
    assertHolds(5, 204);
  }

  @Test
  void shouldHoldTheSameAfterReopening() {
    Entries.append(log, 1, 100);
    reopen();
    assertThat(log.damage()).isEmpty();
    assertHolds(1, 100);
    Entries.append(log, 101, 150);
    reopen();
    assertThat(log.damage()).isEmpty();
    assertHolds(1, 150);
  }

  @Test
  void shouldForceAGroupOnce() {
    Entries.append(log, 1, 1);
    long before = log.stats().forces();
    log.append(List.of(Entries.entry(2), Entries.entry(3), Entries.entry(4)));
    assertThat(log.stats().forces()).isEqualTo(before + 1);
    assertHolds(1, 4);
  }

  @Test
  void shouldGiveALargeGroupASegmentOfItsOwn() {
    Entries.append(log, 1, 3);
    List<LogEntry> group = new ArrayList<>();
    for (long sequence = 4; sequence <= 80; sequence++) {
      group.add(Entries.entry(sequence));
    }
    log.append(group);
    Entries.append(log, 81, 90);
    assertHolds(1, 90);
    reopen();
    assertHolds(1, 90);
  }

  @Test
  void shouldShowAllHitsOfAKeyNewestFirst() {
    KeyIndex keys = new KeyIndex();
    keys.add(42, 1);
    keys.add(42, 2);
    byte[] payload = new byte[100];
    for (int sequence = 1; sequence <= 100; sequence++) {
      log.append(new LogEntry(sequence, payload, 0, 100, keys));
    }
    List<Hit> hits = Entries.find(log, 42);
    assertThat(hits).hasSize(200).startsWith(new Hit(100, 2), new Hit(100, 1), new Hit(99, 2));
    List<Hit> first = new ArrayList<>();
    log.find(
        42,
        (sequence, offset) -> {
          first.add(new Hit(sequence, offset));
          return false;
        });
    assertThat(first).containsExactly(new Hit(100, 2));
    reopen();
    assertThat(Entries.find(log, 42)).isEqualTo(hits);
  }

  @Test
  void shouldTakeASliceOfTheGivenArray() {
    byte[] array = Entries.payload(9, 0, 100);
    log.append(new LogEntry(1, array, 10, 50, new KeyIndex()));
    assertThat(log.read(1).orElseThrow()).isEqualTo(Arrays.copyOfRange(array, 10, 60));
    assertThat(log.read(1, 45, 100).orElseThrow()).isEqualTo(Arrays.copyOfRange(array, 55, 60));
    assertThat(log.read(1, 50, 1).orElseThrow()).isEmpty();
    assertThat(log.read(2, 0, 1)).isEmpty();
    assertThatThrownBy(() -> log.read(1, 51, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("50");
  }

  @Test
  void shouldTakeAnEmptyPayload() {
    log.append(LogEntry.of(1, new byte[0]));
    reopen();
    assertThat(log.read(1).orElseThrow()).isEmpty();
  }

  @Test
  void shouldRefuseASequenceThatDoesNotFollow() {
    Entries.append(log, 7, 8);
    for (long sequence : new long[] {7, 8, 10}) {
      assertThatThrownBy(() -> log.append(Entries.entry(sequence)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("the next is 9");
    }
    assertThatThrownBy(() -> log.append(List.of(Entries.entry(9), Entries.entry(11))))
        .isInstanceOf(IllegalArgumentException.class);
    assertHolds(7, 8);
  }

  @Test
  void shouldRefuseAKeyOutsideItsPayload() {
    KeyIndex keys = new KeyIndex();
    keys.add(1, 11);
    assertThatThrownBy(() -> log.append(new LogEntry(1, new byte[10], 0, 10, keys)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("11");
    assertThat(log.lastSequence()).isZero();
  }

  @Test
  void shouldKeepTheCursor() {
    Entries.append(log, 3, 60);
    assertThat(log.drainedThrough()).isEqualTo(2);
    log.drainTo(40);
    log.drainTo(30);
    assertThat(log.drainedThrough()).isEqualTo(40);
    reopen();
    assertThat(log.drainedThrough()).isEqualTo(40);
    assertThat(log.rewind(10)).isEqualTo(10);
    reopen();
    assertThat(log.drainedThrough()).isEqualTo(10);
    assertThat(log.rewind(1)).isEqualTo(2);
    assertThatThrownBy(() -> log.drainTo(61))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("60");
  }

  @Test
  void shouldTrimDrainedSegmentsOnly() throws IOException {
    Entries.append(log, 1, 200);
    assertThat(log.trimTo(200)).isZero();
    log.drainTo(100);
    int before = log.stats().segments();
    int trimmed = log.trimTo(200);
    assertThat(trimmed).isPositive();
    assertThat(log.stats().segments()).isEqualTo(before - trimmed);
    long first = log.firstSequence();
    assertThat(first).isBetween(50L, 101L);
    assertHolds(first, 200);
    reopen();
    assertThat(log.damage()).isEmpty();
    assertHolds(first, 200);
    assertThat(log.drainedThrough()).isEqualTo(100);
    try (Stream<Path> left = Files.list(folder)) {
      assertThat(left.filter(p -> p.toString().endsWith(".log")).count())
          .isLessThanOrEqualTo(log.stats().segments() + 1);
    }
  }

  @Test
  void shouldKeepDrainedEntriesUntilTrimmed() {
    Entries.append(log, 1, 200);
    log.drainTo(200);
    log.trimTo(60);
    assertThat(log.firstSequence()).isBetween(20L, 61L);
  }

  @Test
  void shouldNeverTrimTheNewestEntry() {
    Entries.append(log, 1, 200);
    log.drainTo(200);
    log.trimTo(Long.MAX_VALUE);
    assertThat(log.stats().segments()).isEqualTo(1);
    assertThat(log.read(200)).isPresent();
    reopen();
    assertThat(log.read(200)).isPresent();
    Entries.append(log, 201, 300);
    assertHolds(log.firstSequence(), 300);
  }

  @Test
  void shouldTruncateInTheNewestSegment() {
    Entries.append(log, 1, 5);
    log.drainTo(5);
    log.truncateAfter(3);
    assertThat(log.drainedThrough()).isEqualTo(3);
    assertHolds(1, 3);
    log.append(Entries.entry(4, 1, 100));
    assertThat(log.read(4).orElseThrow()).isEqualTo(Entries.payload(4, 1, 100));
    reopen();
    assertThat(log.damage()).isEmpty();
    assertThat(log.lastSequence()).isEqualTo(4);
    assertThat(Entries.find(log, Entries.key(5))).isEmpty();
    assertThat(Entries.find(log, Entries.key(4))).containsExactly(new Hit(4, 8));
    assertThat(log.read(4).orElseThrow()).isEqualTo(Entries.payload(4, 1, 100));
  }

  @Test
  void shouldTruncateAcrossSegments() {
    Entries.append(log, 1, 200);
    log.truncateAfter(50);
    assertHolds(1, 50);
    Entries.append(log, 51, 120);
    assertHolds(1, 120);
    reopen();
    assertThat(log.damage()).isEmpty();
    assertHolds(1, 120);
  }

  @Test
  void shouldTruncateToNothingAndStartAnywhere() {
    Entries.append(log, 50, 200);
    log.drainTo(180);
    log.truncateAfter(10);
    assertThat(log.lastSequence()).isZero();
    assertThat(log.drainedThrough()).isZero();
    reopen();
    assertThat(log.damage()).isEmpty();
    assertThat(log.lastSequence()).isZero();
    Entries.append(log, 100, 110);
    assertThat(log.drainedThrough()).isEqualTo(99);
    reopen();
    assertThat(log.damage()).isEmpty();
    assertHolds(100, 110);
    assertThat(log.drainedThrough()).isEqualTo(99);
  }

  @Test
  void shouldIgnoreATruncationAfterTheEnd() {
    Entries.append(log, 1, 5);
    log.truncateAfter(5);
    log.truncateAfter(100);
    assertHolds(1, 5);
  }

  @Test
  void shouldRefuseAppendsAtCapacityAndGoOnAfterTrimming() {
    long sequence = 1;
    try {
      while (true) {
        log.append(Entries.entry(sequence));
        sequence++;
      }
    } catch (FallbackLogException.Full full) {
      assertThat(full).hasMessageContaining(String.valueOf(64 * Entries.SEGMENT_BYTES));
    }
    assertThat(log.stats().fileBytes()).isLessThanOrEqualTo(log.stats().capacityBytes());
    assertHolds(1, sequence - 1);
    log.drainTo(sequence - 1);
    assertThat(log.trimTo(sequence - 1)).isPositive();
    Entries.append(log, sequence, sequence + 100);
    assertHolds(log.firstSequence(), sequence + 100);
    reopen();
    assertHolds(log.firstSequence(), sequence + 100);
  }

  @Test
  void shouldRefuseBelowTheWatermark() {
    log.close();
    LogConfig config =
        new LogConfig(folder, 16 << 10, 64L << 10, Long.MAX_VALUE / 2, Durability.FORCED);
    log = FallbackLog.open(config, files);
    assertThatThrownBy(() -> log.append(Entries.entry(1)))
        .isInstanceOf(FallbackLogException.DiskFull.class)
        .hasMessageContaining("watermark");
    reopen();
    Entries.append(log, 1, 2);
    assertHolds(1, 2);
  }

  @Test
  void shouldDiscardAVolatileLogAtOpenAndNeverForceIt() {
    log.close();
    LogConfig config =
        new LogConfig(temporary.resolve("v"), 16 << 10, 1 << 20, 0, Durability.VOLATILE);
    log = FallbackLog.open(config, files);
    long before = files.forces();
    Entries.append(log, 1, 100);
    log.drainTo(100);
    log.trimTo(50);
    log.truncateAfter(90);
    assertHolds(log.firstSequence(), 90);
    log.close();
    log = FallbackLog.open(config, files);
    assertThat(files.forces()).isEqualTo(before);
    assertThat(log.lastSequence()).isZero();
    Entries.append(log, 9, 10);
    assertHolds(9, 10);
  }

  @Test
  void shouldRefuseAFolderOfAnotherDurabilityOrVersion() throws IOException {
    log.close();
    LogConfig config = new LogConfig(folder, 16 << 10, 1 << 20, 0, Durability.VOLATILE);
    assertThatThrownBy(() -> FallbackLog.open(config, files))
        .isInstanceOf(FallbackLogException.Incompatible.class)
        .hasMessageContaining("forcedlog 1");
    Files.writeString(folder.resolve("FORMAT"), "forcedlog 2\n");
    assertThatThrownBy(() -> FallbackLog.open(Entries.config(folder), files))
        .isInstanceOf(FallbackLogException.Incompatible.class)
        .hasMessageContaining("forcedlog 2")
        .hasMessageContaining("forcedlog 1")
        .hasMessageContaining(folder.toString());
  }

  @Test
  void shouldSayClosedAfterClose() {
    Entries.append(log, 1, 1);
    log.close();
    log.close();
    assertThatThrownBy(() -> log.read(1)).isInstanceOf(FallbackLogException.Closed.class);
    assertThatThrownBy(() -> log.append(Entries.entry(2)))
        .isInstanceOf(FallbackLogException.Closed.class);
    assertThatThrownBy(() -> Entries.find(log, 1)).isInstanceOf(FallbackLogException.Closed.class);
  }

  @Test
  void shouldWorkInAnInterruptedThreadAndKeepTheFlag() {
    Thread.currentThread().interrupt();
    Entries.append(log, 1, 100);
    log.drainTo(50);
    log.rewind(30);
    log.drainTo(50);
    log.trimTo(50);
    reopen();
    assertThat(Thread.interrupted()).isTrue();
    assertHolds(log.firstSequence(), 100);
  }

  @Test
  void shouldEndItsThread() {
    log.close();
    assertThat(Thread.getAllStackTraces().keySet())
        .extracting(Thread::getName)
        .noneMatch(name -> name.equals("varve-log-prealloc-log"));
  }
}
