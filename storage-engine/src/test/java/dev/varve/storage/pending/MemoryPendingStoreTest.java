package dev.varve.storage.pending;

import static dev.varve.storage.fixture.PendingTasks.accepted;
import static dev.varve.storage.fixture.PendingTasks.committed;
import static dev.varve.storage.fixture.PendingTasks.dropped;
import static dev.varve.storage.fixture.PendingTasks.failed;
import static dev.varve.storage.fixture.PendingTasks.forgotten;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.varve.storage.PendingStore;
import dev.varve.storage.PendingStoreContract;
import java.util.List;
import org.junit.jupiter.api.Test;

class MemoryPendingStoreTest extends PendingStoreContract {
  @Override
  protected PendingStore open() {
    return openBounded(64 << 20);
  }

  @Override
  protected PendingStore openBounded(long boundBytes) {
    return new MemoryPendingStore(boundBytes);
  }

  @Override
  protected long leastBoundBytes() {
    return 10_000;
  }

  @Test
  void shouldCountNoByteOfWhatIsGone() {
    try (PendingStore store = open()) {
      store.write(List.of(accepted(1), accepted(2), accepted(3), accepted(6)));
      long held = store.stats().bytes();
      store.write(List.of(failed(1), failed(2), failed(2)));
      assertThat(store.stats().bytes()).isGreaterThan(held);
      store.write(List.of(dropped(1), dropped(2), committed(3)));
      assertThat(store.stats().bytes()).isPositive().isLessThan(held);
      store.write(List.of(forgotten(3), committed(6), forgotten(6)));
      assertThat(store.stats().bytes()).isZero();
    }
  }

  @Test
  void shouldRefuseABoundOfNothing() {
    assertThatThrownBy(() -> new MemoryPendingStore(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("boundBytes is 0, allowed is 1 up");
  }
}
