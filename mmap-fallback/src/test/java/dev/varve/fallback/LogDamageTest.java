package dev.varve.fallback;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.varve.fallback.io.FaultyFileIo;
import dev.varve.fallback.io.FaultyFileIo.Call;
import dev.varve.fallback.io.RealFileIo;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files that are not as they were written. */
class LogDamageTest {
  private static final int SEGMENT_BYTES = 8192;

  @TempDir Path temporary;
  private final RealFileIo files = new RealFileIo();
  private Path folder;
  private int copies;

  @BeforeEach
  void setUp() {
    folder = temporary.resolve("log");
  }

  private FallbackLog open(Path at) {
    return FallbackLog.open(
        new LogConfig(at, SEGMENT_BYTES, 64L * SEGMENT_BYTES, 0, Durability.FORCED), files);
  }

  private void write(long last, long drained) {
    try (FallbackLog log = open(folder)) {
      Entries.append(log, 1, last);
      log.drainTo(drained);
      log.awaitIdle();
    }
  }

  private Path copy() throws IOException {
    Path copy = temporary.resolve("copy" + ++copies);
    Files.createDirectories(copy);
    for (Path file : files.list(folder)) {
      Files.copy(file, copy.resolve(file.getFileName()));
    }
    return copy;
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      for (Path file : all.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(folder);
  }

  private static List<Path> segments(Path folder) throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      return all.filter(p -> p.getFileName().toString().startsWith("segment")).sorted().toList();
    }
  }

  /** What the log serves must be right, from its first entry to its last. */
  private static long lastRight(FallbackLog log) {
    long last = log.lastSequence();
    for (long s = Math.max(1, log.firstSequence()); s <= last; s++) {
      assertThat(log.read(s).orElseThrow()).isEqualTo(Entries.payload(s));
      assertThat(Entries.find(log, Entries.key(s))).containsExactly(new Entries.Hit(s, 8));
    }
    return last;
  }

  /** An inspection tells what an open will serve and changes nothing. */
  private Map<Long, byte[]> inspect(Path at) throws IOException {
    Map<String, ByteBuffer> before = contents(at);
    Map<Long, byte[]> entries = new TreeMap<>();
    LogInspector.inspect(
        at, files, (sequence, payload, f, offset) -> entries.put(sequence, payload));
    assertThat(contents(at)).isEqualTo(before);
    return entries;
  }

  private static Map<String, ByteBuffer> contents(Path folder) throws IOException {
    Map<String, ByteBuffer> contents = new TreeMap<>();
    try (Stream<Path> all = Files.list(folder)) {
      for (Path file : all.toList()) {
        contents.put(file.getFileName().toString(), ByteBuffer.wrap(Files.readAllBytes(file)));
      }
    }
    return contents;
  }

  @Test
  void shouldCutATornTailAtEveryByteOfAnEntry() throws IOException {
    write(3, 0);
    try (FallbackLog log = open(folder)) {
      log.append(Entries.entry(4, 0, 20));
      log.awaitIdle();
    }
    byte[] whole = Files.readAllBytes(segments(folder).get(0));
    int from = whole.length;
    while (from > 0 && whole[from - 1] == 0) {
      from--;
    }
    int entry = SegmentHeader.BYTES;
    ByteBuffer bytes = ByteBuffer.wrap(whole).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 1; i < 4; i++) {
      entry = EntryFormat.end(bytes, entry);
    }
    for (int cut = entry; cut < from; cut++) {
      Path copy = copy();
      byte[] torn = whole.clone();
      Arrays.fill(torn, cut, torn.length, (byte) 0);
      Files.write(segments(copy).get(0), torn);
      assertThat(inspect(copy).keySet()).containsExactly(1L, 2L, 3L);
      try (FallbackLog log = open(copy)) {
        assertThat(log.damage())
            .allMatch(d -> d.kind() == Damage.Kind.TORN_TAIL)
            .hasSize(cut == entry ? 0 : 1);
        assertThat(lastRight(log)).isEqualTo(3);
        log.append(Entries.entry(4));
        assertThat(lastRight(log)).isEqualTo(4);
      }
      try (FallbackLog log = open(copy)) {
        assertThat(log.damage()).isEmpty();
        assertThat(lastRight(log)).isEqualTo(4);
      }
      delete(copy);
    }
  }

  @Test
  void shouldNeverServeWrongDataWhateverBitIsFlipped() throws IOException {
    write(24, 3);
    for (Path segment : segments(folder)) {
      byte[] right = Files.readAllBytes(segment);
      int used = right.length;
      while (used > 0 && right[used - 1] == 0) {
        used--;
      }
      for (int at = 0; at < used; at += at < 120 || at % 4096 < 40 ? 1 : 97) {
        Path copy = copy();
        byte[] wrong = right.clone();
        wrong[at] ^= (byte) (1 << (at & 7));
        Files.write(copy.resolve(segment.getFileName()), wrong);
        int inspected = inspect(copy).size();
        try (FallbackLog log = open(copy)) {
          long last = lastRight(log);
          assertThat(inspected).isEqualTo((int) log.stats().entries());
          if (last < 24) {
            assertThat(log.damage()).isNotEmpty();
            Damage damage = log.damage().get(0);
            assertThat(damage.file()).exists();
          }
          if (last > 0) {
            Entries.append(log, last + 1, 24);
            assertThat(lastRight(log)).isEqualTo(24);
          }
        }
        delete(copy);
      }
    }
  }

  @Test
  void shouldNeverPassOverAnEntryWhateverBitOfTheCursorIsFlipped() throws IOException {
    write(24, 10);
    byte[] right = Files.readAllBytes(folder.resolve("cursor"));
    for (int slot : new int[] {0, 4096}) {
      for (int at = slot; at < slot + 32; at++) {
        Path copy = copy();
        byte[] wrong = right.clone();
        wrong[at] ^= (byte) (1 << (at & 7));
        Files.write(copy.resolve("cursor"), wrong);
        try (FallbackLog log = open(copy)) {
          assertThat(log.drainedThrough()).isLessThanOrEqualTo(10);
          assertThat(lastRight(log)).isEqualTo(24);
        }
        delete(copy);
      }
    }
  }

  @Test
  void shouldEndAtDamageAndKeepTheRestAside() throws IOException {
    write(24, 0);
    List<Path> segments = segments(folder);
    Path broken = segments.get(1);
    byte[] bytes = Files.readAllBytes(broken);
    bytes[3000] ^= 1;
    Files.write(broken, bytes);
    long last;
    try (FallbackLog log = open(folder)) {
      last = lastRight(log);
      assertThat(last).isBetween(2L, 23L);
      assertThat(log.damage()).hasSize(1);
      Damage damage = log.damage().get(0);
      assertThat(damage.kind()).isEqualTo(Damage.Kind.DAMAGED);
      assertThat(damage.offset()).isBetween(64L, 3000L);
      assertThat(Files.readAllBytes(damage.file())).isEqualTo(bytes);
      assertThat(damage.what()).contains("entry " + (last + 1));
      Entries.append(log, last + 1, 60);
      log.drainTo(60);
      log.trimTo(60);
    }
    try (FallbackLog log = open(folder)) {
      assertThat(log.damage()).isEmpty();
      assertThat(lastRight(log)).isEqualTo(60);
    }
    assertThat(segments(folder))
        .extracting(p -> p.getFileName().toString())
        .contains(broken.getFileName().toString().replace(".log", ".damaged.log") + ".aside");
  }

  /** Files are renamed only around damage; the rename that failed is made at the next open. */
  @Test
  void shouldEndAtTheSameDamageThoughARenameFails() throws IOException {
    write(24, 0);
    Path broken = segments(folder).get(1);
    byte[] bytes = Files.readAllBytes(broken);
    bytes[3000] ^= 1;
    Files.write(broken, bytes);
    long last = 0;
    boolean failed = true;
    for (int n = 0; failed || n == 1; n++) {
      Path copy = copy();
      FaultyFileIo seam = new FaultyFileIo(files);
      if (n > 0) {
        seam.failNth(Call.RENAME, n, false);
        try (FallbackLog log = FallbackLog.open(Entries.config(copy), seam)) {
          assertThat(log.lastSequence()).isEqualTo(last);
        } catch (FallbackLogException.Io e) {
          assertThat(e).hasMessageContaining("made by the test");
        }
      }
      failed = n == 0 || seam.calls(Call.RENAME) >= n;
      assertThat(failed || n > 1).as("a rename").isTrue();
      try (FallbackLog log = open(copy)) {
        last = n == 0 ? lastRight(log) : last;
        assertThat(lastRight(log)).isEqualTo(last).isBetween(2L, 23L);
      }
    }
  }

  @Test
  void shouldOpenASegmentThatWasCutOffBehindItsEntries() throws IOException {
    write(24, 0);
    Path cut = segments(folder).get(0);
    byte[] bytes = Files.readAllBytes(cut);
    int end = SegmentHeader.BYTES;
    ByteBuffer content = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    while (EntryFormat.headerValid(content, end, content.getLong(24))) {
      end = EntryFormat.end(content, end);
    }
    for (int left : new int[] {end, end + 8, end + 60}) {
      Path copy = copy();
      Files.write(copy.resolve(cut.getFileName()), Arrays.copyOf(bytes, left));
      try (FallbackLog log = open(copy)) {
        assertThat(lastRight(log)).isEqualTo(24);
        Entries.append(log, 25, 60);
        assertThat(lastRight(log)).isEqualTo(60);
      }
    }
  }

  @Test
  void shouldReportAMissingSegment() throws IOException {
    write(40, 0);
    Files.delete(segments(folder).get(2));
    try (FallbackLog log = open(folder)) {
      assertThat(lastRight(log)).isLessThan(39);
      assertThat(log.damage()).hasSize(1);
      assertThat(log.damage().get(0).what()).contains("are missing");
    }
  }

  @Test
  void shouldReportMissingUndrainedEntriesBeforeTheFirst() throws IOException {
    write(40, 1);
    Files.delete(segments(folder).get(0));
    try (FallbackLog log = open(folder)) {
      assertThat(lastRight(log)).isEqualTo(40);
      assertThat(log.damage()).hasSize(1);
      assertThat(log.damage().get(0).what()).contains("entries 2 to").contains("not drained");
    }
  }

  @Test
  void shouldGoOnBehindDamageThatWasDrained() throws IOException {
    write(40, 35);
    Path broken = segments(folder).get(0);
    byte[] bytes = Files.readAllBytes(broken);
    bytes[200] ^= 1;
    Files.write(broken, bytes);
    try (FallbackLog log = open(folder)) {
      assertThat(lastRight(log)).isEqualTo(40);
      assertThat(log.firstSequence()).isGreaterThan(1);
      assertThat(log.drainedThrough()).isEqualTo(35);
      assertThat(log.damage()).hasSize(1);
      assertThat(log.damage().get(0).what()).contains("drained");
      assertThat(log.damage().get(0).file()).exists();
    }
  }

  @Test
  void shouldNotTakeAnAcknowledgedEntryForATornTail() throws IOException {
    write(6, 0);
    Path segment = segments(folder).get(0);
    byte[] bytes = Files.readAllBytes(segment);
    bytes[SegmentHeader.BYTES + 100] ^= 1;
    Files.write(segment, bytes);
    try (FallbackLog log = open(folder)) {
      assertThat(log.lastSequence()).isZero();
      assertThat(log.damage().get(0).kind()).isEqualTo(Damage.Kind.DAMAGED);
    }
  }

  @Test
  void shouldSayDamagedWhenAnEntryChangesUnderTheOpenLog() throws IOException {
    try (FallbackLog log = open(folder)) {
      Entries.append(log, 1, 3);
      Path segment = segments(folder).get(0);
      byte[] bytes = Files.readAllBytes(segment);
      try (java.io.RandomAccessFile file = new java.io.RandomAccessFile(segment.toFile(), "rw")) {
        file.seek(SegmentHeader.BYTES + 100);
        file.write(bytes[SegmentHeader.BYTES + 100] ^ 1);
      }
      assertThatThrownBy(() -> log.read(1))
          .isInstanceOfSatisfying(
              FallbackLogException.Damaged.class,
              e -> {
                assertThat(e.file()).isEqualTo(segment);
                assertThat(e.offset()).isEqualTo(SegmentHeader.BYTES);
              });
      assertThat(log.read(2)).isPresent();
    }
  }

  @Test
  void shouldRefuseASegmentOfANewerFormat() throws IOException {
    write(3, 0);
    Path segment = segments(folder).get(0);
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(segment)).order(ByteOrder.LITTLE_ENDIAN);
    SegmentHeader header = SegmentHeader.decode(bytes);
    new SegmentHeader(2, header.id(), header.first(), header.salt()).encode(bytes);
    Files.write(segment, bytes.array());
    assertThatThrownBy(() -> open(folder))
        .isInstanceOf(FallbackLogException.Incompatible.class)
        .hasMessageContaining(folder.toString())
        .hasMessageContaining("format 2")
        .hasMessageContaining("knows 1");
    assertThat(Files.readAllBytes(segment)).isEqualTo(bytes.array());
  }

  @Test
  void shouldInspectAFolderThatIsNotThere() {
    List<Long> seen = new ArrayList<>();
    LogInspector.Report report =
        LogInspector.inspect(
            folder.resolve("absent"), files, (sequence, p, f, o) -> seen.add(sequence));
    assertThat(report.damage()).isEmpty();
    assertThat(seen).isEmpty();
  }

  @Test
  void shouldLetAForgedEntryInsideAPayloadProveNothing() throws IOException {
    byte[] forged = new byte[400];
    ByteBuffer bytes = ByteBuffer.wrap(forged).order(ByteOrder.LITTLE_ENDIAN);
    EntryFormat.encode(LogEntry.of(99, new byte[100]), bytes, 0, 0, 98);
    try (FallbackLog log = open(folder)) {
      log.append(LogEntry.of(1, new byte[10]));
      log.append(LogEntry.of(2, forged));
    }
    Path segment = segments(folder).get(0);
    byte[] torn = Files.readAllBytes(segment);
    torn[(int) (SegmentHeader.BYTES + EntryFormat.bytes(10, 0)) + 4] ^= 1;
    Files.write(segment, torn);
    try (FallbackLog log = open(folder)) {
      assertThat(log.lastSequence()).isEqualTo(1);
      assertThat(log.damage()).extracting(Damage::kind).containsExactly(Damage.Kind.TORN_TAIL);
    }
  }
}
