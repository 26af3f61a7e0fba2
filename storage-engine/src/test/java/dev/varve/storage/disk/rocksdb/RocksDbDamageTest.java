package dev.varve.storage.disk.rocksdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.varve.storage.BlockBatch;
import dev.varve.storage.Keys;
import dev.varve.storage.RecordType;
import dev.varve.storage.StorageException;
import dev.varve.storage.disk.StoreFolder;
import dev.varve.storage.fault.StoreCopy;
import dev.varve.storage.fixture.BatchBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.DBOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;

class RocksDbDamageTest {
  @TempDir Path folder;

  private RocksDbStore open() {
    return RocksDbStore.open(folder, RocksDbConfig.defaults());
  }

  /** Flips one bit of every value, past RocksDB's own checksums, as bad memory would. */
  private void flipABitOfEveryValue(long seed, boolean markers) throws RocksDBException {
    Random random = new Random(seed);
    List<ColumnFamilyDescriptor> families = new ArrayList<>();
    for (ColumnFamily family : ColumnFamily.values()) {
      families.add(new ColumnFamilyDescriptor(family.nameBytes()));
    }
    List<ColumnFamilyHandle> handles = new ArrayList<>();
    String path = folder.resolve(RocksDbStore.DATABASE_FOLDER).toString();
    try (DBOptions options = new DBOptions();
        RocksDB db = RocksDB.open(options, path, families, handles)) {
      for (ColumnFamilyHandle handle : handles) {
        try (RocksIterator entries = db.newIterator(handle)) {
          for (entries.seekToFirst(); entries.isValid(); entries.next()) {
            byte[] key = entries.key();
            boolean marker =
                Arrays.equals(handle.getName(), ColumnFamily.CHAIN.nameBytes())
                    && key[8] == RecordType.MARKER.code();
            if (marker == markers) {
              byte[] value = entries.value();
              value[random.nextInt(value.length)] ^= (byte) (1 << random.nextInt(8));
              db.put(handle, key, value);
            }
          }
        }
      }
      handles.forEach(ColumnFamilyHandle::close);
    }
  }

  @Test
  void shouldDetectAFlippedBitInEveryRecord() throws RocksDBException {
    long seed = Long.getLong("varve.seed", System.nanoTime());
    System.out.println("RocksDbDamageTest seed " + seed);
    BlockBatch batch =
        BatchBuilder.random(1, 70, 30, new Random(seed))
            .meta("chain_id", ByteString.copyFromUtf8("varve-1"))
            .write("skey", "value")
            .build();
    try (RocksDbStore store = open()) {
      store.apply(List.of(batch));
    }
    flipABitOfEveryValue(seed, false);
    try (RocksDbStore store = open()) {
      requireCorrupt(() -> store.block(1), "BLOCK", seed);
      for (int slice = 0; slice < 2; slice++) {
        int at = slice;
        requireCorrupt(() -> store.transactions(1, at), "TRANSACTION", seed);
        requireCorrupt(() -> store.results(1, at), "RESULT", seed);
        requireCorrupt(() -> store.logs(1, at), "LOG", seed);
      }
      for (ByteString hash : batch.txHashes()) {
        requireCorrupt(() -> store.locate(hash), "INDEX", seed);
      }
      requireCorrupt(() -> store.state(ByteString.copyFromUtf8("skey")), "736b6579", seed);
      requireCorrupt(() -> store.meta("chain_id"), "META", seed);
      requireCorrupt(() -> store.scanCommitments((height, bytes) -> {}), "COMMITMENT", seed);
      ByteString from = ByteString.copyFromUtf8("s");
      ByteString to = ByteString.copyFromUtf8("t");
      requireCorrupt(() -> store.scanState(from, to, (key, state) -> true), "STATE", seed);
      List<String> damaged = new ArrayList<>();
      store.verifyRecords(damage -> damaged.add(damage.getMessage()));
      // Two records a transaction, seven slices and markers, and what the checks above name.
      assertThat(damaged).as("seed %d", seed).hasSizeGreaterThan(2 * 70);
      for (RecordType type : RecordType.values()) {
        boolean written =
            type != RecordType.UNDO && type != RecordType.DELETION && type != RecordType.SEAL;
        assertThat(damaged.stream().anyMatch(text -> text.startsWith(type + " record ")))
            .as("%s, seed %d", type, seed)
            .isEqualTo(written && type != RecordType.MARKER);
      }
    }
  }

  @Test
  void shouldTellThatADamagedWriteAheadLogLostBlocks() throws IOException {
    try (RocksDbStore store = open()) {
      for (int height = 1; height <= 6; height++) {
        store.apply(List.of(BatchBuilder.at(height).write("skey", "v" + height).build()));
      }
      assertThat(store.durableBefore()).isZero();
    }
    Path log = writeAheadLog();
    byte[] bytes = Files.readAllBytes(log);
    for (int length : new int[] {bytes.length / 2, 0, bytes.length}) {
      byte[] damaged = Arrays.copyOf(bytes, length);
      if (length == bytes.length) {
        damaged[length / 2] ^= 1;
      }
      Files.write(log, damaged);
      try (RocksDbStore store = RocksDbStore.openReadOnly(folder, RocksDbConfig.defaults())) {
        assertThat(store.applied().getHeight()).as("%d bytes", length).isLessThan(6);
        assertThat(store.durableBefore()).isEqualTo(6);
      }
    }
    try (RocksDbStore store = open()) {
      assertThat(store.durableBefore()).isEqualTo(6);
      for (long height = store.applied().getHeight() + 1; height <= 5; height++) {
        store.apply(List.of(BatchBuilder.at(height).write("skey", "v" + height).build()));
      }
    }
    try (RocksDbStore store = open()) {
      assertThat(store.durableBefore()).as("given again").isEqualTo(5);
    }
  }

  private Path writeAheadLog() throws IOException {
    try (Stream<Path> files = Files.list(folder.resolve(RocksDbStore.DATABASE_FOLDER))) {
      return files
          .filter(file -> file.toString().endsWith(".log"))
          .max(Comparator.comparingLong(file -> file.toFile().length()))
          .orElseThrow();
    }
  }

  @Test
  void shouldNotReadThePastFromDamagedHistory() throws RocksDBException {
    try (RocksDbStore store = open()) {
      store.apply(List.of(BatchBuilder.at(1).write("skey", "first").build()));
      store.apply(List.of(BatchBuilder.at(2).write("skey", "second").build()));
      store.apply(List.of(BatchBuilder.at(3).write("skey", null).build()));
    }
    flipABitOfEveryValue(5, false);
    try (RocksDbStore store = open()) {
      ByteString key = ByteString.copyFromUtf8("skey");
      for (long height = 1; height <= 2; height++) {
        long past = height;
        assertThatThrownBy(() -> store.stateAt(key, past)).isInstanceOf(StorageException.class);
      }
      requireCorrupt(() -> store.verifyHistory(3), "HISTORY", 5);
    }
  }

  /** Of what the store holds nothing has come to tables yet: only families can be missing. */
  @Test
  void shouldReportAManifestThatEndsAmongItsColumnFamilies() throws IOException {
    BlockBatch batch = BatchBuilder.random(1, 3, 30, new Random(1)).write("skey", "value").build();
    Path whole = folder.resolve("whole");
    try (RocksDbStore store = RocksDbStore.open(whole, RocksDbConfig.defaults())) {
      store.apply(List.of(batch));
    }
    int reported = 0;
    for (int left = 0; left < 400; left += 20) {
      Path copy = folder.resolve("cut-" + left);
      StoreCopy.take(whole.resolve("db"), copy.resolve("db"));
      Files.copy(whole.resolve(StoreFolder.MARKER), copy.resolve(StoreFolder.MARKER));
      String name = Files.readString(copy.resolve("db/CURRENT")).strip();
      Path manifest = copy.resolve("db").resolve(name);
      Files.write(manifest, Arrays.copyOf(Files.readAllBytes(manifest), left));
      try (RocksDbStore store = RocksDbStore.open(copy, RocksDbConfig.defaults())) {
        assertThat(store.applied().getHeight()).as("cut at %d", left).isEqualTo(1);
        assertThat(store.state(ByteString.copyFromUtf8("skey"))).as("cut at %d", left).isPresent();
        assertThat(store.locate(batch.txHashes().get(0))).as("cut at %d", left).isPresent();
      } catch (StorageException.Corruption e) {
        reported++;
      }
    }
    assertThat(reported).isPositive();
  }

  private static void requireCorrupt(Runnable read, String named, long seed) {
    assertThatThrownBy(read::run)
        .as("seed %d", seed)
        .isInstanceOf(StorageException.Corruption.class)
        .hasMessageContaining(named);
  }

  @Test
  void shouldRefuseToOpenWithADamagedMarker() throws RocksDBException {
    try (RocksDbStore store = open()) {
      store.apply(List.of(BatchBuilder.at(1).build()));
    }
    flipABitOfEveryValue(3, true);
    assertThatThrownBy(this::open)
        .isInstanceOf(StorageException.Corruption.class)
        .hasMessageContaining("MARKER");
  }

  @Test
  void shouldReadAStoreThatIsOpenElsewhereAndChangeNothing() {
    try (RocksDbStore writer = open()) {
      writer.apply(List.of(BatchBuilder.at(1).tx("a=1", 0).build()));
      try (RocksDbStore reader = RocksDbStore.openReadOnly(folder, RocksDbConfig.defaults())) {
        assertThat(reader.applied()).isEqualTo(writer.applied());
        assertThat(reader.transactions(1, 0)).hasSize(1);
        List<BlockBatch> next = List.of(BatchBuilder.at(2).build());
        assertThatThrownBy(() -> reader.apply(next)).isInstanceOf(IllegalStateException.class);
      }
      writer.apply(List.of(BatchBuilder.at(2).build()));
      assertThat(writer.applied().getHeight()).isEqualTo(2);
    }
  }

  @Test
  void shouldRefuseASecondWriter() {
    try (RocksDbStore writer = open()) {
      assertThat(writer.applied().getHeight()).isZero();
      assertThatThrownBy(this::open)
          .isInstanceOf(StorageException.Unavailable.class)
          .hasMessageContaining("lock");
    }
  }

  @Test
  void shouldRefuseANewerFormat() throws IOException {
    open().close();
    Files.writeString(folder.resolve(StoreFolder.MARKER), "rocksdb 5\n");
    assertThatThrownBy(this::open).isInstanceOf(StorageException.Incompatible.class);
    assertThatThrownBy(() -> RocksDbStore.openReadOnly(folder, RocksDbConfig.defaults()))
        .isInstanceOf(StorageException.Incompatible.class);
  }

  @Test
  void shouldWriteTheRepresentationThatRocksDbReads() throws RocksDBException {
    try (RocksDbStore store = open()) {
      store.apply(
          List.of(
              BatchBuilder.at(2000)
                  .write("sa", "1")
                  .commitment(ByteString.copyFrom(Keys.height(1)))
                  .build(),
              BatchBuilder.at(2001).write("sa", null).commitmentFloor(2001).build()));
      List<Long> kept = new ArrayList<>();
      store.scanCommitments((height, bytes) -> kept.add(height));
      assertThat(kept).containsExactly(2001L);
      assertThat(store.state(ByteString.copyFromUtf8("sa"))).isEmpty();
    }
  }
}
