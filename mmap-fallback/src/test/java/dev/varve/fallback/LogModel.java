package dev.varve.fallback;

import static org.assertj.core.api.Assertions.assertThat;

import dev.varve.fallback.io.CrashImage;
import dev.varve.fallback.io.FaultyFileIo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/** A log under random operations beside what it ought to hold. */
final class LogModel implements AutoCloseable {
  private static final int HISTORY = 60;

  private final Random random;
  private final Path temporary;
  private final Deque<String> history = new ArrayDeque<>();
  private final int segmentBytes;
  private final long capacityBytes;

  /** Acknowledged entries, and those that were trimmed: they may come back. */
  private final TreeMap<Long, byte[]> held = new TreeMap<>();

  private final TreeMap<Long, byte[]> trimmed = new TreeMap<>();

  /** Entries of appends that failed or were cut off: they may come back after a power cut. */
  private final Map<Long, List<byte[]>> unacknowledged = new TreeMap<>();

  private long drained;

  /** How far back a call that was cut off may have moved the end and the cursor. */
  private long lowestEnd = Long.MAX_VALUE;

  private CrashImage image;
  private FaultyFileIo files;
  private Path folder;
  private FallbackLog log;
  private int steps;
  private int images;
  private int version;

  LogModel(Path temporary, long seed) {
    this.temporary = temporary;
    random = new Random(seed);
    segmentBytes = (2 + random.nextInt(6)) * 4096;
    capacityBytes = (long) segmentBytes * (2 + random.nextInt(30));
    image = new CrashImage();
    files = new FaultyFileIo(image);
    folder = temporary.resolve("log0");
  }

  int steps() {
    return steps;
  }

  String history() {
    return String.join("\n", history);
  }

  private void say(String what) {
    history.add(steps + ": " + what);
    if (history.size() > HISTORY) {
      history.remove();
    }
  }

  private FallbackLog open() {
    return FallbackLog.open(
        new LogConfig(folder, segmentBytes, capacityBytes, 0, Durability.FORCED), files);
  }

  void run(int count) throws IOException {
    log = open();
    check(false);
    for (; steps < count; steps++) {
      switch (random.nextInt(20)) {
        case 0 -> reopen();
        case 1 -> truncate();
        case 2 -> rewind();
        case 3, 4 -> drain();
        case 5, 6 -> trim();
        case 7 -> faulty();
        case 8 -> powerCut(0);
        case 9 -> powerCut(1 + random.nextInt(6));
        default -> append();
      }
      check(false);
    }
  }

  private long last() {
    return held.isEmpty() ? 0 : held.lastKey();
  }

  private void append() {
    long next = held.isEmpty() ? 1 + random.nextInt(50) : last() + 1;
    List<LogEntry> group = new ArrayList<>();
    version++;
    for (int i = random.nextInt(3); i >= 0; i--) {
      int bytes = random.nextInt(12) == 0 ? random.nextInt(3 * segmentBytes) : random.nextInt(3000);
      group.add(Entries.entry(next, version, bytes));
      next++;
    }
    say("append " + group.get(0).sequence() + " to " + (next - 1));
    for (LogEntry entry : group) {
      unacknowledged.computeIfAbsent(entry.sequence(), s -> new ArrayList<>()).add(entry.payload());
    }
    try {
      log.append(group);
    } catch (FallbackLogException e) {
      say("failed: " + e.getMessage());
      return;
    }
    if (held.isEmpty()) {
      trimmed.clear();
      drained = group.get(0).sequence() - 1;
    }
    group.forEach(entry -> held.put(entry.sequence(), entry.payload()));
    unacknowledged.clear();
    lowestEnd = Long.MAX_VALUE;
  }

  private void drain() {
    if (!held.isEmpty()) {
      long to = between(held.firstKey() - 1, last());
      say("drain " + to);
      log.drainTo(to);
      drained = Math.max(drained, to);
    }
  }

  private void rewind() {
    if (!held.isEmpty()) {
      long to = between(held.firstKey() - 1, last());
      say("rewind " + to);
      try {
        log.rewind(to);
        drained = Math.min(drained, to);
      } catch (FallbackLogException e) {
        say("failed: " + e.getMessage());
      }
    }
  }

  private void trim() {
    long to = between(0, last());
    say("trim " + to);
    try {
      log.trimTo(to);
    } catch (FallbackLogException e) {
      say("failed: " + e.getMessage());
    }
    long first = log.firstSequence();
    if (!held.isEmpty()) {
      assertThat(first).isBetween(held.firstKey(), Math.max(held.firstKey(), drained + 1));
      assertThat(first).isLessThanOrEqualTo(Math.max(held.firstKey(), to + 1));
      trimmed.putAll(held.headMap(first));
      held.headMap(first).clear();
    }
  }

  private void truncate() {
    if (held.isEmpty() || random.nextInt(3) > 0) {
      return;
    }
    long to = between(Math.max(0, held.firstKey() - 2), last());
    say("truncate " + to);
    unacknowledged.clear();
    try {
      log.truncateAfter(to);
      held.tailMap(to, false).clear();
      lowestEnd = Long.MAX_VALUE;
      drained = Math.min(drained, Math.max(to, held.isEmpty() ? 0 : held.firstKey() - 1));
    } catch (FallbackLogException e) {
      say("failed: " + e.getMessage());
      long end = log.lastSequence();
      assertThat(end).isBetween(Math.min(to, end), last());
      Map<Long, byte[]> gone = held.tailMap(end, false);
      gone.forEach((s, p) -> unacknowledged.computeIfAbsent(s, k -> new ArrayList<>()).add(p));
      gone.clear();
      lowestEnd = Math.min(lowestEnd, to);
      long now = log.drainedThrough();
      assertThat(now).isLessThanOrEqualTo(drained);
      drained = held.isEmpty() ? drained : now;
    }
    if (held.isEmpty()) {
      trimmed.clear();
    }
  }

  private long between(long low, long high) {
    return low + (long) (random.nextDouble() * (high - low + 1));
  }

  private void reopen() {
    say("reopen");
    log.close();
    log = open();
    if (lowestEnd != Long.MAX_VALUE) {
      check(true); // a truncation that failed is finished at open
    }
  }

  /** One of the next calls of the seam fails, or some in a row do. */
  private void faulty() throws IOException {
    int first = random.nextInt(6);
    int last = first + (random.nextBoolean() ? 0 : random.nextInt(10));
    boolean diskFull = random.nextBoolean();
    say("calls " + first + " to " + last + " fail, disk full " + diskFull);
    boolean all = random.nextInt(3) == 0;
    int[] calls = {0};
    files.setFault(
        (call, file) -> {
          if (!all && isAhead()) {
            return;
          }
          int n;
          synchronized (calls) {
            n = calls[0]++;
          }
          if (n >= first && n <= last) {
            if (call == FaultyFileIo.Call.FORCE) {
              image.forceFailed(file);
            }
            throw FaultyFileIo.failure(file, diskFull);
          }
        });
    for (int i = 0; i < 8; i++) {
      oneOfMany();
      check(false);
    }
    files.heal();
  }

  private void oneOfMany() {
    switch (random.nextInt(8)) {
      case 0 -> rewind();
      case 1 -> trim();
      case 2 -> truncate();
      default -> append();
    }
  }

  /** The power fails now, or at one of the next calls of the seam. */
  private void powerCut(int atCall) throws IOException {
    say("power fails at call " + atCall);
    Path next = temporary.resolve("log" + ++images);
    if (atCall == 0) {
      image.capture(folder, next, random);
    } else {
      Random choice = new Random(random.nextLong());
      boolean[] cut = {false};
      int[] left = {atCall};
      files.setFault(
          (call, file) -> {
            synchronized (left) {
              if (!cut[0] && !isAhead() && --left[0] == 0) {
                image.capture(folder, next, choice);
                cut[0] = true;
              }
              if (cut[0]) {
                throw new IOException("the power failed (made by the test)");
              }
            }
          });
      for (int i = 0; i < 100 && !cutYet(left, cut); i++) {
        oneOfMany();
      }
      synchronized (left) {
        if (!cut[0]) {
          image.capture(folder, next, choice);
          cut[0] = true;
        }
      }
    }
    log.close();
    files.heal();
    folder = next;
    image = new CrashImage();
    image.adopt(folder);
    files = new FaultyFileIo(image);
    log = open();
    check(true);
  }

  /** Calls of the log's own thread come at any time: counted, they would make runs differ. */
  private static boolean isAhead() {
    return Thread.currentThread().getName().startsWith("varve-log-prealloc-");
  }

  private static boolean cutYet(int[] lock, boolean[] cut) {
    synchronized (lock) {
      return cut[0];
    }
  }

  /** The log holds what the model holds; after a power cut also what it may hold, taken over. */
  private void check(boolean afterCut) {
    log.awaitIdle();
    assertThat(log.damage()).noneMatch(d -> d.kind() == Damage.Kind.DAMAGED);
    if (afterCut) {
      takeOver();
    }
    assertThat(log.firstSequence()).isEqualTo(held.isEmpty() ? 0 : held.firstKey());
    assertThat(log.lastSequence()).isEqualTo(last());
    assertThat(log.drainedThrough()).isEqualTo(held.isEmpty() ? 0 : drained);
    held.forEach((s, payload) -> assertThat(log.read(s).orElseThrow()).isEqualTo(payload));
    if (!held.isEmpty()) {
      long some = between(held.firstKey() - 2, last() + 2);
      assertThat(Entries.find(log, Entries.key(some)))
          .extracting(Entries.Hit::sequence)
          .isEqualTo(held.containsKey(some) ? List.of(some) : List.of());
    }
    assertThat(Entries.find(log, Entries.SHARED_KEY)).hasSameSizeAs(held.keySet());
    LogStats stats = log.stats();
    assertThat(stats.fileBytes()).isLessThanOrEqualTo(capacityBytes);
  }

  private void takeOver() {
    long first = log.firstSequence();
    long end = log.lastSequence();
    say("recovered " + first + " to " + end + ", drained " + log.drainedThrough());
    boolean emptied = end == 0 && !held.isEmpty() && lowestEnd < held.firstKey();
    if (end < last() && !emptied) {
      assertThat(end).as("acknowledged entries are lost").isGreaterThanOrEqualTo(lowestEnd);
    }
    for (long s = first; s <= end && s > 0; s++) {
      byte[] payload = log.read(s).orElseThrow();
      if (held.containsKey(s)) {
        assertThat(payload).isEqualTo(held.get(s));
      } else if (trimmed.containsKey(s) && (held.isEmpty() || s < held.firstKey())) {
        assertThat(payload).isEqualTo(trimmed.get(s));
      } else {
        assertThat(unacknowledged.getOrDefault(s, List.of()))
            .as("entry %d was never appended", s)
            .anyMatch(p -> Arrays.equals(p, payload));
      }
    }
    if (!held.isEmpty() && !emptied) {
      assertThat(first).isLessThanOrEqualTo(held.firstKey());
    }
    TreeMap<Long, byte[]> recovered = new TreeMap<>();
    for (long s = first; s <= end && s > 0; s++) {
      recovered.put(s, log.read(s).orElseThrow());
    }
    held.clear();
    held.putAll(recovered);
    if (held.isEmpty()) {
      trimmed.clear();
    }
    unacknowledged.clear();
    lowestEnd = Long.MAX_VALUE;
    if (!held.isEmpty()) {
      assertThat(log.drainedThrough()).isLessThanOrEqualTo(Math.max(drained, first - 1));
      drained = log.drainedThrough();
    }
  }

  @Override
  public void close() throws IOException {
    files.heal();
    if (log != null) {
      log.close();
    }
    assertThat(Files.exists(folder)).isTrue();
  }
}
