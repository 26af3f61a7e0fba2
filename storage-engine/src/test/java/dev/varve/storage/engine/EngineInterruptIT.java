package dev.varve.storage.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.varve.fallback.io.RealFileIo;
import dev.varve.storage.BlockBatch;
import dev.varve.storage.fault.ChainModel;
import dev.varve.storage.fault.FaultyStore.Fault;
import dev.varve.storage.fault.Seeds;
import dev.varve.storage.fault.StoreKind;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Every thread of the engine, and the one that commits and reads, is interrupted time and again:
 * nothing is lost, no thread ends, and nothing has to be opened anew.
 */
class EngineInterruptIT {
  private static final int BLOCKS = 60;
  private static final Set<String> OWN =
      Set.of(
          "varve-disk-drain",
          "varve-disk-prune",
          "varve-log-prealloc-log",
          "varve-memory-fill",
          "varve-memory-sync");

  @TempDir Path folder;
  private final long seed = Seeds.seed(EngineInterruptIT.class);
  private final AtomicBoolean stop = new AtomicBoolean();
  private final AtomicLong interrupts = new AtomicLong();

  @ParameterizedTest
  @CsvSource({"ROCKSDB,BEHIND", "ROCKSDB,THROUGH", "LEVELDB,BEHIND", "LEVELDB,THROUGH"})
  void shouldGoOnWhoeverIsInterrupted(StoreKind kind, DiskPolicy policy) throws Exception {
    Random random = new Random(seed);
    ChainModel model = new ChainModel(random);
    FaultHome home = new FaultHome(folder, kind, policy, new RealFileIo()).withLogSegments(4096);
    home.open();
    assertThat(names()).isEqualTo(OWN);
    Thread caller = Thread.currentThread();
    Thread interrupter = new Thread(() -> interrupt(caller, new Random(seed + 1)), "interrupter");
    interrupter.start();
    try {
      for (int i = 0; i < BLOCKS; i++) {
        if (i % 20 == 10) {
          home.disk().set(Fault.TAKES_NOTHING);
        } else if (i % 20 == 15) {
          home.disk().set(Fault.NONE);
        } else if (i % 10 == 3) {
          home.step(FaultHome.PERIOD);
        }
        BlockBatch batch = model.next();
        home.engine().commit(batch);
        model.acknowledged(batch);
        model.requireSome(home.engine());
      }
    } finally {
      home.disk().set(Fault.NONE);
      stop.set(true);
      join(interrupter);
    }
    assertThat(interrupts.get()).isGreaterThan(100);
    assertThat(names()).as("seed %d", seed).isEqualTo(OWN);
    home.await(
        () -> {
          home.step(Duration.ofSeconds(5));
          return home.engine().status().diskHeight() >= model.height();
        });
    home.engine().awaitFilled();
    assertThat(home.engine().status().memoryState()).isEqualTo("up");
    long runs = home.engine().status().sync().runs();
    home.step(FaultHome.PERIOD);
    home.await(() -> home.engine().status().sync().runs() > runs);
    model.requireAll(home.engine());
    home.close();
    assertThat(names()).isEmpty();
    home.open();
    model.requireAll(home.engine());
    home.close();
  }

  /** What makes a fresh memory store waits, interrupted, and then makes it. */
  @ParameterizedTest
  @CsvSource({"ROCKSDB", "LEVELDB"})
  void shouldMakeMemoryAnewThoughInterrupted(StoreKind kind) throws Exception {
    try (FaultHome home = new FaultHome(folder, kind, DiskPolicy.BEHIND, new RealFileIo())) {
      home.open();
      home.engine().awaitFilled();
      home.onMemory(
          (method, args) -> {
            throw new IllegalStateException("injected");
          });
      home.engine().commit(FaultScenario.block(1));
      home.await(() -> home.engine().status().memoryState().startsWith("down"));
      home.onMemory(FaultHome.NOTHING);
      for (int i = 0; i < 20; i++) {
        threads("varve-memory-rebuild").forEach(Thread::interrupt);
        Thread.sleep(1);
      }
      assertThat(threads("varve-memory-rebuild")).hasSize(1);
      home.step(Duration.ofSeconds(61));
      home.await(() -> home.engine().status().memoryState().equals("up"));
    }
  }

  private void interrupt(Thread caller, Random random) {
    while (!stop.get()) {
      for (Thread thread : threads("varve-")) {
        if (random.nextBoolean()) {
          thread.interrupt();
          interrupts.incrementAndGet();
        }
      }
      caller.interrupt();
      java.util.concurrent.locks.LockSupport.parkNanos(random.nextInt(500_000));
    }
  }

  private static Set<Thread> threads(String prefix) {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith(prefix))
        .collect(Collectors.toSet());
  }

  private static Set<String> names() {
    return threads("varve-").stream()
        .map(Thread::getName)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private void join(Thread thread) {
    while (thread.isAlive()) {
      Thread.interrupted();
      try {
        thread.join();
      } catch (InterruptedException e) {
        stop.set(true); // it interrupts until it ends
      }
    }
    Thread.interrupted();
  }
}
