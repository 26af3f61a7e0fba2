package dev.varve.storage.pending;

import static dev.varve.storage.fixture.PendingTasks.accepted;
import static dev.varve.storage.fixture.PendingTasks.committed;
import static dev.varve.storage.fixture.PendingTasks.committedTask;
import static dev.varve.storage.fixture.PendingTasks.dropped;
import static dev.varve.storage.fixture.PendingTasks.failed;
import static dev.varve.storage.fixture.PendingTasks.failedTask;
import static dev.varve.storage.fixture.PendingTasks.followed;
import static dev.varve.storage.fixture.PendingTasks.task;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import dev.varve.fallback.Damage;
import dev.varve.fallback.FallbackLog;
import dev.varve.fallback.LogEntry;
import dev.varve.fallback.LogInspector;
import dev.varve.fallback.io.FaultyFileIo;
import dev.varve.fallback.io.RealFileIo;
import dev.varve.storage.PendingChange;
import dev.varve.storage.PendingContents;
import dev.varve.storage.PendingTask;
import dev.varve.storage.StorageException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Logs whose bytes are not as they were written. */
class LogPendingStoreDamageTest {
  private static final int SEGMENT_BYTES = 8192;

  @TempDir Path temporary;
  private final RealFileIo files = new RealFileIo();
  private final Map<Long, Place> places = new TreeMap<>();
  private Path folder;

  private record Place(Path file, long offset) {}

  @BeforeEach
  void setUp() {
    folder = temporary.resolve("log");
  }

  private static PendingLogConfig config(Path folder) {
    return new PendingLogConfig(folder, 64L * SEGMENT_BYTES, SEGMENT_BYTES, 0);
  }

  private LogPendingStore open() {
    return LogPendingStore.open(config(folder), files);
  }

  /** Entry n accepts task n; the next ones fail 2, commit 3 and drop 4. */
  private void write(int tasks) {
    try (LogPendingStore store = open()) {
      for (long id = 1; id <= tasks; id++) {
        assertThat(store.nextId()).isEqualTo(id);
        store.write(List.of(accepted(id)));
      }
      store.write(List.of(failed(2)));
      store.write(List.of(committed(3), followed(77)));
      store.write(List.of(dropped(4)));
    }
    LogInspector.inspect(
        folder, files, (sequence, payload, file, at) -> places.put(sequence, new Place(file, at)));
  }

  private void damage(long sequence) throws IOException {
    flip(places.get(sequence).file, places.get(sequence).offset + 60);
  }

  private static void flip(Path path, long at) throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
      file.seek(at);
      int before = file.read();
      file.seek(at);
      file.write(before ^ 1);
    }
  }

  private Map<String, String> bytes() throws IOException {
    Map<String, String> bytes = new TreeMap<>();
    try (Stream<Path> all = Files.list(folder)) {
      for (Path file : all.toList()) {
        bytes.put(file.getFileName().toString(), Arrays.toString(Files.readAllBytes(file)));
      }
    }
    return bytes;
  }

  private static List<PendingTask> tasks(LongStream ids) {
    return ids.mapToObj(id -> task(id)).toList();
  }

  @Test
  void shouldRefuseDamageToWhatWasAcknowledgedAndChangeNothing() throws IOException {
    write(100);
    damage(50);
    Map<String, String> before = bytes();
    assertThatThrownBy(this::open)
        .asInstanceOf(type(StorageException.Corruption.class))
        .satisfies(
            e -> {
              assertThat(e.path()).isEqualTo(places.get(50L).file);
              assertThat(e.offset()).hasValue(places.get(50L).offset);
              assertThat(e).hasMessageContaining("entry 50 does not read back");
            });
    assertThat(bytes()).isEqualTo(before);
  }

  @Test
  void shouldInspectWithoutAChange() throws IOException {
    write(100);
    Map<String, String> before = bytes();
    PendingLogInspector.Report whole = PendingLogInspector.inspect(folder, files);
    assertThat(whole.contents().tasks()).hasSize(97);
    assertThat(whole.contents().failed()).containsExactly(failedTask(2));
    assertThat(whole.contents().committed()).containsExactly(committedTask(3));
    assertThat(whole.contents().followed()).isEqualTo(77);
    assertThat(whole.lastId()).isEqualTo(100);
    assertThat(whole.entries()).isEqualTo(103);
    assertThat(whole.damage()).isEmpty();
    assertThat(whole.loss()).isEmpty();
    assertThat(bytes()).isEqualTo(before);
  }

  @Test
  void shouldTellDamageAndWhatIsLeft() throws IOException {
    write(100);
    damage(50);
    PendingLogInspector.Report report = PendingLogInspector.inspect(folder, files);
    assertThat(report.contents().tasks()).isEqualTo(tasks(LongStream.rangeClosed(1, 49)));
    assertThat(report.loss().orElseThrow().offset()).isEqualTo(places.get(50L).offset);
    assertThat(report.damage()).extracting(Damage::kind).containsExactly(Damage.Kind.DAMAGED);
  }

  @Test
  void shouldHoldNothingInAFolderThatIsMissing() {
    PendingLogInspector.Report report = PendingLogInspector.inspect(folder, files);
    assertThat(report.contents().tasks()).isEmpty();
    assertThat(report.damage()).isEmpty();
    assertThat(folder).doesNotExist();
  }

  @Test
  void shouldSalvageWhatIsBeforeAndBehindTheDamage() throws IOException {
    write(100);
    damage(50);
    damage(70);
    damage(103); // dropped(4)
    Map<String, String> before = bytes();
    Path other = temporary.resolve("other");
    PendingContents found = PendingLogInspector.salvage(folder, config(other), files);
    assertThat(bytes()).isEqualTo(before);
    assertThat(found.tasks())
        .isEqualTo(
            tasks(
                LongStream.rangeClosed(1, 100)
                    .filter(id -> id != 2 && id != 3 && id != 50 && id != 70)));
    assertThat(found.failed()).containsExactly(failedTask(2));
    assertThat(found.committed()).containsExactly(committedTask(3));
    assertThat(found.followed()).isEqualTo(77);
    try (LogPendingStore store = LogPendingStore.open(config(other), files)) {
      assertThat(store.contents()).isEqualTo(found);
      assertThat(store.nextId()).isGreaterThan(1L << 36);
      store.write(List.of(dropped(1)));
    }
    assertThatThrownBy(() -> PendingLogInspector.salvage(folder, config(other), files))
        .isInstanceOf(StorageException.Incompatible.class)
        .hasMessageContaining("is in use");
  }

  @Test
  void shouldTakeATornTailForAWriteThatWasNeverAcknowledged() throws IOException {
    write(100);
    damage(103); // the last one, dropped(4)
    try (LogPendingStore store = open()) {
      assertThat(store.contents().tasks()).contains(task(4)).hasSize(98);
    }
  }

  @Test
  void shouldPassOverDamageToWhatIsDone() throws IOException {
    FaultyFileIo noDeletes = new FaultyFileIo(files);
    noDeletes.failAll(FaultyFileIo.Call.DELETE, false);
    try (LogPendingStore store = LogPendingStore.open(config(folder), noDeletes)) {
      List<PendingChange> done = new ArrayList<>();
      for (long id = 1; id <= 200; id++) {
        store.write(List.of(accepted(id)));
        done.add(dropped(id));
      }
      store.write(done.subList(0, 199));
    }
    LogInspector.inspect(
        folder, files, (sequence, payload, file, at) -> places.put(sequence, new Place(file, at)));
    assertThat(places.get(1L).file).isNotEqualTo(places.get(200L).file);
    damage(2);
    PendingLogInspector.Report report = PendingLogInspector.inspect(folder, files);
    assertThat(report.damage()).extracting(Damage::kind).contains(Damage.Kind.DAMAGED);
    assertThat(report.loss()).isEmpty();
    try (LogPendingStore store = open()) {
      assertThat(store.contents().tasks()).containsExactly(task(200));
      assertThat(store.nextId()).isEqualTo(201);
    }
  }

  @Test
  void shouldTellAnEntryThatIsWholeAndNoRecords() {
    try (FallbackLog log = FallbackLog.open(config(folder).log(), files)) {
      log.append(LogEntry.of(1, PendingCodec.encode(new PendingCodec.Entry(1, 0, List.of()))));
      byte[] payload =
          PendingCodec.encode(new PendingCodec.Entry(1, 0, List.of(new PendingRecord.Dropped(1))));
      payload[PendingCodec.HEADER_BYTES] = 9;
      log.append(LogEntry.of(2, payload));
    }
    assertThatThrownBy(this::open)
        .asInstanceOf(type(StorageException.Corruption.class))
        .satisfies(
            e -> {
              assertThat(e.path()).isEqualTo(folder.resolve("segment-0000000001.log"));
              assertThat(e).hasMessageContaining("there is no record type 9");
            });
  }
}
