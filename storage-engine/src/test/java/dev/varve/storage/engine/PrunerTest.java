package dev.varve.storage.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.varve.storage.BlockBatch;
import dev.varve.storage.DiskStore;
import dev.varve.storage.StorageException;
import dev.varve.storage.fault.Hooked;
import dev.varve.storage.fault.Seeds;
import dev.varve.storage.fault.StoreKind;
import dev.varve.storage.fixture.BatchBuilder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PrunerTest {
  private static final int BLOCKS = 60;
  private static final int WINDOW = 8;

  @TempDir Path folder;
  private final long seed = Seeds.seed(PrunerTest.class);

  /** The first step fails, the second, and so on, until pruning ends without; so do interrupts. */
  @ParameterizedTest
  @EnumSource(StoreKind.class)
  void shouldPruneAllTheSameWhicheverStepFails(StoreKind kind) throws Exception {
    boolean failed = true;
    for (int n = 1; failed; n++) {
      AtomicInteger steps = new AtomicInteger();
      AtomicInteger atRest = new AtomicInteger();
      int nth = n;
      try (DiskStore store = kind.open(folder.resolve("store" + n), WINDOW)) {
        List<Optional<ByteString>> before = fill(store);
        DiskStore failing =
            Hooked.of(
                DiskStore.class,
                store,
                new Hooked.Hook() {
                  @Override
                  public void before(String method, Object[] args) {
                    fail(2 * steps.incrementAndGet() - 1, method);
                    Thread.currentThread().interrupt();
                  }

                  @Override
                  public void after(String method) {
                    atRest.incrementAndGet();
                    fail(2 * steps.get(), method);
                  }

                  private void fail(int point, String method) {
                    if (point == nth) {
                      throw new StorageException.Unavailable(method + ", injected", null);
                    }
                  }
                });
        Pruner pruner = new Pruner(failing, 1);
        while (atRest.get() < 6) {
          Thread.sleep(1);
        }
        pruner.close();
        assertThat(store.prune()).as("step %d, seed %d", n, seed).isFalse();
        assertThat(store.historyFloor()).isEqualTo(BLOCKS - WINDOW);
        assertThat(states(store)).as("step %d, seed %d", n, seed).isEqualTo(before);
        failed = n < 2 * 6;
      }
    }
  }

  private List<Optional<ByteString>> fill(DiskStore store) {
    Random random = new Random(seed);
    for (long height = 1; height <= BLOCKS; height++) {
      BatchBuilder batch = BatchBuilder.at(height);
      for (int i = 0; i < 3; i++) {
        batch.write("s" + random.nextInt(12), random.nextInt(3) == 0 ? null : height + "-" + i);
      }
      BlockBatch built = batch.build();
      store.apply(List.of(built));
    }
    return states(store);
  }

  private static List<Optional<ByteString>> states(DiskStore store) {
    List<Optional<ByteString>> states = new ArrayList<>();
    for (long height = BLOCKS - WINDOW; height <= BLOCKS; height++) {
      for (int key = 0; key < 12; key++) {
        ByteString name = ByteString.copyFromUtf8("s" + key);
        states.add(store.stateAt(name, height).map(record -> record.getValue()));
      }
    }
    return states;
  }
}
