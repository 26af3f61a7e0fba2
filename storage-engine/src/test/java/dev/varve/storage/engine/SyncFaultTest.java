package dev.varve.storage.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.varve.storage.BlockBatch;
import dev.varve.storage.RecordType;
import dev.varve.storage.StorageException;
import dev.varve.storage.fault.ChainModel;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Seeded runs of commits, reads, runs of the sync job, failing reads, failing memory, damage, gaps
 * and restarts: no read may give wrong data. Replay one with {@code -Dvarve.seed=N}.
 */
class SyncFaultTest {
  private static final int RUNS = Integer.getInteger("varve.runs", 4);
  private static final int STEPS = 80;
  // Each makes the pause before the next fresh store longer.
  private static final int MAX_MEMORY_FAILURES = 2;
  private static final Set<String> READS =
      Set.of("block", "transactions", "results", "logs", "locate", "state");
  private static final List<RecordType> TYPES =
      List.of(RecordType.BLOCK, RecordType.TRANSACTION, RecordType.RESULT, RecordType.LOG);

  @TempDir Path folder;
  private Random random;
  private ChainModel model;
  private SyncHome home;
  private int failures;
  private volatile boolean failing;

  @Test
  void shouldNeverReadWrongData() {
    Long only = Long.getLong("varve.seed");
    long first = only != null ? only : System.nanoTime();
    for (long seed = first; seed < first + (only != null ? 1 : RUNS); seed++) {
      try {
        run(seed);
      } catch (RuntimeException | AssertionError e) {
        throw new AssertionError("replay with -Dvarve.seed=" + seed, e);
      }
    }
  }

  private void run(long seed) {
    random = new Random(seed);
    model = new ChainModel(random);
    failing = false;
    failures = 0;
    DiskPolicy policy = random.nextBoolean() ? DiskPolicy.BEHIND : DiskPolicy.THROUGH;
    home = new SyncHome(folder.resolve("run" + seed), policy, seed).open();
    try {
      for (int step = 0; step < STEPS; step++) {
        step();
      }
      setFailing(false);
      home.run();
      home.awaitWarm();
      model.requireAll(home.engine());
      requireWholeMemory();
    } finally {
      home.onDisk(SyncHome.NOTHING);
      home.close();
    }
  }

  private void step() {
    switch (random.nextInt(14)) {
      case 0 -> setFailing(!failing);
      case 1 -> damage();
      case 2 -> forget();
      case 3 -> failMemory();
      case 4 -> home.reopen();
      case 5, 6 -> home.run();
      case 7 -> commitAndReadDuringARun();
      case 8, 9 -> read();
      default -> commit();
    }
  }

  private void setFailing(boolean next) {
    failing = next;
    long salt = random.nextLong();
    home.onSyncRead(
        (method, args) -> {
          if (failing && READS.contains(method) && (salt + args[0].hashCode()) % 5 == 0) {
            throw new StorageException.Unavailable("injected", null);
          }
        });
  }

  private void commitAndReadDuringARun() {
    long before = home.sync().runs();
    home.pass(1 + random.nextInt(3));
    commit();
    read();
    home.await(() -> home.sync().runs() > before);
  }

  private void commit() {
    BlockBatch batch = model.next();
    home.engine().commit(batch);
    model.acknowledged(batch);
  }

  private void read() {
    model.requireSome(home.engine());
  }

  /** Only at rest: the store takes writes from one thread at a time. */
  private boolean atRest() {
    boolean up = home.engine().status().memoryState().equals("up");
    home.engine().awaitFilled();
    return up && home.sync().warmState().equals("done");
  }

  private void damage() {
    byte[] key = anyKey();
    if (key != null && atRest()) {
      home.memory()
          .peek(key)
          .ifPresent(
              value -> {
                value[random.nextInt(value.length)] ^= (byte) (1 << random.nextInt(8));
                home.memory().put(key, value);
              });
    }
  }

  private void forget() {
    byte[] key = anyKey();
    if (key != null && atRest()) {
      home.memory().remove(key);
    }
  }

  private byte[] anyKey() {
    return model.height() == 0
        ? null
        : SyncHome.key(
            TYPES.get(random.nextInt(TYPES.size())), 1 + random.nextInt((int) model.height()), 0);
  }

  /** The store in use throws once, on whichever thread asks it next. */
  private void failMemory() {
    if (failures++ >= MAX_MEMORY_FAILURES) {
      return;
    }
    home.onMemory(
        (method, args) -> {
          if (!method.equals("stats") && !method.equals("close")) {
            home.onMemory(SyncHome.NOTHING);
            throw new IllegalStateException("injected");
          }
        });
  }

  private void requireWholeMemory() {
    home.engine().awaitFilled();
    for (long height = 1; height <= model.height(); height++) {
      assertThat(home.holds(height)).as("block %d of %d", height, model.height()).isTrue();
    }
  }
}
