package dev.varve.storage.disk.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.varve.storage.BlockBatch;
import dev.varve.storage.DiskStore;
import dev.varve.storage.engine.DiskPolicy;
import dev.varve.storage.engine.EngineConfig;
import dev.varve.storage.engine.TieredEngine;
import dev.varve.storage.fault.StoreCopy;
import dev.varve.storage.fault.StoreKind;
import dev.varve.storage.fixture.BatchBuilder;
import dev.varve.storage.fixture.Logs;
import dev.varve.storage.memory.ChronicleMemoryStore;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A cluster whose primary is replaced by a replica that lags; RocksDB stands for both. */
class ReplacedPrimaryTest {
  @TempDir Path folder;
  private volatile DiskStore primary;
  private final List<BlockBatch> blocks = new ArrayList<>();

  @Test
  void shouldGiveTheNewPrimaryTheBlocksThatItLacks() throws InterruptedException {
    primary = StoreKind.ROCKSDB.open(folder.resolve("primary"));
    TieredEngine engine = openEngine();
    try {
      commit(engine, 20);
      awaitDrained(engine);
      primary.close();
      StoreCopy.take(folder.resolve("primary"), folder.resolve("replica"));
      primary = StoreKind.ROCKSDB.open(folder.resolve("primary"));
      commit(engine, 30);
      awaitDrained(engine);
      primary.close();

      primary = StoreKind.ROCKSDB.open(folder.resolve("replica"));
      assertThat(primary.applied().getHeight()).isEqualTo(20);
      requireAll(engine);
      commit(engine, 1);
      awaitDrained(engine);
      requireAll(engine);
      assertThat(primary.applied().getHeight()).isEqualTo(51);
    } finally {
      engine.close();
    }
  }

  @Test
  void shouldGiveItThemAfterARestart() throws InterruptedException {
    primary = StoreKind.ROCKSDB.open(folder.resolve("primary"));
    TieredEngine engine = openEngine();
    commit(engine, 10);
    awaitDrained(engine);
    engine.close();
    primary = StoreKind.ROCKSDB.open(folder.resolve("replica"));
    engine = openEngine();
    try {
      assertThat(engine.applied().getHeight()).isEqualTo(10);
      requireAll(engine);
      awaitDrained(engine);
      requireAll(engine);
      assertThat(primary.applied().getHeight()).isEqualTo(10);
    } finally {
      engine.close();
    }
  }

  private TieredEngine openEngine() {
    DiskStore current =
        (DiskStore)
            Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {DiskStore.class},
                (proxy, method, args) -> {
                  try {
                    return method.invoke(primary, args);
                  } catch (InvocationTargetException e) {
                    throw e.getCause();
                  }
                });
    return TieredEngine.open(
        new ClusterStore(
            current, () -> true, StoreKind.ROCKSDB.open(folder.resolve("local")), () -> {}),
        Logs.forced(folder.resolve("log")),
        () -> ChronicleMemoryStore.create(ChronicleMemoryStore.MIN_BOUND_BYTES),
        () -> Logs.bridge(folder.resolve("bridge")),
        EngineConfig.of(DiskPolicy.BEHIND));
  }

  private void commit(TieredEngine engine, int count) {
    for (int i = 0; i < count; i++) {
      long height = blocks.size() + 1L;
      BlockBatch block = BatchBuilder.random(height, 5, 100, new Random(height)).build();
      engine.commit(block);
      blocks.add(block);
    }
  }

  private void awaitDrained(TieredEngine engine) throws InterruptedException {
    while (engine.status().diskHeight() < blocks.size()) {
      assertThat(engine.status().diskState()).doesNotStartWith("failed");
      Thread.sleep(5);
    }
  }

  private void requireAll(TieredEngine engine) {
    for (BlockBatch block : blocks) {
      assertThat(engine.block(block.height())).contains(block.block());
      for (int i = 0; i < block.txs().size(); i++) {
        assertThat(engine.transaction(block.height(), i)).contains(block.txs().get(i));
        assertThat(engine.locate(block.txHashes().get(i))).isPresent();
      }
    }
  }
}
