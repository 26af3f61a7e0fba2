package dev.varve.storage.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.varve.storage.BlockBatch;
import dev.varve.storage.MemoryStore;
import dev.varve.storage.StorageException;
import dev.varve.storage.disk.rocksdb.RocksDbConfig;
import dev.varve.storage.disk.rocksdb.RocksDbStore;
import dev.varve.storage.fixture.BatchBuilder;
import dev.varve.storage.fixture.Logs;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TieredEngineTest {
  @TempDir Path folder;
  private RocksDbStore disk;
  private TieredEngine engine;
  private final HeapMemoryStore memory = new HeapMemoryStore();
  private final CountDownLatch ready = new CountDownLatch(1);

  private void open(Supplier<MemoryStore> source, EngineConfig config) {
    disk = RocksDbStore.open(folder.resolve("store"), RocksDbConfig.defaults());
    engine =
        TieredEngine.open(
            disk,
            Logs.forced(folder.resolve("log")),
            source,
            () -> Logs.bridge(folder.resolve("bridge")),
            config);
  }

  private void open() {
    open(() -> memory, EngineConfig.of(DiskPolicy.THROUGH));
    engine.awaitFilled();
  }

  @AfterEach
  void close() {
    ready.countDown();
    engine.close();
  }

  private static ByteString utf8(String text) {
    return ByteString.copyFromUtf8(text);
  }

  @Test
  void shouldReadACommittedBlockBeforeAndAfterMemoryIsFilled() {
    open();
    BlockBatch batch = BatchBuilder.random(1, 130, 50, new Random(3)).build();
    engine.commit(batch);
    requireHeld(batch);
    engine.awaitFilled();
    assertThat(memory.entries()).isNotEmpty();
    requireHeld(batch);
    assertThat(engine.applied().getHeight()).isEqualTo(1);
  }

  @Test
  void shouldCommitTheBlockThatIsDecidedWhateverWasPrepared() {
    open(() -> memory, EngineConfig.of(DiskPolicy.BEHIND));
    for (int height = 1; height <= 6; height++) {
      BlockBatch batch = BatchBuilder.random(height, 130, 50, new Random(height)).build();
      BlockBatch other = BatchBuilder.random(height, 7, 50, new Random(-height)).build();
      BlockBatch past = BatchBuilder.random(height + 1, 7, 50, new Random(-height)).build();
      switch (height % 3) {
        case 0 -> engine.prepare(BatchBuilder.draftOf(batch));
        case 1 -> engine.prepare(BatchBuilder.draftOf(other));
        default -> {
          engine.prepare(BatchBuilder.draftOf(batch));
          engine.prepare(BatchBuilder.draftOf(past));
        }
      }
      engine.commit(batch);
      engine.commit(batch); // compared with what the log has
      requireHeld(batch);
    }
    close();
    open();
    assertThat(engine.applied().getHeight()).isEqualTo(6);
    requireHeld(BatchBuilder.random(6, 130, 50, new Random(6)).build());
  }

  private void requireHeld(BlockBatch batch) {
    assertThat(engine.block(batch.height())).contains(batch.block());
    for (int i = 0; i < batch.txs().size(); i++) {
      assertThat(engine.transaction(batch.height(), i)).contains(batch.txs().get(i));
      assertThat(engine.result(batch.height(), i)).contains(batch.results().get(i));
      assertThat(engine.log(batch.height(), i)).contains(batch.logs().get(i));
      int index = i;
      assertThat(engine.locate(batch.txHashes().get(i)))
          .hasValueSatisfying(at -> assertThat(at.getIndex()).isEqualTo(index));
    }
    batch
        .stateWrites()
        .forEach(
            write ->
                assertThat(engine.state(write.key()).map(state -> state.getValue()))
                    .isEqualTo(java.util.Optional.ofNullable(write.value())));
    int past = batch.txs().size();
    assertThat(engine.transaction(batch.height(), past)).isEmpty();
    assertThat(engine.result(batch.height(), -1)).isEmpty();
    assertThat(engine.log(batch.height() + 1, 0)).isEmpty();
  }

  @Test
  void shouldWorkWhileMemoryIsBeingCreated() {
    open(
        () -> {
          await(ready);
          return memory;
        },
        new EngineConfig(
            DiskPolicy.BEHIND, 2, 2, 1 << 20, Duration.ofSeconds(1), Duration.ZERO, Duration.ZERO));
    for (int height = 1; height <= 5; height++) {
      BlockBatch batch = BatchBuilder.random(height, 3, 50, new Random(height)).build();
      engine.commit(batch);
      requireHeld(batch);
    }
    assertThat(engine.status().memoryState()).isEqualTo("starting");
    ready.countDown();
    engine.awaitFilled();
    assertThat(engine.status().memoryState()).isEqualTo("up");
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  @Test
  void shouldNotAnswerFromMemoryWhatDiskDropped() {
    open();
    for (int height = 1; height <= 5; height++) {
      engine.commit(BatchBuilder.random(height, 3, 50, new Random(height)).build());
    }
    engine.awaitFilled();
    Map<String, byte[]> copies = new HashMap<>(memory.entries());
    engine.close();
    RocksDbConfig config = RocksDbConfig.defaults().withHistoryBlocks(1).withRetainBlocks(2);
    try (RocksDbStore store = RocksDbStore.open(folder.resolve("store"), config)) {
      while (store.prune()) {
        assertThat(store.chainFloor()).isEqualTo(4);
      }
    }
    open();
    memory.entries().putAll(copies);
    assertThatThrownBy(() -> engine.block(3))
        .isInstanceOf(StorageException.Pruned.class)
        .hasMessage("block 3 is not kept any more, the lowest height kept is 4");
    assertThatThrownBy(() -> engine.transaction(1, 0)).isInstanceOf(StorageException.Pruned.class);
    assertThatThrownBy(() -> engine.result(1, 0)).isInstanceOf(StorageException.Pruned.class);
    assertThatThrownBy(() -> engine.log(1, 0)).isInstanceOf(StorageException.Pruned.class);
    requireHeld(BatchBuilder.random(5, 3, 50, new Random(5)).build());
    assertThat(engine.status().chainFloor()).isEqualTo(4);
  }

  @Test
  void shouldPutBackWhatMemoryLacked() {
    open();
    BlockBatch batch = BatchBuilder.random(1, 3, 50, new Random(3)).build();
    engine.commit(batch);
    engine.awaitFilled();
    memory.clear();
    requireHeld(batch);
    engine.awaitFilled();
    assertThat(memory.entries()).isNotEmpty();
    requireHeld(batch);
  }

  @Test
  void shouldAnswerFromDiskWhenTheCopyInMemoryIsDamaged() {
    open();
    BlockBatch batch = BatchBuilder.random(1, 3, 50, new Random(3)).build();
    engine.commit(batch);
    engine.awaitFilled();
    memory.entries().values().forEach(value -> value[value.length - 1] ^= 1);
    requireHeld(batch);
    // A record may be read again before the filling thread has dropped it: each read counts.
    assertThat(engine.memoryCorruptions()).isPositive();
    engine.awaitFilled();
    long before = engine.memoryCorruptions();
    requireHeld(batch);
    assertThat(engine.memoryCorruptions()).isEqualTo(before);
  }

  @Test
  void shouldGoOnFromDiskWhenMemoryFails() {
    MemoryStore failing =
        new HeapMemoryStore() {
          @Override
          public void put(byte[] key, byte[] value) {
            throw new IllegalStateException("injected");
          }
        };
    open(() -> failing, EngineConfig.of(DiskPolicy.THROUGH));
    engine.awaitFilled();
    for (int height = 1; height <= 3; height++) {
      BlockBatch batch = BatchBuilder.random(height, 3, 50, new Random(height)).build();
      engine.commit(batch);
      engine.awaitFilled();
      requireHeld(batch);
    }
    assertThat(engine.status().memoryState()).startsWith("down").contains("injected");
  }

  @Test
  void shouldGoOnFromDiskWhenMemoryCannotBeCreated() {
    open(
        () -> {
          throw new IllegalStateException("no room");
        },
        EngineConfig.of(DiskPolicy.THROUGH));
    engine.awaitFilled();
    BlockBatch batch = BatchBuilder.random(1, 3, 50, new Random(1)).build();
    engine.commit(batch);
    requireHeld(batch);
    assertThat(engine.status().memoryState()).startsWith("down").contains("no room");
  }

  @Test
  void shouldSeeEarlierSuccessThroughALaterFailure() {
    open();
    engine.commit(BatchBuilder.at(1).tx("a=1", 0).build());
    engine.awaitFilled();
    engine.commit(BatchBuilder.at(2).tx("a=1", 1).build());
    ByteString hash = BatchBuilder.sha256(utf8("a=1"));
    assertThat(engine.locate(hash).orElseThrow().getHeight()).isEqualTo(1);
    engine.awaitFilled();
    assertThat(engine.locate(hash).orElseThrow().getHeight()).isEqualTo(1);
  }

  @Test
  void shouldSkipTheSameHeightAndGoOn() {
    open();
    engine.commit(BatchBuilder.at(1).write("sa", "1").build());
    engine.commit(BatchBuilder.at(1).write("sa", "1").build());
    assertThatThrownBy(() -> engine.commit(BatchBuilder.at(1).write("sa", "2").build()))
        .isInstanceOf(IllegalStateException.class);
    engine.commit(BatchBuilder.at(2).write("sa", "3").build());
    assertThat(engine.state(utf8("sa")).orElseThrow().getValue()).isEqualTo(utf8("3"));
  }

  @Test
  void shouldAnswerClosedAfterClose() {
    open();
    engine.close();
    assertThatThrownBy(() -> engine.block(1)).isInstanceOf(StorageException.Closed.class);
    assertThatThrownBy(() -> engine.commit(BatchBuilder.at(1).build()))
        .isInstanceOf(StorageException.Closed.class);
  }
}
