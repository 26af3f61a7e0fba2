package dev.varve.storage.disk.copy;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.varve.storage.BlockBatch;
import dev.varve.storage.DiskStore;
import dev.varve.storage.Keys;
import dev.varve.storage.RecordType;
import dev.varve.storage.StorageException;
import dev.varve.storage.fault.Seeds;
import dev.varve.storage.record.BlockRecord;
import dev.varve.storage.record.CopyState;
import dev.varve.storage.record.CopyTotal;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.DBOptions;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;

/** Copies between embedded stores of every kind. */
class StoreCopyTest {
  private static final int BLOCKS = 60;

  @TempDir private Path folder;
  private final Random random = new Random(Seeds.seed(StoreCopyTest.class));
  private final CopiedChain chain = new CopiedChain(random);

  private StoreCopy copy(RecordStore from, RecordStore to) {
    return new StoreCopy(from, to, "chain-1", text -> {}, 1 + random.nextInt(300));
  }

  @ParameterizedTest
  @CsvSource({"ROCKSDB, LEVELDB", "LEVELDB, ROCKSDB", "ROCKSDB, ROCKSDB", "LEVELDB, LEVELDB"})
  void shouldCopyEverything(Kind from, Kind to) {
    try (Opened source = from.open(folder.resolve("from"), 25, 0);
        Opened target = to.open(folder.resolve("to"), 25, 0)) {
      chain.fill(source.store(), BLOCKS);
      StoreCopy copy = copy(source.records(), target.records());
      List<CopyTotal> totals = copy.run();
      assertThat(StoreCopy.unfinished(target.records())).isPresent();
      copy.finish();
      assertThat(copy.isResumed()).isFalse();
      assertThat(totals).isNotEmpty();
      assertThat(totals.get(0).getType()).isEqualTo(RecordType.BLOCK.code());
      assertThat(totals.get(0).getCount()).isEqualTo(BLOCKS);
      assertThat(StoreCopy.unfinished(target.records())).isEmpty();
    }
    try (Opened source = from.open(folder.resolve("from"), 25, 0);
        Opened target = to.open(folder.resolve("to"), 25, 0)) {
      chain.requireSame(source.store(), target.store());
      // Both go on, and back, alike.
      chain.fill(source.store(), 0);
      List<BlockBatch> more = chain.next(5);
      source.store().apply(more);
      target.store().apply(more);
      chain.requireSame(source.store(), target.store());
      source.store().rollBack(BLOCKS - 10, at -> {});
      target.store().rollBack(BLOCKS - 10, at -> {});
      chain.requireSame(source.store(), target.store());
      CopiedChain.requireSameRecords(source.records(), target.records());
    }
  }

  @ParameterizedTest
  @CsvSource({"ROCKSDB, LEVELDB", "LEVELDB, ROCKSDB"})
  void shouldCopyWhatPruningLeft(Kind from, Kind to) {
    try (Opened source = from.open(folder.resolve("from"), 10, 16);
        Opened target = to.open(folder.resolve("to"), 10, 16)) {
      chain.fill(source.store(), BLOCKS);
      int steps = 0;
      while (steps < 200 && source.store().prune()) {
        steps++;
      }
      assertThat(source.store().chainFloor()).isGreaterThan(1);
      StoreCopy copy = copy(source.records(), target.records());
      copy.run();
      copy.finish();
      chain.requireSame(source.store(), target.store());
      assertThat(target.store().chainFloor()).isEqualTo(source.store().chainFloor());
      assertThat(target.store().historyFloor()).isEqualTo(source.store().historyFloor());
    }
  }

  @ParameterizedTest
  @CsvSource({"ROCKSDB, LEVELDB", "LEVELDB, ROCKSDB"})
  void shouldGoOnWhereItBrokeOff(Kind from, Kind to) {
    try (Opened source = from.open(folder.resolve("from"), 25, 0)) {
      chain.fill(source.store(), BLOCKS);
      int broken = 0;
      boolean begun = false;
      while (true) {
        try (Opened target = to.open(folder.resolve("to"), 25, 0)) {
          BreakingStore breaking =
              new BreakingStore(target.records(), random, 1 + random.nextInt(400));
          StoreCopy copy = copy(source.records(), breaking);
          try {
            copy.run();
            assertThat(copy.isResumed()).isEqualTo(begun);
            copy.finish();
            break;
          } catch (StorageException.DiskFull e) {
            begun |= StoreCopy.unfinished(target.records()).isPresent();
            broken++;
          }
        }
      }
      try (Opened target = to.open(folder.resolve("to"), 25, 0)) {
        chain.requireSame(source.store(), target.store());
        CopiedChain.requireSameRecords(source.records(), target.records());
      }
      assertThat(broken).isPositive();
    }
  }

  @Test
  void shouldRefuseATargetThatHoldsSomethingElse() {
    try (Opened source = Kind.ROCKSDB.open(folder.resolve("from"), 25, 0);
        Opened target = Kind.LEVELDB.open(folder.resolve("to"), 25, 0)) {
      chain.fill(source.store(), 5);
      target.store().apply(chain.all().subList(0, 3));
      assertThatThrownBy(() -> copy(source.records(), target.records()).run())
          .isInstanceOf(StorageException.Incompatible.class)
          .hasMessageContaining("is not empty, it holds blocks up to 3");
    }
    try (Opened source = Kind.ROCKSDB.open(folder.resolve("from"), 25, 0);
        Opened target = Kind.LEVELDB.open(folder.resolve("other"), 25, 0)) {
      copy(source.records(), target.records()).run();
      source.store().apply(chain.next(1));
      assertThatThrownBy(() -> copy(source.records(), target.records()).run())
          .isInstanceOf(StorageException.Incompatible.class)
          .hasMessageContaining("an unfinished copy of chain chain-1 at height 5")
          .hasMessageContaining("the source is chain chain-1 at height 6");
    }
  }

  @Test
  void shouldNameWhatIsMissingInTheSource() {
    try (Opened source = Kind.LEVELDB.open(folder.resolve("from"), 25, 0);
        Opened target = Kind.ROCKSDB.open(folder.resolve("to"), 25, 0)) {
      chain.fill(source.store(), 10);
      CopyRecord wrong =
          new CopyRecord(
              RecordType.BLOCK,
              ByteString.copyFrom(Keys.chain(7, RecordType.BLOCK, 0)),
              BlockRecord.newBuilder().setHeight(7).setTxCount(100_000).build().toByteString());
      source.records().put(Section.META, List.of(wrong));
      source.records().commit(Optional.of(CopyState.getDefaultInstance()));
      assertThatThrownBy(() -> copy(source.records(), target.records()).run())
          .isInstanceOf(StorageException.Corruption.class)
          .hasMessageContaining("TRANSACTION record 0000000000000007")
          .hasMessageContaining("is missing in leveldb store");
    }
  }

  @Test
  void shouldNameADamagedRecordOfTheSource() throws RocksDBException {
    try (Opened source = Kind.ROCKSDB.open(folder.resolve("from"), 25, 0)) {
      chain.fill(source.store(), 20);
    }
    byte[] key = damageState(folder.resolve("from").resolve("db"));
    try (Opened source = Kind.ROCKSDB.open(folder.resolve("from"), 25, 0);
        Opened target = Kind.LEVELDB.open(folder.resolve("to"), 25, 0)) {
      assertThatThrownBy(() -> copy(source.records(), target.records()).run())
          .isInstanceOf(StorageException.Corruption.class)
          .hasMessageContaining("STATE record " + HexFormat.of().formatHex(key))
          .hasMessageContaining("has checksum");
      assertThat(StoreCopy.unfinished(target.records())).isPresent();
    }
  }

  /** Alters the first value of the state; returns its key. */
  private static byte[] damageState(Path db) throws RocksDBException {
    List<ColumnFamilyDescriptor> families = new ArrayList<>();
    try (Options options = new Options()) {
      for (byte[] name : RocksDB.listColumnFamilies(options, db.toString())) {
        families.add(new ColumnFamilyDescriptor(name));
      }
    }
    List<ColumnFamilyHandle> handles = new ArrayList<>();
    try (DBOptions options = new DBOptions();
        RocksDB rocks = RocksDB.open(options, db.toString(), families, handles)) {
      for (ColumnFamilyHandle handle : handles) {
        if (new String(handle.getName(), US_ASCII).equals("state")) {
          try (RocksIterator first = rocks.newIterator(handle)) {
            first.seekToFirst();
            byte[] value = first.value();
            value[value.length - 1] ^= 1;
            rocks.put(handle, first.key(), value);
            return first.key();
          }
        }
      }
      throw new AssertionError("no state");
    } finally {
      handles.forEach(ColumnFamilyHandle::close);
    }
  }

  @Test
  void shouldNoticeATargetThatKeepsOtherBytes() {
    try (Opened source = Kind.ROCKSDB.open(folder.resolve("from"), 25, 0);
        Opened target = Kind.ROCKSDB.open(folder.resolve("to"), 25, 0)) {
      chain.fill(source.store(), 10);
      RecordStore lying =
          new BreakingStore(target.records(), random, Integer.MAX_VALUE) {
            @Override
            public void put(Section section, List<CopyRecord> unit) {
              boolean last = section == Section.META;
              super.put(
                  section,
                  last
                      ? List.of(
                          new CopyRecord(
                              RecordType.META, unit.get(0).key(), ByteString.copyFromUtf8("other")))
                      : unit);
            }
          };
      assertThatThrownBy(() -> copy(source.records(), lying).run())
          .isInstanceOf(StorageException.Corruption.class)
          .hasMessageContaining("does not hold what was copied");
      assertThat(StoreCopy.unfinished(target.records())).isPresent();
    }
  }

  /** A store and its records. */
  record Opened(DiskStore store, RecordStore records) implements AutoCloseable {
    @Override
    public void close() {
      store.close();
    }
  }
}
