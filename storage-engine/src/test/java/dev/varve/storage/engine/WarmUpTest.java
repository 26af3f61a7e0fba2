package dev.varve.storage.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.varve.storage.BlockBatch;
import dev.varve.storage.MemoryStore;
import dev.varve.storage.RecordType;
import dev.varve.storage.StorageException;
import dev.varve.storage.fault.ChainModel;
import dev.varve.storage.fixture.BatchBuilder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WarmUpTest {
  private static final long SEED = Long.getLong("varve.seed", System.nanoTime());
  private static final int TXS = 130;

  @TempDir Path folder;
  private SyncHome home;

  @BeforeEach
  void open() {
    home = new SyncHome(folder, DiskPolicy.THROUGH, SEED).open();
  }

  @AfterEach
  void close() {
    home.close();
  }

  private void commit(long from, long to, int txBytes) {
    for (long height = from; height <= to; height++) {
      home.engine()
          .commit(BatchBuilder.random(height, TXS, txBytes, new Random(SEED + height)).build());
      // On a busy machine memory may fall behind and be dropped otherwise.
      home.engine().awaitFilled();
    }
  }

  @Test
  void shouldWarmNewestFirstUntilMemoryIsFull() {
    long top = 400;
    commit(1, top, 600);
    List<Long> read = Collections.synchronizedList(new ArrayList<>());
    home.onSyncRead(
        (method, args) -> {
          if (method.equals("transactions")) {
            read.add((Long) args[0]);
          }
        });
    home.reopen();
    home.awaitWarm();

    MemoryStore.MemoryStats stats = home.memory().stats();
    assertThat(stats.evictions()).isZero();
    assertThat(stats.bytes()).isLessThanOrEqualTo(stats.boundBytes());
    assertThat(read).isSortedAccordingTo(Comparator.reverseOrder()).contains(top);
    long lowest = home.sync().warmHeight();
    assertThat(lowest).isBetween(2L, top - 50);
    for (long height = lowest; height <= top; height++) {
      assertThat(home.holds(height)).as("block %d, warmed to %d", height, lowest).isTrue();
    }
    assertThat(home.holds(RecordType.BLOCK, lowest - 2, 0)).isFalse();

    long next = top + 1;
    while (home.memory().stats().evictions() == 0) {
      commit(next, next, 600);
      next++;
      home.engine().awaitFilled();
    }
    assertThat(home.holds(lowest)).as("the oldest went").isFalse();
    assertThat(home.holds(top)).as("the newest of the warmed stayed").isTrue();
    assertThat(home.holds(next - 1)).isTrue();
  }

  @Test
  void shouldReadRightWhileItWarmsAndBlocksCome() {
    ChainModel model = new ChainModel(new Random(SEED));
    for (int i = 0; i < 300; i++) {
      commit(model);
    }
    home.reopen();
    do {
      commit(model);
      require(() -> model.requireSome(home.engine()));
    } while (!home.sync().warmState().equals("done"));
    home.engine().awaitFilled();
    require(() -> model.requireAll(home.engine()));
    for (long height = 1; height <= model.height(); height++) {
      assertThat(home.holds(height)).as("block %d, seed %d", height, SEED).isTrue();
    }
  }

  private void commit(ChainModel model) {
    BlockBatch batch = model.next();
    home.engine().commit(batch);
    model.acknowledged(batch);
  }

  private static void require(Runnable check) {
    try {
      check.run();
    } catch (AssertionError e) {
      throw new AssertionError("replay with -Dvarve.seed=" + SEED, e);
    }
  }

  @Test
  void shouldReadUndrainedBlocksFromTheLog() {
    commit(1, 10, 50);
    home.onDisk(
        (method, args) -> {
          if (method.equals("apply")) {
            throw new StorageException.Unavailable("injected", null);
          }
        });
    commit(11, 20, 50);
    home.reopen();
    home.awaitWarm();
    assertThat(home.disk().applied().getHeight()).isEqualTo(10);
    for (long height = 11; height <= 20; height++) {
      assertThat(home.holds(RecordType.BLOCK, height, 0)).isTrue();
      assertThat(home.holds(RecordType.LOG, height, 2)).isTrue();
    }
    home.onDisk(SyncHome.NOTHING);
  }

  @Test
  void shouldStopWhenDiskFailsAndGoOnWithTheNextRun() {
    commit(1, 60, 50);
    home.onSyncRead(
        (method, args) -> {
          if (method.equals("block") && (Long) args[0] == 30) {
            throw new StorageException.Unavailable("injected", null);
          }
        });
    home.reopen();
    home.await(() -> home.sync().warmState().startsWith("stopped"));
    assertThat(home.sync().warmState()).contains("injected");
    assertThat(home.sync().warmHeight()).isEqualTo(31);
    assertThat(home.holds(31)).isTrue();
    assertThat(home.holds(RecordType.BLOCK, 30, 0)).isFalse();
    commit(61, 61, 50);

    home.run();
    assertThat(home.sync().warmState()).contains("injected");

    home.onDisk(SyncHome.NOTHING);
    home.run();
    assertThat(home.sync().warmState()).isEqualTo("done");
    for (long height = 1; height <= 61; height++) {
      assertThat(home.holds(height)).as("block %d", height).isTrue();
    }
  }

  @Test
  void shouldPassOverWhatIsDamagedOnDisk() {
    commit(1, 20, 50);
    home.onSyncRead(
        (method, args) -> {
          if (method.equals("results") && (Long) args[0] == 7 && (Integer) args[1] == 1) {
            throw new StorageException.Corruption("RESULT record of block 7 is damaged", null);
          }
        });
    home.reopen();
    home.awaitWarm();
    assertThat(home.sync().diskCorruptions()).isEqualTo(1);
    assertThat(home.holds(RecordType.RESULT, 7, 0)).isTrue();
    assertThat(home.holds(RecordType.RESULT, 7, 1)).isFalse();
    assertThat(home.holds(RecordType.RESULT, 7, 2)).isTrue();
    assertThat(home.holds(1)).isTrue();
  }

  @Test
  void shouldWarmAgainWhenAFreshStoreTakesOver() {
    commit(1, 40, 50);
    MemoryStore first = home.memory();
    AtomicBoolean failing = new AtomicBoolean(true);
    home.onMemory(
        (method, args) -> {
          if (method.equals("put") && failing.getAndSet(false)) {
            throw new IllegalStateException("injected");
          }
        });
    commit(41, 50, 50);
    home.await(() -> home.engine().status().memoryState().startsWith("down"));
    // The pause before a fresh store goes by the clock.
    home.await(
        () -> {
          home.pass(1);
          return home.memory() != first && home.sync().warmRecords() > 0;
        });
    home.awaitWarm();
    for (long height = 1; height <= 50; height++) {
      assertThat(home.holds(height)).as("block %d", height).isTrue();
    }
    assertThat(home.engine().status().memoryState()).isEqualTo("up");
  }

  @Test
  void shouldEndItsThreadWhenClosedInTheMiddle() throws InterruptedException {
    commit(1, 40, 50);
    CountDownLatch reached = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    home.onSyncRead(
        (method, args) -> {
          if (method.equals("block") && (Long) args[0] == 20) {
            reached.countDown();
            await(goOn);
          }
        });
    home.reopen();
    reached.await();
    Thread closing = new Thread(home.engine()::close, "test-close");
    closing.start();
    closing.join(100);
    assertThat(closing.isAlive()).as("close waits for the read").isTrue();
    goOn.countDown();
    closing.join();
    assertThat(SyncHome.noThreadIsLeft()).isTrue();
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException("interrupted", e);
    }
  }
}
