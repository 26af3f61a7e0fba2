package dev.varve.storage.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.varve.fallback.io.RealFileIo;
import dev.varve.storage.BlockBatch;
import dev.varve.storage.DiskStore;
import dev.varve.storage.StorageException;
import dev.varve.storage.fault.ChainModel;
import dev.varve.storage.fault.FaultyStore;
import dev.varve.storage.fault.FaultyStore.Fault;
import dev.varve.storage.fault.StoreCopy;
import dev.varve.storage.fixture.BatchBuilder;
import dev.varve.storage.fixture.Logs;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.function.Function;

/**
 * One engine over real stores under faults that a seed decides: commits, reads, failing and slow
 * stores, failing memory, restarts, and kills at any moment. Every acknowledged block must read
 * back right at every step, and be in the disk store at the end.
 */
final class FaultRun {
  private static final List<Fault> KINDS = List.of(Fault.values());

  private final Random random;
  private final Path folder;
  private final Function<Path, DiskStore> stores;
  private final DiskPolicy policy;
  private final ChainModel model;
  private FaultyStore disk;
  private TieredEngine engine;
  private volatile FlakyMemory memory;
  private Fault fault = Fault.NONE;
  private FaultTally tally = FaultTally.NONE;
  private int home;
  private int logSegments;

  FaultRun(long seed, Path folder, Function<Path, DiskStore> stores) {
    this.random = new Random(seed);
    this.folder = folder;
    this.stores = stores;
    this.policy = random.nextBoolean() ? DiskPolicy.BEHIND : DiskPolicy.THROUGH;
    this.logSegments = random.nextInt(3) == 0 ? 2 : 64;
    this.model = new ChainModel(random);
  }

  void run() throws InterruptedException {
    open();
    try {
      int steps = 30 + random.nextInt(40);
      for (int step = 0; step < steps; step++) {
        step();
      }
      heal();
      model.requireAll(engine);
      awaitDrained();
      model.requireAll(engine);
    } finally {
      disk.set(Fault.NONE);
      engine.close();
    }
    open();
    try {
      assertThat(disk.applied().getHeight()).isEqualTo(model.height());
      model.requireAll(engine);
    } finally {
      engine.close();
    }
  }

  private void step() throws InterruptedException {
    int choice = random.nextInt(12);
    switch (choice) {
      case 0 -> setFault(KINDS.get(random.nextInt(KINDS.size())));
      case 1 -> heal();
      case 2 -> disk.failOnce(1 + random.nextInt(3));
      case 3 -> memory.fail();
      case 4 -> restart();
      case 5 -> kill();
      case 6, 7 -> requireSome();
      default -> commit();
    }
    tally = tally.plus(tallyOf(choice));
  }

  private static FaultTally tallyOf(int choice) {
    return new FaultTally(
        choice > 7 ? 1 : 0,
        choice == 0 ? 1 : 0,
        choice == 2 ? 1 : 0,
        choice == 3 ? 1 : 0,
        choice == 4 ? 1 : 0,
        choice == 5 ? 1 : 0);
  }

  /** What was done so far. */
  FaultTally tally() {
    return tally;
  }

  private void setFault(Fault next) {
    fault = next;
    disk.set(next);
  }

  private void heal() {
    setFault(Fault.NONE);
  }

  private void commit() throws InterruptedException {
    BlockBatch batch = model.next();
    Thread healer = null;
    if (fault != Fault.NONE && logSegments == 2) {
      // The log may be full: Commit then waits until the store is back.
      healer = new Thread(this::healSoon, "fault-run-healer");
      healer.start();
    }
    if (random.nextInt(10) == 0) {
      Thread.currentThread().interrupt();
    }
    if (random.nextBoolean()) {
      engine.prepare(BatchBuilder.draftOf(batch));
    }
    if (random.nextInt(10) == 0) {
      engine.prepare(BatchBuilder.random(batch.height(), 3, 40, random).build());
    }
    engine.commit(batch);
    Thread.interrupted();
    model.acknowledged(batch);
    if (random.nextInt(5) == 0) {
      commitAgain(batch);
    }
    if (healer != null) {
      healer.join();
      fault = Fault.NONE;
    }
  }

  private void commitAgain(BlockBatch batch) {
    try {
      engine.commit(batch);
    } catch (StorageException.Unavailable e) {
      // The store has the block and is down: it cannot compare.
      assertThat(disk.applied().getHeight()).isEqualTo(batch.height());
    }
  }

  private void healSoon() {
    try {
      Thread.sleep(5);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    disk.set(Fault.NONE);
  }

  private void awaitDrained() throws InterruptedException {
    for (int i = 0; disk.applied().getHeight() < model.height(); i++) {
      assertThat(i)
          .as("tenths of a second, store is %s", engine.status().diskState())
          .isLessThan(300);
      Thread.sleep(100);
    }
  }

  private void open() {
    Path now = folder.resolve("home" + home);
    disk = new FaultyStore(stores.apply(now.resolve("store")));
    disk.set(fault);
    engine =
        TieredEngine.open(
            disk,
            Logs.forced(now.resolve("log"), new RealFileIo(), logSegments),
            () -> {
              memory = new FlakyMemory();
              return memory;
            },
            () -> Logs.bridge(now.resolve("bridge")),
            new EngineConfig(
                policy,
                4,
                8,
                1 << 18,
                Duration.ofMillis(15),
                Duration.ofMillis(2),
                Duration.ofMillis(20)));
    engine.awaitFilled();
  }

  /** While the store is gone, what it lacks comes from memory and log. */
  private void requireSome() {
    if (fault == Fault.UNAVAILABLE) {
      model.requireSome(engine, disk.applied().getHeight());
    } else {
      model.requireSome(engine);
    }
  }

  private void restart() {
    engine.close();
    open();
    assertThat(engine.applied().getHeight()).isEqualTo(model.height());
  }

  /** The files as they are at this moment go on in another home; the old engine is forgotten. */
  private void kill() {
    Path from = folder.resolve("home" + home);
    home++;
    Path to = folder.resolve("home" + home);
    disk.paused(() -> StoreCopy.take(from, to, from.resolve("store")));
    TieredEngine killed = engine;
    FaultyStore old = disk;
    open();
    assertThat(engine.applied().getHeight()).isEqualTo(model.height());
    old.set(Fault.UNAVAILABLE);
    killed.close();
  }
}
