package dev.varve.storage.memory;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.varve.storage.MemoryStore;
import dev.varve.storage.MemoryStoreContract;
import org.junit.jupiter.api.Test;

class ChronicleMemoryStoreTest extends MemoryStoreContract {
  @Override
  protected MemoryStore create(long boundBytes) {
    return ChronicleMemoryStore.create(boundBytes);
  }

  @Test
  void shouldRefuseABoundTooSmallToWork() {
    assertThatThrownBy(() -> ChronicleMemoryStore.create(1000))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("1000")
        .hasMessageContaining(Long.toString(ChronicleMemoryStore.MIN_BOUND_BYTES));
  }
}
