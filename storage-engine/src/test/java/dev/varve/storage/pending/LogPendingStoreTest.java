package dev.varve.storage.pending;

import static dev.varve.storage.fixture.PendingTasks.accepted;
import static dev.varve.storage.fixture.PendingTasks.dropped;
import static dev.varve.storage.fixture.PendingTasks.task;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.varve.fallback.FallbackLog;
import dev.varve.fallback.LogEntry;
import dev.varve.fallback.io.RealFileIo;
import dev.varve.storage.PendingChange;
import dev.varve.storage.PendingStore;
import dev.varve.storage.PendingStoreContract;
import dev.varve.storage.StorageException;
import dev.varve.storage.fixture.Logs;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogPendingStoreTest extends PendingStoreContract {
  private static final int SEGMENT_BYTES = 32 << 10;

  @TempDir Path temporary;

  @Override
  protected PendingStore open() {
    return openBounded(16 << 20);
  }

  @Override
  protected PendingStore openBounded(long boundBytes) {
    return LogPendingStore.open(
        new PendingLogConfig(temporary.resolve("log"), boundBytes, SEGMENT_BYTES, 0),
        new RealFileIo());
  }

  @Override
  protected long leastBoundBytes() {
    return (long) PendingLogConfig.MIN_SEGMENTS * SEGMENT_BYTES;
  }

  @Test
  void shouldForceOnceForAllChangesOfAWrite() {
    try (PendingStore store = open()) {
      List<PendingChange> many = new ArrayList<>();
      for (int id = 1; id <= 100; id++) {
        many.add(accepted(id));
      }
      store.write(many);
      assertThat(store.stats().forces()).isEqualTo(1);
      store.write(List.of(dropped(1000)));
      assertThat(store.stats().forces()).isEqualTo(1);
    }
  }

  @Test
  void shouldRefuseALogOfAnotherOwner() {
    Path folder = temporary.resolve("log");
    try (FallbackLog other = Logs.forced(folder)) {
      other.append(LogEntry.of(1, new byte[] {1, 0, 0, 0, 0, 0, 0, 0}));
    }
    assertThatThrownBy(this::open)
        .isInstanceOf(StorageException.Incompatible.class)
        .hasMessageContaining("begins with 5001, this one with 0100");
  }

  @Test
  void shouldLetGoOfWhatWasThereWithTheFirstWrite() {
    try (PendingStore store = open()) {
      store.write(List.of(accepted(1)));
      assertThatThrownBy(store::contents).isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void shouldRefuseToAcceptATaskTwice() {
    try (PendingStore store = open()) {
      store.write(List.of(accepted(1)));
      assertThatThrownBy(() -> store.write(List.of(accepted(2), accepted(1))))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("task 1 was accepted before");
    }
    try (PendingStore store = open()) {
      assertThat(store.contents().tasks()).containsExactly(task(1));
    }
  }
}
