package dev.varve.storage.disk.leveldb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.varve.fallback.Damage;
import dev.varve.storage.StorageException;
import dev.varve.storage.fixture.HeldBlocks;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Opening for reading changes no byte of a store, whatever is wrong with it, and tells that. */
class LevelDbReadOnlyTest {
  private static final int SORTED = 20;
  private static final int BLOCKS = 40;

  @TempDir Path temporary;
  private final long seed = Long.getLong("varve.seed", System.nanoTime());
  private final HeldBlocks blocks = new HeldBlocks(seed, 60, 250);
  private Path folder;
  private Map<String, String> before;

  /** Tables with the first blocks, a log with the others. */
  @BeforeEach
  void setUp() {
    System.out.println("LevelDbReadOnlyTest seed " + seed);
    folder = temporary.resolve("store");
    try (LevelDbStore store = LevelDbStore.open(folder, CrashWriter.config())) {
      for (int height = 1; height <= BLOCKS; height++) {
        store.apply(List.of(blocks.batch(height)));
        if (height == SORTED) {
          store.verify();
        }
      }
    }
  }

  private LevelDbStore open() throws IOException {
    before = content();
    return LevelDbStore.openReadOnly(folder, CrashWriter.config());
  }

  @AfterEach
  void requireNoChangeAndNothingLeft() throws IOException {
    assertThat(content()).isEqualTo(before);
    Path temporaries = Path.of(System.getProperty("java.io.tmpdir"));
    try (Stream<Path> left = Files.list(temporaries)) {
      for (Path copy : left.filter(path -> path.toString().contains("varve-leveldb-")).toList()) {
        assertThat(links(copy)).noneMatch(target -> target.startsWith(temporary));
      }
    }
  }

  private static List<Path> links(Path copy) throws IOException {
    List<Path> targets = new ArrayList<>();
    try (Stream<Path> files = Files.list(copy)) {
      for (Path link : files.filter(Files::isSymbolicLink).toList()) {
        targets.add(Files.readSymbolicLink(link));
      }
    }
    return targets;
  }

  private Map<String, String> content() throws IOException {
    Map<String, String> content = new TreeMap<>();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        String bytes = HexFormat.of().formatHex(Files.readAllBytes(file));
        content.put(file + " of " + Files.getLastModifiedTime(file), bytes);
      }
    }
    return content;
  }

  private Path file(String prefix, String suffix) throws IOException {
    try (Stream<Path> files = Files.list(folder.resolve("db"))) {
      return files
          .filter(file -> file.getFileName().toString().startsWith(prefix))
          .filter(file -> file.toString().endsWith(suffix))
          .max(Path::compareTo)
          .orElseThrow();
    }
  }

  private static void flip(Path file, int at) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    bytes[at] ^= 1;
    Files.write(file, bytes);
  }

  @Test
  void shouldReadWhatIsThere() throws IOException {
    try (LevelDbStore store = open()) {
      assertThat(store.damage()).isEmpty();
      assertThat(store.applied().getHeight()).isEqualTo(BLOCKS);
      assertThat(store.durableBefore()).isEqualTo(BLOCKS);
      blocks.requireWhole(store);
      store.verifyRecords(
          damage -> {
            throw new AssertionError(damage);
          });
    }
  }

  @Test
  void shouldRefuseToBeWritten() throws IOException {
    try (LevelDbStore store = open()) {
      assertThatThrownBy(() -> store.apply(List.of(blocks.batch(BLOCKS + 1))))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("was opened for reading only");
      assertThat(store.verify()).isEqualTo(BLOCKS);
    }
  }

  @Test
  void shouldKeepOthersAway() throws IOException {
    try (LevelDbStore store = open()) {
      assertThat(store.applied().getHeight()).isEqualTo(BLOCKS);
      assertThatThrownBy(() -> LevelDbStore.open(folder, CrashWriter.config()))
          .isInstanceOf(StorageException.Unavailable.class);
    }
  }

  @Test
  void shouldTellWhereALogIsDamagedAndReadWhatIsBeforeThat() throws IOException {
    Path log = file("", ".log");
    int middle = (int) Files.size(log) / 2;
    flip(log, middle);
    try (LevelDbStore store = open()) {
      Damage damage = store.damage().get(0);
      assertThat(damage.file()).isEqualTo(log);
      assertThat(damage.kind()).isEqualTo(Damage.Kind.DAMAGED);
      assertThat(damage.offset()).isLessThanOrEqualTo(middle).isPositive();
      assertThat(damage.what()).contains("checksum").contains("from " + Files.size(log));
      assertThat(store.applied().getHeight()).isBetween((long) SORTED, BLOCKS - 1L);
      blocks.requireWhole(store);
    }
  }

  @Test
  void shouldTellATornTailFromDamage() throws IOException {
    Path log = file("", ".log");
    Files.write(log, new byte[] {1, 2, 3}, StandardOpenOption.APPEND);
    try (LevelDbStore store = open()) {
      assertThat(store.damage())
          .singleElement()
          .extracting(Damage::kind)
          .isEqualTo(Damage.Kind.TORN_TAIL);
      assertThat(store.applied().getHeight()).isEqualTo(BLOCKS);
    }
  }

  @Test
  void shouldTellThatVerifiedBlocksAreMissing() throws IOException {
    try (LevelDbStore store = LevelDbStore.open(folder, CrashWriter.config())) {
      store.apply(List.of(blocks.batch(BLOCKS + 1)));
    }
    // As verifying marks it, of a block that lies in a log.
    new VerifiedMark(folder, new dev.varve.fallback.io.RealFileIo()).write(BLOCKS + 1);
    Files.write(file("", ".log"), new byte[0]);
    try (LevelDbStore store = open()) {
      assertThat(store.damage()).isEmpty();
      assertThat(store.applied().getHeight()).isEqualTo(BLOCKS);
      assertThat(store.durableBefore()).isEqualTo(BLOCKS + 1);
    }
  }

  @Test
  void shouldTellAllThatKeepsItFromBeingOpened() throws IOException {
    Path table = file("", ".sst");
    Path log = file("", ".log");
    flip(table, 100);
    flip(log, 100);
    assertThatThrownBy(this::open)
        .isInstanceOf(StorageException.Corruption.class)
        .hasMessageContaining(table + " has a block with a wrong checksum")
        .satisfies(e -> assertThat(e.getSuppressed()[0]).hasMessageContaining(log.toString()));
    flip(table, 100);
    flip(log, 100);
    Path manifest = file("MANIFEST-", "");
    flip(manifest, 10);
    assertThatThrownBy(this::open)
        .isInstanceOf(StorageException.Corruption.class)
        .hasMessageContaining(manifest.toString());
  }

  @Test
  void shouldTellADamagedMark() throws IOException {
    Path mark = file("VERIFIED", "");
    flip(mark, 0);
    try (LevelDbStore store = open()) {
      assertThat(store.damage()).singleElement().extracting(Damage::file).isEqualTo(mark);
      blocks.requireWhole(store);
    }
  }
}
