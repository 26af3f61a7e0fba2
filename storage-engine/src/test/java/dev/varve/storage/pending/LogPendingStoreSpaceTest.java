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

import dev.varve.storage.PendingChange;
import dev.varve.storage.PendingContents;
import dev.varve.storage.PendingStore;
import dev.varve.storage.PendingTask;
import dev.varve.storage.StorageException;
import dev.varve.storage.fault.Seeds;
import dev.varve.storage.fixture.SmallDisk;
import dev.varve.storage.fixture.UnforcedFiles;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the log takes, whatever is stuck in it, and what it does when there is no more. */
class LogPendingStoreSpaceTest {
  private static final int SEGMENT_BYTES = 16 << 10;

  @TempDir Path temporary;

  private PendingStore open(int segments) {
    return open(temporary, segments, 0);
  }

  private static PendingStore open(Path parent, int segments, long watermark) {
    return LogPendingStore.open(
        new PendingLogConfig(
            parent.resolve("log"), (long) segments * SEGMENT_BYTES, SEGMENT_BYTES, watermark),
        UnforcedFiles.create());
  }

  private static List<PendingTask> tasks(List<Long> ids) {
    return ids.stream().map(id -> task(id)).toList();
  }

  @Test
  void shouldStayWithinAFewSegmentsThoughATaskIsStuck() {
    long most = 0;
    try (PendingStore store = open(1000)) {
      store.write(List.of(accepted(1), accepted(2), accepted(3), failed(2), committed(3)));
      for (long id = 4; id < 20_000; id += 40) {
        store.write(LongStream.range(id, id + 40).mapToObj(each -> accepted(each)).toList());
        List<PendingChange> done = new ArrayList<>(List.of(followed(id)));
        LongStream.range(id, id + 40).forEach(each -> done.add(dropped(each)));
        store.write(done);
        most = Math.max(most, store.stats().bytes());
      }
    }
    assertThat(most).isLessThanOrEqualTo(6L * SEGMENT_BYTES);
    try (PendingStore store = open(1000)) {
      PendingContents found = store.contents();
      assertThat(found.tasks()).containsExactly(task(1));
      assertThat(found.failed()).containsExactly(failedTask(2));
      assertThat(found.committed()).containsExactly(committedTask(3));
      assertThat(found.followed()).isEqualTo(19_964);
      assertThat(store.nextId()).isEqualTo(20_004);
    }
  }

  /** Some are stuck for good, the rest leaves in any order: never refused while few are held. */
  @Test
  void shouldFindRoomWhileAQuarterOfTheBoundIsHeld() {
    Random random = new Random(Seeds.seed(getClass()));
    List<Long> held = new ArrayList<>();
    try (PendingStore store = open(64)) {
      for (int i = 0; i < 600; i++) {
        List<PendingChange> changes = new ArrayList<>();
        while (held.size() > 0 && (held.size() + 20) * 160 > 16 * SEGMENT_BYTES) {
          int at = Math.max(random.nextInt(held.size()), random.nextInt(held.size()));
          changes.add(dropped(held.remove(at)));
        }
        for (int j = 0; j < 20; j++) {
          long id = store.nextId();
          held.add(id);
          changes.add(accepted(id));
        }
        store.write(changes);
      }
      assertThat(store.stats().bytes()).isLessThanOrEqualTo(64L * SEGMENT_BYTES);
    }
    try (PendingStore store = open(64)) {
      assertThat(store.contents().tasks()).isEqualTo(tasks(held));
    }
  }

  /** What a write takes away in the same entry must not be lost with what it leaves. */
  @Test
  void shouldKeepWhatStandsBehindATaskThatCameAndWent() {
    try (PendingStore store = open(16)) {
      store.write(List.of(accepted(1), dropped(1), accepted(2)));
      for (long id = 3; id < 400; id++) {
        store.write(List.of(accepted(id, 1000), dropped(id)));
      }
    }
    try (PendingStore store = open(16)) {
      assertThat(store.contents().tasks()).containsExactly(task(2));
    }
  }

  @Test
  void shouldTellWhyItIsFull() {
    try (PendingStore store = open(PendingLogConfig.MIN_SEGMENTS)) {
      assertThatThrownBy(
              () -> {
                for (long id = 1; id < 1000; id++) {
                  store.write(List.of(accepted(id)));
                }
              })
          .isInstanceOf(StorageException.DiskFull.class)
          .hasMessageContaining(temporary.resolve("log") + " is full: its files take ")
          .hasMessageContaining(" bytes of 81920, of which 32768 are kept for what frees space");
    }
  }

  @ParameterizedTest(name = "{0} segments")
  @ValueSource(ints = {PendingLogConfig.MIN_SEGMENTS, 16, 64})
  void shouldLetGoOfTasksInAnyOrderWhenItIsFull(int segments) {
    List<Long> held = new ArrayList<>();
    try (PendingStore store = open(segments)) {
      fill(store, held, 100);
      removeAllBut(store, held, 3);
      for (int i = 0; i < 50; i++) {
        long id = store.nextId();
        store.write(List.of(accepted(id)));
        held.add(id);
      }
      assertThat(store.stats().bytes()).isLessThanOrEqualTo((long) segments * SEGMENT_BYTES);
    }
    try (PendingStore store = open(segments)) {
      assertThat(store.contents().tasks()).isEqualTo(tasks(held));
    }
  }

  @Test
  void shouldComeThroughAFullDisk() throws Exception {
    try (SmallDisk disk = SmallDisk.mount(temporary, 1)) {
      List<Long> held = new ArrayList<>();
      try (PendingStore store = open(disk.folder(), 100, 0)) {
        fill(store, held, 100);
        assertThat(held).hasSizeGreaterThan(1000);
        removeAllBut(store, held, 10);
        for (int i = 0; i < 500; i++) {
          long id = store.nextId();
          store.write(List.of(accepted(id)));
          held.add(id);
        }
      }
      try (PendingStore store = open(disk.folder(), 100, 0)) {
        assertThat(store.contents().tasks()).isEqualTo(tasks(held));
      }
    }
  }

  @Test
  void shouldStopAtTheWatermarkAndGoOnAboveIt() throws Exception {
    try (SmallDisk disk = SmallDisk.mount(temporary, 2)) {
      List<Long> held = new ArrayList<>();
      try (PendingStore store = open(disk.folder(), 100, 512 << 10)) {
        disk.fillUpTo(600 << 10);
        String why = fill(store, held, 100);
        assertThat(why).contains("has no room on its disk: ").contains("watermark of 524288");
        assertThat(disk.folder().toFile().getUsableSpace()).isGreaterThanOrEqualTo(512 << 10);
        disk.free();
        long id = store.nextId();
        store.write(List.of(accepted(id)));
        held.add(id);
      }
      try (PendingStore store = open(disk.folder(), 100, 512 << 10)) {
        assertThat(store.contents().tasks()).isEqualTo(tasks(held));
      }
    }
  }

  private static String fill(PendingStore store, List<Long> held, int txBytes) {
    while (true) {
      long id = store.nextId();
      try {
        store.write(List.of(accepted(id, txBytes)));
      } catch (StorageException.DiskFull full) {
        return full.getMessage();
      }
      held.add(id);
    }
  }

  /** On the full disk; in no order that would suit the log. */
  private static void removeAllBut(PendingStore store, List<Long> held, int few) {
    Random random = new Random(Seeds.seed(LogPendingStoreSpaceTest.class));
    while (held.size() > few) {
      store.write(List.of(dropped(held.remove(random.nextInt(held.size())))));
    }
  }
}
