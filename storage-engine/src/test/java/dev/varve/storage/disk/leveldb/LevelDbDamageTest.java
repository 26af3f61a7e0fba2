package dev.varve.storage.disk.leveldb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.varve.storage.BlockBatch;
import dev.varve.storage.RecordType;
import dev.varve.storage.StorageException;
import dev.varve.storage.disk.StoreFolder;
import dev.varve.storage.fixture.BatchBuilder;
import dev.varve.storage.fixture.HeldBlocks;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.iq80.leveldb.CompressionType;
import org.iq80.leveldb.DB;
import org.iq80.leveldb.DBIterator;
import org.iq80.leveldb.Options;
import org.iq80.leveldb.impl.Iq80DBFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Damaged files: what was stored or an error, never other data. */
class LevelDbDamageTest {
  private static final int BLOCKS = 60;

  @TempDir Path temporary;
  private final long seed = Long.getLong("varve.seed", System.nanoTime());
  private final Random random = new Random(seed);
  private final HeldBlocks blocks = new HeldBlocks(seed, 120, 250);

  private static LevelDbStore open(Path folder) {
    return LevelDbStore.open(folder, CrashWriter.config());
  }

  private Path filled() {
    System.out.println("LevelDbDamageTest seed " + seed);
    Path folder = temporary.resolve("filled");
    try (LevelDbStore store = open(folder)) {
      for (int i = 1; i <= BLOCKS; i++) {
        store.apply(List.of(blocks.batch(i)));
      }
    }
    return folder;
  }

  private Path copy(Path folder, int round) throws IOException {
    Path copy = temporary.resolve("copy-" + round);
    Files.createDirectories(copy.resolve("db"));
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Files.copy(file, copy.resolve(folder.relativize(file)));
      }
    }
    return copy;
  }

  private static List<Path> files(Path folder, String prefix, String suffix) throws IOException {
    try (Stream<Path> files = Files.list(folder.resolve("db"))) {
      return files
          .filter(file -> file.getFileName().toString().startsWith(prefix))
          .filter(file -> file.toString().endsWith(suffix))
          .sorted()
          .toList();
    }
  }

  private void requireSound(Path folder, String what) {
    try (LevelDbStore store = open(folder)) {
      assertThat(store.applied().getHeight()).as(what).isLessThanOrEqualTo(BLOCKS);
      blocks.requireWhole(store);
      store.apply(List.of(blocks.batch(store.applied().getHeight() + 1)));
      blocks.requireWhole(store);
    }
  }

  @Test
  void shouldNeverGiveWrongDataAfterAFlippedBit() throws IOException {
    Path filled = filled();
    int reported = 0;
    int rounds = Integer.getInteger("varve.rounds", 30);
    for (int round = 0; round < rounds; round++) {
      Path folder = copy(filled, round);
      List<Path> files = files(folder, "", "");
      Path file = files.get(random.nextInt(files.size()));
      byte[] bytes = Files.readAllBytes(file);
      if (bytes.length == 0) {
        continue;
      }
      int at = random.nextInt(bytes.length);
      bytes[at] ^= (byte) (1 << random.nextInt(8));
      Files.write(file, bytes);
      String what = "bit flipped in " + file + " at " + at + ", seed " + seed;
      try {
        requireSound(folder, what);
      } catch (StorageException.Corruption e) {
        reported++;
      }
    }
    assertThat(reported).as("seed %d", seed).isPositive();
  }

  @Test
  void shouldHoldWholeBlocksWhereverTheLogEnds() throws IOException {
    Path filled = filled();
    for (int round = 0; round < 20; round++) {
      Path folder = copy(filled, round);
      List<Path> logs = files(folder, "", ".log");
      Path log = logs.get(logs.size() - 1);
      byte[] bytes = Files.readAllBytes(log);
      int left = random.nextInt(bytes.length + 1);
      // Near the end of a block of the log lie the tails that LevelDB itself cannot open.
      if (round % 2 == 0 && bytes.length > 40_000) {
        left = 32 * 1024 - 1 - random.nextInt(7);
      }
      Files.write(log, Arrays.copyOf(bytes, left));
      requireSound(folder, "log of " + bytes.length + " cut to " + left + ", seed " + seed);
    }
  }

  @Test
  void shouldOpenWithATornManifest() throws IOException {
    Path filled = filled();
    for (int round = 0; round < 10; round++) {
      Path folder = copy(filled, round);
      Path manifest = files(folder, "MANIFEST-", "").get(0);
      byte[] record = Files.readAllBytes(manifest);
      byte[] torn = Arrays.copyOf(record, 1 + random.nextInt(20));
      Files.write(manifest, torn, StandardOpenOption.APPEND);
      try (LevelDbStore store = open(folder)) {
        assertThat(store.applied().getHeight()).as("seed %d", seed).isEqualTo(BLOCKS);
        blocks.requireWhole(store);
      }
    }
  }

  @Test
  void shouldReportALengthInTheManifestThatReachesBeyondItsEnd() throws IOException {
    Path folder = filled();
    Path manifest = files(folder, "MANIFEST-", "").get(0);
    byte[] bytes = Files.readAllBytes(manifest);
    // The first record: seven bytes of header, of which the fifth and sixth are its length.
    int second = 7 + (bytes[4] & 0xff) + ((bytes[5] & 0xff) << 8);
    assertThat(second + 7).isLessThan(bytes.length);
    bytes[second + 5] |= 1;
    Files.write(manifest, bytes);

    assertThatThrownBy(() -> open(folder))
        .isInstanceOf(StorageException.Corruption.class)
        .hasMessageContaining("a chunk with a wrong length at " + second);
  }

  @Test
  void shouldReportADamagedManifestAndOpenInTheSameProcessOnceItIsMended() throws IOException {
    Path folder = filled();
    Path manifest = files(folder, "MANIFEST-", "").get(0);
    byte[] sound = Files.readAllBytes(manifest);
    byte[] damaged = sound.clone();
    damaged[10] ^= 1;
    Files.write(manifest, damaged);
    for (int i = 0; i < 2; i++) {
      assertThatThrownBy(() -> open(folder))
          .isInstanceOf(StorageException.Corruption.class)
          .hasMessageContaining("MANIFEST");
    }
    Files.write(manifest, sound);
    requireSound(folder, "mended");
  }

  @Test
  void shouldReportAMissingTable() throws IOException {
    Path folder = filled();
    Files.delete(files(folder, "", ".sst").get(0));
    assertThatThrownBy(() -> open(folder))
        .isInstanceOf(StorageException.Corruption.class)
        .hasMessageContaining("is missing");
  }

  @Test
  void shouldReportThatLessIsHeldThanWasVerified() throws IOException {
    Path folder = temporary.resolve("store");
    try (LevelDbStore store = open(folder)) {
      store.apply(List.of(blocks.batch(1)));
      assertThat(store.verify()).isEqualTo(1);
      store.apply(List.of(blocks.batch(2)));
    }
    Files.writeString(folder.resolve("db/VERIFIED"), "3\n");
    assertThatThrownBy(() -> open(folder))
        .isInstanceOf(StorageException.Corruption.class)
        .hasMessageContaining("held block 3 for certain and holds block 2");
  }

  @Test
  void shouldDetectAFlippedBitInEveryValue() throws IOException {
    BlockBatch batch =
        BatchBuilder.random(1, 70, 30, new Random(seed))
            .meta("chain_id", ByteString.copyFromUtf8("varve-1"))
            .write("skey", "value")
            .build();
    Path folder = temporary.resolve("store");
    try (LevelDbStore store = open(folder)) {
      store.apply(List.of(batch));
    }
    flipABitOfEveryValueButMarkers(folder.resolve("db"));
    try (Database database = Database.open(folder.resolve("db"), CrashWriter.config())) {
      Records records = new Records(folder, database);
      int[] seen = {0};
      database.scan(
          new byte[] {0},
          (key, value) -> {
            RecordType type =
                Stream.of(RecordType.values()).filter(t -> t.code() == key[0]).findAny().get();
            byte[] plain = Arrays.copyOfRange(key, 1, key.length);
            if (type != RecordType.MARKER) {
              assertThatThrownBy(() -> records.find(type, plain))
                  .as("%s, seed %d", type, seed)
                  .isInstanceOf(StorageException.Corruption.class)
                  .hasMessageContaining(type.name());
              seen[0]++;
            }
            return true;
          });
      assertThat(seen[0]).isGreaterThan(130);
    }
  }

  private void flipABitOfEveryValueButMarkers(Path folder) throws IOException {
    Options options = new Options().compressionType(CompressionType.NONE);
    try (DB db = Iq80DBFactory.factory.open(folder.toFile(), options);
        DBIterator entries = db.iterator()) {
      for (entries.seekToFirst(); entries.hasNext(); ) {
        Map.Entry<byte[], byte[]> entry = entries.next();
        byte[] value = entry.getValue();
        if (entry.getKey()[0] != RecordType.MARKER.code()) {
          value[random.nextInt(value.length)] ^= (byte) (1 << random.nextInt(8));
          db.put(entry.getKey(), value);
        }
      }
    }
  }

  @Test
  void shouldRefuseASecondOpener() {
    Path folder = temporary.resolve("store");
    try (LevelDbStore store = open(folder)) {
      assertThat(store.applied().getHeight()).isZero();
      assertThatThrownBy(() -> open(folder))
          .isInstanceOf(StorageException.Unavailable.class)
          .hasMessageContaining("lock");
    }
    open(folder).close();
  }

  @Test
  void shouldRefuseANewerFormat() throws IOException {
    Path folder = temporary.resolve("store");
    open(folder).close();
    Files.writeString(
        folder.resolve(StoreFolder.MARKER), "leveldb " + (LevelDbStore.VERSION + 1) + "\n");
    assertThatThrownBy(() -> open(folder)).isInstanceOf(StorageException.Incompatible.class);
  }
}
