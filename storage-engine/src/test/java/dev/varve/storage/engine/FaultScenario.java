package dev.varve.storage.engine;

import dev.varve.fallback.io.FaultyFileIo;
import dev.varve.fallback.io.FileIo;
import dev.varve.fallback.io.RealFileIo;
import dev.varve.storage.BlockBatch;
import dev.varve.storage.StorageException;
import dev.varve.storage.fault.ChainModel;
import dev.varve.storage.fault.FaultyStore.Fault;
import dev.varve.storage.fault.Hooked;
import dev.varve.storage.fault.StoreKind;
import dev.varve.storage.fixture.BatchBuilder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongConsumer;

/**
 * The same short life of an engine each time, of which every step can be watched, held or made to
 * fail: blocks are committed, drained, trimmed and read, the log goes from segment to segment, the
 * sync job runs, the engine is closed and opened, and memory is warmed.
 *
 * <p>A step is named by who takes it, what is called and whether it is about to be or was, as in
 * {@code drain store.apply before}.
 */
final class FaultScenario {
  /** Told of each step; returns whether the call is to fail. */
  @FunctionalInterface
  interface Probe {
    boolean at(String step);
  }

  private static final int BLOCKS = 9;
  private static final int BLOCKS_AFTER = 3;
  // These ask no disk.
  private static final Set<String> NEVER_FAIL =
      Set.of("applied", "forces", "historyFloor", "toString", "hashCode", "equals");

  // Where the store goes first, its log comes into use by an outage.
  private static final int AWAY_FROM = 3;
  private static final int AWAY_TO = 8;

  private final FaultHome home;
  private final DiskPolicy policy;
  private final FaultyFileIo files;
  private final ChainModel model;
  private final Set<Path> forced = ConcurrentHashMap.newKeySet();
  private volatile Probe probe = step -> false;
  private volatile long begun;
  private volatile long acknowledged;
  private volatile boolean over;
  private LongConsumer told = height -> {};

  FaultScenario(long seed, Path folder, StoreKind kind, DiskPolicy policy, FileIo real) {
    this.policy = policy;
    this.files = new FaultyFileIo(real);
    this.home = new FaultHome(folder, kind, policy, files);
    this.model = new ChainModel(new Random(seed));
    files.setFault(
        (call, file) -> {
          if (ask(role() + " log." + name(call, file))) {
            throw FaultyFileIo.failure(file, file.hashCode() % 2 == 0);
          }
        });
    home.onDisk(new Stores("store", () -> new StorageException.Unavailable("injected", null)));
    home.onMemory(new Stores("memory", () -> new IllegalStateException("injected")));
  }

  /** Lets the steps of a store be seen. */
  private final class Stores implements Hooked.Hook {
    private final String store;
    private final java.util.function.Supplier<RuntimeException> failure;

    Stores(String store, java.util.function.Supplier<RuntimeException> failure) {
      this.store = store;
      this.failure = failure;
    }

    @Override
    public void before(String method, Object[] args) {
      // What is not closed could not be opened again.
      if (!method.equals("close")) {
        see(method, "before");
      }
    }

    @Override
    public void after(String method) {
      see(method, "after");
    }

    private void see(String method, String when) {
      if (!NEVER_FAIL.contains(method) && ask(role() + " " + store + "." + method + " " + when)) {
        throw failure.get();
      }
    }
  }

  private boolean ask(String step) {
    return !over && probe.at(step);
  }

  private static String role() {
    String thread = Thread.currentThread().getName();
    return switch (thread) {
      case "varve-disk-drain" -> "drain";
      case "varve-disk-prune" -> "prune";
      case "varve-memory-sync" -> "sync";
      case "varve-memory-fill" -> "fill";
      case "varve-memory-rebuild" -> "rebuild";
      default -> thread.startsWith("varve-log-prealloc-") ? "ahead" : "caller";
    };
  }

  /** A force of a segment's first entry is the rotation's. */
  private String name(FaultyFileIo.Call call, Path file) {
    String name = file.getFileName().toString();
    String what = name.startsWith("segment-") ? "segment" : name;
    boolean first = call == FaultyFileIo.Call.FORCE && forced.add(file) && what.equals("segment");
    return call.name().toLowerCase(Locale.ROOT) + " " + (first ? "new segment" : what);
  }

  /** Told of each block that was acknowledged. */
  FaultScenario telling(LongConsumer acknowledgements) {
    told = acknowledgements;
    return this;
  }

  /** One life, from an empty folder on; returns when it is over, or {@link #leave} was called. */
  void run(Probe watching) {
    probe = watching;
    open();
    try {
      for (int i = 0; i < BLOCKS && !over; i++) {
        if (policy == DiskPolicy.THROUGH) {
          boolean away = i >= AWAY_FROM && i < AWAY_TO;
          home.disk().set(away ? Fault.TAKES_NOTHING : Fault.NONE);
        }
        commit();
      }
      settle();
      home.step(FaultHome.PERIOD);
      await(() -> home.engine().status().sync().runs() > 0);
      if (!over) {
        close();
        open();
        settle();
        await(() -> home.engine().status().sync().warmState().equals("done"));
      }
      for (int i = 0; i < BLOCKS_AFTER && !over; i++) {
        commit();
      }
      settle();
    } finally {
      leave();
    }
  }

  private void open() {
    while (true) {
      try {
        home.open();
        home.engine().awaitFilled();
        return;
      } catch (StorageException | dev.varve.fallback.FallbackLogException e) {
        requireInjected(e);
      }
    }
  }

  private static void requireInjected(RuntimeException e) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      String message = String.valueOf(cause.getMessage());
      if (message.contains("injected") || message.contains("made by the test")) {
        return;
      }
    }
    throw e;
  }

  /** Closes the engine, whatever the injected failures say to that. */
  void close() {
    try {
      home.close();
    } catch (StorageException e) {
      requireInjected(e);
    }
  }

  private void commit() {
    BlockBatch batch = block(model.height() + 1);
    begun = batch.height();
    home.engine().commit(batch);
    model.acknowledged(batch);
    acknowledged = batch.height();
    told.accept(batch.height());
    try {
      model.requireSome(home.engine());
    } catch (StorageException e) {
      requireInjected(e);
    }
  }

  /** The log is drained; what failed is given time by the clock, not by waiting. */
  private void settle() {
    await(
        () -> {
          home.step(Duration.ofSeconds(5));
          return home.engine().status().diskHeight() >= model.height();
        });
    await(() -> home.engine().status().memoryState().equals("up"));
  }

  private void await(java.util.function.BooleanSupplier reached) {
    home.await(
        () -> {
          try {
            home.step(Duration.ofSeconds(1));
            return over || reached.getAsBoolean();
          } catch (StorageException e) {
            requireInjected(e);
            return false;
          }
        });
  }

  /** Nothing is seen or fails from now on, and the life ends at its next step. */
  void leave() {
    over = true;
    files.heal();
  }

  /** Requires that all of it reads back, from the engine and, opened again, from it once more. */
  void requireAll() {
    model.requireAll(home.engine());
    settleQuietly();
    close();
    home.open();
    try {
      home.engine().awaitFilled();
      model.requireAll(home.engine());
      settleQuietly();
      if (home.disk().applied().getHeight() != model.height()) {
        throw new AssertionError("the store holds " + home.disk().applied());
      }
    } finally {
      close();
    }
  }

  private void settleQuietly() {
    home.await(
        () -> {
          home.step(Duration.ofSeconds(5));
          return home.engine().status().diskHeight() >= model.height();
        });
  }

  FaultHome home() {
    return home;
  }

  /** The last block whose commit was called. */
  long begun() {
    return begun;
  }

  /** The last block whose commit has returned. */
  long acknowledged() {
    return acknowledged;
  }

  /**
   * Requires that an engine opens on what is left of a life, has at least one height and at most
   * another, reads right, and takes the next blocks.
   */
  static void requireGoesOn(Path left, StoreKind kind, DiskPolicy policy, long least, long most) {
    ChainModel model = new ChainModel(new Random(1));
    try (FaultHome home = new FaultHome(left, kind, policy, new RealFileIo()).open()) {
      long applied = home.engine().applied().getHeight();
      if (applied < least || applied > most) {
        throw new AssertionError(
            "the last block is %d, not %d to %d".formatted(applied, least, most));
      }
      for (long height = 1; height <= applied; height++) {
        model.acknowledged(block(height));
      }
      model.requireAll(home.engine());
      for (int i = 0; i < 2; i++) {
        home.engine().commit(block(model.height() + 1));
        model.acknowledged(block(model.height() + 1));
      }
      home.step(Duration.ofSeconds(5));
      home.awaitDrained();
      model.requireAll(home.engine());
    }
  }

  /** The block of a height: few transactions or, once, two slices of them; keys come again. */
  static BlockBatch block(long height) {
    Random random = new Random(height);
    BatchBuilder batch = BatchBuilder.at(height).commitment(BatchBuilder.randomBytes(32, random));
    long txs = height % 5 == 4 ? 70 : 3 + height % 3;
    Set<Integer> keys = new HashSet<>();
    for (int i = 0; i < txs; i++) {
      batch.tx(BatchBuilder.randomBytes(1200, random), i % 7 == 3 ? 1 : 0);
      int key = random.nextInt(8);
      if (keys.add(key)) {
        batch.write("skey-" + key, random.nextInt(4) == 0 ? null : height + "-" + i);
      }
    }
    if (height == 1) {
      batch.meta("name-0", BatchBuilder.randomBytes(8, random));
    }
    return batch.build();
  }
}
