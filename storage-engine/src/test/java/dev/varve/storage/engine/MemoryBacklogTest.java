package dev.varve.storage.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.varve.fallback.io.RealFileIo;
import dev.varve.storage.BlockBatch;
import dev.varve.storage.fault.ChainModel;
import dev.varve.storage.fault.Seeds;
import dev.varve.storage.fault.StoreKind;
import dev.varve.storage.fixture.BatchBuilder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A memory store that is far behind the blocks, and catches up. */
class MemoryBacklogTest {
  @TempDir Path folder;
  private final ChainModel model = new ChainModel(new Random(Seeds.seed(MemoryBacklogTest.class)));
  private final CountDownLatch goOn = new CountDownLatch(1);
  private final AtomicInteger cleared = new AtomicInteger();
  private FaultHome home;

  private void open(int pending, long maxUndrainedBytes) {
    home =
        new FaultHome(folder, StoreKind.ROCKSDB, DiskPolicy.BEHIND, new RealFileIo())
            .withLogSegments(4096)
            .with(
                new EngineConfig(
                    DiskPolicy.BEHIND,
                    pending,
                    8,
                    maxUndrainedBytes,
                    Duration.ofSeconds(1),
                    Duration.ZERO,
                    Duration.ZERO))
            .open();
    home.engine().awaitFilled();
  }

  @AfterEach
  void close() {
    goOn.countDown();
    home.close();
  }

  private void commit(int blocks) {
    for (int i = 0; i < blocks; i++) {
      BlockBatch batch = model.next();
      home.engine().commit(batch);
      model.acknowledged(batch);
    }
  }

  /** The filling thread comes no further than its next record. */
  private void stall() {
    home.onMemory(
        (method, args) -> {
          if (method.equals("clear")) {
            cleared.incrementAndGet();
          }
          if (method.equals("put") && Thread.currentThread().getName().endsWith("-fill")) {
            goOn.await();
          }
        });
  }

  private long passedOver() {
    return home.engine().status().sync().passedOver();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 4})
  void shouldPassOverBlocksAndKeepWhatMemoryHolds(int pending) {
    open(pending, 1 << 20);
    commit(8);
    home.engine().awaitFilled();
    long before = passedOver();
    stall();
    commit(8);
    assertThat(passedOver()).isGreaterThan(before);
    model.requireAll(home.engine());
    goOn.countDown();
    home.engine().awaitFilled();
    model.requireAll(home.engine());
    commit(5);
    home.engine().awaitFilled();
    model.requireAll(home.engine());
    assertThat(cleared).as("how often memory was emptied").hasValue(0);
  }

  @Test
  void shouldDropMemoryWhenTooManyKeysWait() {
    open(4, 1 << 10);
    commit(8);
    home.engine().awaitFilled();
    stall();
    commit(30);
    model.requireAll(home.engine());
    goOn.countDown();
    home.engine().awaitFilled();
    assertThat(cleared.get()).as("how often memory was emptied").isPositive();
    commit(5);
    home.engine().awaitFilled();
    model.requireAll(home.engine());
  }

  @Test
  void shouldAskDiskForAKeyThatABlockWroteWhichWasPassedOver() {
    open(1, 1 << 20);
    write(1, "a", "old");
    home.engine().awaitFilled();
    stall();
    write(2, "b", "begun");
    write(3, "a", "new");
    write(4, "c", "waits");
    assertThat(passedOver()).isPositive();
    assertThat(value("a")).isEqualTo("new");
    goOn.countDown();
    home.engine().awaitFilled();
    assertThat(value("a")).isEqualTo("new");
  }

  private void write(long height, String key, String value) {
    home.engine().commit(BatchBuilder.at(height).write(key, value).build());
  }

  private String value(String key) {
    return home.engine()
        .state(ByteString.copyFromUtf8(key))
        .orElseThrow()
        .getValue()
        .toStringUtf8();
  }
}
