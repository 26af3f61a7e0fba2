package dev.varve.storage.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.varve.fallback.FallbackLog;
import dev.varve.storage.BlockBatch;
import dev.varve.storage.DiskStore;
import dev.varve.storage.MemoryStore;
import dev.varve.storage.disk.rocksdb.RocksDbConfig;
import dev.varve.storage.disk.rocksdb.RocksDbStore;
import dev.varve.storage.fault.FaultyStore;
import dev.varve.storage.fixture.BatchBuilder;
import dev.varve.storage.fixture.Logs;
import dev.varve.storage.memory.ChronicleMemoryStore;
import dev.varve.storage.record.StateRecord;
import dev.varve.storage.record.TxLocation;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Readers race with commits, fills, put-backs, overflows and a memory that forgets: none may see
 * less than what was committed before it asked. Block h writes h to every key whose turn it is.
 */
class StaleReadStressTest {
  private static final int KEYS = 8;
  private static final int HEIGHTS = 1500;

  @TempDir Path folder;
  private final AtomicLong committed = new AtomicLong();

  private static ByteString key(int number) {
    return ByteString.copyFromUtf8("sk" + number);
  }

  private static boolean writes(long height, int key) {
    return (height * 31 + key) % 3 == 0;
  }

  private static boolean deletes(long height, int key) {
    return (height + key) % 7 == 0;
  }

  private static BlockBatch batch(long height) {
    BatchBuilder batch = BatchBuilder.at(height);
    for (int key = 0; key < KEYS; key++) {
      if (writes(height, key)) {
        batch.write(key(key), deletes(height, key) ? null : ByteString.copyFromUtf8("" + height));
        batch.tx("again " + key, deletes(height, key) ? 1 : 0);
      }
    }
    return batch.build();
  }

  private static long lastWrite(long height, int key) {
    long last = height;
    while (last > 0 && !writes(last, key)) {
      last--;
    }
    return last;
  }

  private static long lastSuccess(long height, int key) {
    long last = height;
    while (last > 0 && !(writes(last, key) && !deletes(last, key))) {
      last--;
    }
    return last;
  }

  @Test
  void shouldNeverReadOlderThanTheLastCommitOnAForgetfulHeap() throws Exception {
    HeapMemoryStore forgetful =
        new HeapMemoryStore() {
          private final Random random = new Random(1);

          @Override
          public void put(byte[] key, byte[] value) {
            super.put(key, value);
            if (random.nextInt(4) == 0) {
              entries.keySet().removeIf(any -> random.nextInt(3) == 0);
            }
          }
        };
    run(forgetful, config(DiskPolicy.THROUGH, 2));
    assertThat(forgetful.entries()).isEmpty();
  }

  @Test
  void shouldNeverReadOlderThanTheLastCommitOnChronicle() throws Exception {
    run(
        ChronicleMemoryStore.create(ChronicleMemoryStore.MIN_BOUND_BYTES),
        config(DiskPolicy.BEHIND, 4));
  }

  @Test
  void shouldFindNothingInTheLogBeforeItIsCommitted() throws Exception {
    FaultyStore down =
        new FaultyStore(RocksDbStore.open(folder.resolve("store"), RocksDbConfig.defaults()));
    down.set(FaultyStore.Fault.TAKES_NOTHING);
    run(
        down,
        () -> {
          throw new IllegalStateException("no memory");
        },
        config(DiskPolicy.BEHIND, 2));
  }

  private static EngineConfig config(DiskPolicy policy, int maxPendingBatches) {
    return new EngineConfig(
        policy,
        maxPendingBatches,
        64,
        1 << 20,
        Duration.ofSeconds(1),
        Duration.ofMillis(1),
        Duration.ZERO);
  }

  private void run(MemoryStore memory, EngineConfig config) throws Exception {
    run(RocksDbStore.open(folder.resolve("store"), RocksDbConfig.defaults()), () -> memory, config);
  }

  private void run(DiskStore disk, Supplier<MemoryStore> memory, EngineConfig config)
      throws Exception {
    FallbackLog log = Logs.forced(folder.resolve("log"));
    ExecutorService readers = Executors.newFixedThreadPool(3);
    try (TieredEngine engine =
        TieredEngine.open(disk, log, memory, () -> Logs.bridge(folder.resolve("bridge")), config)) {
      List<Future<?>> running = new ArrayList<>();
      for (int reader = 0; reader < 3; reader++) {
        long seed = 100L + reader;
        running.add(readers.submit(() -> read(engine, seed)));
      }
      for (long height = 1; height <= HEIGHTS; height++) {
        engine.commit(batch(height));
        committed.set(height);
      }
      for (Future<?> reader : running) {
        reader.get();
      }
      assertThat(engine.memoryCorruptions()).isZero();
    } catch (ExecutionException e) {
      throw new AssertionError("a reader failed: " + e.getCause().getMessage(), e.getCause());
    } finally {
      committed.set(HEIGHTS);
      readers.shutdown();
    }
  }

  private void read(TieredEngine engine, long seed) {
    Random random = new Random(seed);
    while (committed.get() < HEIGHTS) {
      int key = random.nextInt(KEYS);
      long before = committed.get();
      Optional<StateRecord> state = engine.state(key(key));
      long last = lastWrite(before, key);
      String what = String.format("key %d after height %d, seed %d", key, before, seed);
      if (state.isPresent()) {
        assertThat(state.get().getHeight()).as(what).isGreaterThanOrEqualTo(last);
      } else if (last > 0 && !deletes(last, key)) {
        // Absent is right only when a later block deleted it, one that was being committed.
        long newest = engine.applied().getHeight() + 1;
        assertThat(deletedBetween(before, newest, key)).as(what).isTrue();
      }
      before = committed.get();
      long success = lastSuccess(before, key);
      if (success > 0) {
        ByteString hash = BatchBuilder.sha256(ByteString.copyFromUtf8("again " + key));
        TxLocation place = engine.locate(hash).orElseThrow();
        assertThat(place.getHeight()).as("place, " + what).isGreaterThanOrEqualTo(success);
        assertThat(engine.transaction(place.getHeight(), place.getIndex()))
            .as("what is there, " + what)
            .isPresent();
      }
    }
  }

  private static boolean deletedBetween(long after, long through, int key) {
    for (long height = after + 1; height <= through; height++) {
      if (writes(height, key) && deletes(height, key)) {
        return true;
      }
    }
    return false;
  }
}
