package dev.varve.storage.disk.rocksdb;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.varve.storage.BlockBatch;
import dev.varve.storage.DiskStore;
import dev.varve.storage.RollbackContract;
import dev.varve.storage.fixture.BatchBuilder;
import dev.varve.storage.fixture.SealMaker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.DBOptions;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;

class RocksDbHistoryTest extends RollbackContract {
  @Override
  protected DiskStore open(Path folder, long historyBlocks) {
    return RocksDbStore.open(folder, RocksDbConfig.defaults().withHistoryBlocks(historyBlocks));
  }

  @Override
  protected void makeVersionOne() throws IOException {
    super.makeVersionOne();
    drop(List.of("history", "deletion", "seal"));
  }

  private void drop(List<String> unknown) throws IOException {
    String database = folder.resolve(RocksDbStore.DATABASE_FOLDER).toString();
    List<ColumnFamilyHandle> handles = new ArrayList<>();
    try (Options any = new Options();
        DBOptions options = new DBOptions()) {
      List<ColumnFamilyDescriptor> families =
          RocksDB.listColumnFamilies(any, database).stream()
              .map(ColumnFamilyDescriptor::new)
              .toList();
      try (RocksDB db = RocksDB.open(options, database, families, handles)) {
        for (ColumnFamilyHandle handle : handles) {
          if (unknown.contains(new String(handle.getName(), UTF_8))) {
            db.dropColumnFamily(handle);
          }
        }
        handles.forEach(ColumnFamilyHandle::close);
      }
    } catch (RocksDBException e) {
      throw new IOException(e);
    }
  }

  @Test
  void shouldBringAStoreOfVersionThreeUpToDate() throws IOException {
    BlockBatch first = BatchBuilder.at(1).tx("a=1", 0).write("sa", "1").build();
    store.apply(List.of(first));
    store.close();
    drop(List.of("seal"));
    Files.writeString(folder.resolve("FORMAT"), "rocksdb 3\n");
    try (RocksDbStore reader = RocksDbStore.openReadOnly(folder, RocksDbConfig.defaults())) {
      assertThat(reader.block(1)).contains(first.block());
      assertThat(reader.seal(1)).isEmpty();
      assertThat(reader.sealed()).isZero();
    }
    store = open(folder, 0);
    assertThat(folder.resolve("FORMAT")).hasContent("rocksdb 4\n");
    assertThat(store.block(1)).contains(first.block());
    store.seal(List.of(SealMaker.of(first.block())));
    assertThat(store.sealed()).isEqualTo(1);
  }

  @Test
  void shouldReadAStoreOfVersionOneWithoutChangingIt() throws IOException {
    store.close();
    store = open(folder, 0);
    store.apply(List.of(BatchBuilder.at(1).write("sa", "1").build()));
    store.close();
    makeVersionOne();
    try (RocksDbStore reader = RocksDbStore.openReadOnly(folder, RocksDbConfig.defaults())) {
      assertThat(reader.historyFloor()).isEqualTo(1);
      assertThat(reader.stateAt(ByteString.copyFromUtf8("sa"), 1)).isPresent();
      assertThat(reader.stateAt(ByteString.copyFromUtf8("sb"), 1)).isEmpty();
    }
    assertThat(folder.resolve("FORMAT")).hasContent("rocksdb 1\n");
  }
}
