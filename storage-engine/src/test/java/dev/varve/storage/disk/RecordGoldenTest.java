package dev.varve.storage.disk;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.varve.storage.Envelope;
import dev.varve.storage.RecordType;
import dev.varve.storage.disk.copy.CopyRecord;
import dev.varve.storage.disk.copy.EmbeddedRecords;
import dev.varve.storage.disk.leveldb.LevelDbConfig;
import dev.varve.storage.disk.leveldb.LevelDbStore;
import dev.varve.storage.disk.rocksdb.RocksDbConfig;
import dev.varve.storage.disk.rocksdb.RocksDbStore;
import dev.varve.storage.fixture.GoldenBlocks;
import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The bytes of every kind of record, against a file that never changes within a format version. */
class RecordGoldenTest {
  private static final HexFormat HEX = HexFormat.of();

  @TempDir Path folder;

  @Test
  void shouldWriteTheBytesOfTheFormatToRocksDb() throws IOException {
    try (RocksDbStore store = RocksDbStore.open(folder, RocksDbConfig.defaults())) {
      store.apply(GoldenBlocks.all());
      compare(store.records());
    }
  }

  @Test
  void shouldWriteTheBytesOfTheFormatToLevelDb() throws IOException {
    try (LevelDbStore store = LevelDbStore.open(folder, LevelDbConfig.defaults())) {
      store.apply(GoldenBlocks.all());
      compare(store.records());
    }
  }

  private static void compare(EmbeddedRecords records) throws IOException {
    Set<RecordType> seen = EnumSet.noneOf(RecordType.class);
    for (String line : GoldenBlocks.lines(RecordGoldenTest.class, "records-1.golden")) {
      String[] parts = line.split(" ", -1);
      String[] name = parts[0].split("[.]", -1);
      if (name.length > 1 && !name[1].equals(records.kind())) {
        continue;
      }
      RecordType type = RecordType.valueOf(name[0]);
      byte[] key = HEX.parseHex(parts[1]);
      assertThat(records.find(type, ByteString.copyFrom(key)).map(CopyRecord::payload))
          .as(line)
          .contains(Envelope.open(type, key, HEX.parseHex(parts[2])));
      seen.add(type);
    }
    // The bytes of a seal stand in format-4.txt: it comes with no block.
    assertThat(seen).isEqualTo(EnumSet.complementOf(EnumSet.of(RecordType.SEAL)));
  }
}
