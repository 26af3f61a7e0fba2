package dev.varve.storage.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.varve.fallback.FallbackLogException;
import dev.varve.fallback.io.FileTrees;
import dev.varve.fallback.io.RealFileIo;
import dev.varve.storage.StorageException;
import dev.varve.storage.fault.ChainModel;
import dev.varve.storage.fault.FaultyStore.Fault;
import dev.varve.storage.fault.Seeds;
import dev.varve.storage.fault.StoreCopy;
import dev.varve.storage.fault.StoreKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A bit is flipped in each kind of file of a home at rest, or its end is cut off: the engine says
 * so, or ends at an earlier block, which the node replays; no read gives wrong data.
 */
class EngineDamageIT {
  private static final int BLOCKS = 12;
  private static final int ROUNDS = 3;
  private static final int ROUNDS_FULL = 60;

  @TempDir Path folder;
  private final long seed = Seeds.seed(EngineDamageIT.class);
  private final Random random = new Random(seed);
  private final Map<String, int[]> outcomes = new TreeMap<>();

  @ParameterizedTest
  @EnumSource(StoreKind.class)
  void shouldNeverGiveWrongDataWhateverFileIsDamaged(StoreKind kind) throws IOException {
    Path sound = sound(kind);
    int round = 0;
    Map<String, List<Path>> files = filesByKind(sound);
    for (Map.Entry<String, List<Path>> entry : files.entrySet()) {
      for (int i = 0; i < (Seeds.full() ? ROUNDS_FULL : ROUNDS); i++) {
        Path file = entry.getValue().get(random.nextInt(entry.getValue().size()));
        Path damaged = folder.resolve("damaged" + round++);
        StoreCopy.take(sound, damaged);
        String what = damage(damaged.resolve(sound.relativize(file)), kind, i);
        try {
          count(entry.getKey(), judge(damaged, kind));
        } catch (RuntimeException | AssertionError e) {
          throw new AssertionError(what + ": replay with -Dvarve.seed=" + seed, e);
        }
        FileTrees.delete(damaged);
      }
    }
    outcomes.forEach(
        (name, seen) ->
            System.out.printf(
                "%s %s: %d refused, %d told at reads or replayed, %d whole%n",
                kind, name, seen[0], seen[1], seen[2]));
    assertThat(files.keySet())
        .contains("log/cursor", "log/FORMAT", "log/segment-N.log", "store/FORMAT")
        .contains(kind == StoreKind.LEVELDB ? "store/db/VERIFIED" : "store/db/CURRENT");
    assertThat(outcomes.values().stream().mapToInt(seen -> seen[0] + seen[1]).sum()).isPositive();
    assertThat(outcomes.get("store/FORMAT")[0]).as("every one is refused").isGreaterThan(0);
  }

  /** Six blocks in the store, the others in the log alone. */
  private Path sound(StoreKind kind) {
    Path sound = folder.resolve("sound");
    FaultHome home = new FaultHome(sound, kind, DiskPolicy.BEHIND, new RealFileIo()).open();
    for (int height = 1; height <= BLOCKS; height++) {
      if (height == BLOCKS / 2) {
        home.awaitDrained();
        home.close();
        home.open(); // what the stores had in their logs lies in tables now
        home.disk().set(Fault.UNAVAILABLE);
      }
      home.engine().commit(FaultScenario.block(height));
    }
    home.close();
    return sound;
  }

  private static Map<String, List<Path>> filesByKind(Path home) throws IOException {
    Map<String, List<Path>> kinds = new TreeMap<>();
    try (Stream<Path> files = Files.walk(home)) {
      files
          .filter(file -> file.toFile().isFile() && file.toFile().length() > 0)
          // The library is loaded once a process; the bridge is thrown away.
          .filter(file -> !file.toString().contains("/native/"))
          .filter(file -> !file.startsWith(home.resolve("bridge")))
          .forEach(
              file ->
                  kinds
                      .computeIfAbsent(
                          home.relativize(file).toString().replaceAll("[0-9]+", "N"),
                          any -> new java.util.ArrayList<>())
                      .add(file));
    }
    return kinds;
  }

  private String damage(Path file, StoreKind kind, int round) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    int used = bytes.length;
    while (used > 1 && bytes[used - 1] == 0) {
      used--;
    }
    // RocksDB takes a MANIFEST that ends early for whole, whatever it lacks: see faults.md.
    boolean whole =
        kind == StoreKind.ROCKSDB && file.getFileName().toString().startsWith("MANIFEST");
    if (!whole && round % 3 == 2) {
      int left = random.nextInt(used);
      Files.write(file, Arrays.copyOf(bytes, left));
      return file + " cut off at " + left;
    }
    int at = random.nextInt(used);
    bytes[at] ^= (byte) (1 << random.nextInt(8));
    Files.write(file, bytes);
    return file + " with a bit flipped at " + at;
  }

  private void count(String file, int outcome) {
    outcomes.computeIfAbsent(file, any -> new int[3])[outcome]++;
  }

  /** 0 when it was refused, 1 when reads said so or blocks are missing, 2 when all is there. */
  private static int judge(Path damaged, StoreKind kind) {
    FaultHome home = new FaultHome(damaged, kind, DiskPolicy.BEHIND, new RealFileIo());
    try {
      home.open();
    } catch (StorageException | FallbackLogException e) {
      assertThat(e.getMessage()).isNotBlank();
      return 0;
    }
    try {
      long applied = home.engine().applied().getHeight();
      assertThat(applied).isLessThanOrEqualTo(BLOCKS);
      boolean whole = readsAreRight(home, applied) && applied == BLOCKS;
      replay(home, applied);
      return whole ? 2 : 1;
    } finally {
      closeDamaged(home);
    }
  }

  private static boolean readsAreRight(FaultHome home, long applied) {
    ChainModel model = new ChainModel(new Random(1));
    for (long height = 1; height <= applied; height++) {
      model.acknowledged(FaultScenario.block(height));
    }
    try {
      model.requireAll(home.engine());
      return true;
    } catch (StorageException.Corruption | StorageException.Pruned e) {
      return false;
    }
  }

  /** What the node does: it gives the engine the blocks that it lacks. */
  private static void replay(FaultHome home, long applied) {
    try {
      for (long height = applied + 1; height <= BLOCKS + 1; height++) {
        home.engine().commit(FaultScenario.block(height));
      }
      readsAreRight(home, BLOCKS + 1);
    } catch (StorageException.Corruption e) {
      assertThat(e.getMessage()).isNotBlank();
    } catch (IllegalStateException e) {
      assertThat(e).hasMessageContaining("does not take the log's blocks");
    }
  }

  private static void closeDamaged(FaultHome home) {
    try {
      home.close();
    } catch (StorageException e) {
      assertThat(e.getMessage()).isNotBlank();
    }
  }
}
