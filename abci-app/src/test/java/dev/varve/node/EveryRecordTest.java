package dev.varve.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.varve.abci.types.RequestCommit;
import dev.varve.abci.types.RequestFinalizeBlock;
import dev.varve.abci.types.RequestInitChain;
import dev.varve.ledger.Ledger;
import dev.varve.ledger.LedgerConfig;
import dev.varve.ledger.Transactions;
import dev.varve.storage.RecordType;
import dev.varve.storage.StorageEngine;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.iq80.leveldb.CompressionType;
import org.iq80.leveldb.DB;
import org.iq80.leveldb.DBIterator;
import org.iq80.leveldb.impl.Iq80DBFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.DBOptions;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;

/** A bit flips in every record of a home, of whatever kind, and the check names each of them. */
class EveryRecordTest {
  @TempDir private Path folder;

  /** Records of a database, as "TYPE record KEY", with what to write them by. */
  private interface Raw {
    Map<String, byte[]> all() throws IOException, RocksDBException;

    void put(Map<String, byte[]> values) throws IOException, RocksDBException;
  }

  @Test
  void shouldBeNamedOfRocksDb() throws IOException, RocksDBException {
    requireNamed("rocksdb", path -> new RawRocksDb(path.resolve("db").toString()));
  }

  @Test
  void shouldBeNamedOfLevelDb() throws IOException, RocksDBException {
    requireNamed("leveldb", path -> new RawLevelDb(path.resolve("db")));
  }

  private interface Opener {
    Raw open(Path path);
  }

  private void requireNamed(String kind, Opener opener) throws IOException, RocksDBException {
    NodeHome home = new NodeHome(folder.resolve("home"));
    home.create(Map.of("disk.store", kind, "memory.bytes", "16 MiB"));
    NodeConfig config = NodeConfig.load(home, Map.of());
    fill(config);
    Raw raw = opener.open(config.disk().path());
    Map<String, byte[]> originals = raw.all();
    Set<RecordType> kinds = EnumSet.noneOf(RecordType.class);
    originals.keySet().forEach(name -> kinds.add(RecordType.valueOf(name.split(" ", 2)[0])));
    // A seal comes from a node.
    assertThat(kinds).isEqualTo(EnumSet.complementOf(EnumSet.of(RecordType.SEAL)));

    Set<String> unnamed = new TreeSet<>(originals.keySet());
    while (!unnamed.isEmpty()) {
      raw.put(flipped(originals, unnamed));
      Set<String> named = named(new HomeCheck(home, config, text -> {}).run(), unnamed);
      raw.put(originals);
      assertThat(named).as("named of %s", unnamed).isNotEmpty();
      unnamed.removeAll(named);
    }
    assertThat(new HomeCheck(home, config, text -> {}).run().problems()).isEmpty();
  }

  /** Blocks so small that the check names what is wrong with all of their records at once. */
  private static void fill(NodeConfig config) {
    try (StorageEngine engine = HomeChain.open(config)) {
      Ledger ledger = new Ledger(engine, new LedgerConfig("test", 0));
      ledger.initChain(
          RequestInitChain.newBuilder().setChainId("every").setInitialHeight(1).build());
      give(ledger, 1, bytes("key=1"), bytes("malformed"));
      give(ledger, 2, Transactions.envelope(5).delete(bytes("key")).build(), bytes("other=2"));
    }
  }

  private static void give(Ledger ledger, long height, ByteString... txs) {
    ledger.finalizeBlock(
        RequestFinalizeBlock.newBuilder()
            .setHeight(height)
            .setHash(ByteString.copyFrom(new byte[32]))
            .addAllTxs(List.of(txs))
            .build());
    ledger.commit(RequestCommit.getDefaultInstance());
  }

  private static ByteString bytes(String text) {
    return ByteString.copyFromUtf8(text);
  }

  /** As many at once as a check names: what keeps the store from opening is named alone. */
  private static Map<String, byte[]> flipped(Map<String, byte[]> originals, Set<String> names) {
    Map<String, byte[]> flipped = new LinkedHashMap<>();
    for (String name : names) {
      byte[] value = originals.get(name).clone();
      value[value.length / 2] ^= 1;
      flipped.put(name, value);
      if (flipped.size() == HomeCheck.MAX_PROBLEMS / 2) {
        break;
      }
    }
    return flipped;
  }

  private static Set<String> named(CheckReport report, Set<String> names) {
    Set<String> named = new TreeSet<>();
    for (String name : names) {
      if (report.problems().stream().anyMatch(problem -> problem.what().contains(name + " has "))) {
        named.add(name);
      }
    }
    return named;
  }

  private static String name(RecordType type, byte[] key) {
    return type + " record " + HexFormat.of().formatHex(key);
  }

  private record RawRocksDb(String path) implements Raw {
    private interface Use {
      void with(RocksDB db, Map<String, ColumnFamilyHandle> families) throws RocksDBException;
    }

    private void use(Use use) throws RocksDBException {
      List<ColumnFamilyDescriptor> descriptors = new ArrayList<>();
      try (Options options = new Options()) {
        for (byte[] name : RocksDB.listColumnFamilies(options, path)) {
          descriptors.add(new ColumnFamilyDescriptor(name));
        }
      }
      List<ColumnFamilyHandle> handles = new ArrayList<>();
      try (DBOptions options = new DBOptions();
          RocksDB db = RocksDB.open(options, path, descriptors, handles)) {
        Map<String, ColumnFamilyHandle> families = new LinkedHashMap<>();
        for (ColumnFamilyHandle handle : handles) {
          families.put(new String(handle.getName(), StandardCharsets.UTF_8), handle);
        }
        use.with(db, families);
        handles.forEach(ColumnFamilyHandle::close);
      }
    }

    @Override
    public Map<String, byte[]> all() throws RocksDBException {
      Map<String, byte[]> all = new LinkedHashMap<>();
      use(
          (db, families) -> {
            for (Map.Entry<String, ColumnFamilyHandle> family : families.entrySet()) {
              try (RocksIterator entries = db.newIterator(family.getValue())) {
                for (entries.seekToFirst(); entries.isValid(); entries.next()) {
                  all.put(
                      name(type(family.getKey(), entries.key()), entries.key()), entries.value());
                }
              }
            }
          });
      return all;
    }

    @Override
    public void put(Map<String, byte[]> values) throws RocksDBException {
      use(
          (db, families) -> {
            for (Map.Entry<String, byte[]> value : values.entrySet()) {
              String[] parts = value.getKey().split(" record ", 2);
              db.put(
                  families.get(family(RecordType.valueOf(parts[0]))),
                  HexFormat.of().parseHex(parts[1]),
                  value.getValue());
            }
          });
    }

    private static RecordType type(String family, byte[] key) {
      return switch (family) {
        case "default" -> RecordType.META;
        case "chain" -> RecordType.of(key[8]).orElseThrow();
        case "history" -> key.length == 8 ? RecordType.HISTORY : RecordType.UNDO;
        default -> RecordType.valueOf(family.toUpperCase(java.util.Locale.ROOT));
      };
    }

    private static String family(RecordType type) {
      return switch (type) {
        case META -> "default";
        case BLOCK, TRANSACTION, RESULT, LOG, MARKER -> "chain";
        case HISTORY, UNDO -> "history";
        default -> type.name().toLowerCase(java.util.Locale.ROOT);
      };
    }
  }

  private record RawLevelDb(Path path) implements Raw {
    private DB open() throws IOException {
      return Iq80DBFactory.factory.open(
          path.toFile(), new org.iq80.leveldb.Options().compressionType(CompressionType.NONE));
    }

    @Override
    public Map<String, byte[]> all() throws IOException {
      Map<String, byte[]> all = new LinkedHashMap<>();
      try (DB db = open();
          DBIterator entries = db.iterator()) {
        for (entries.seekToFirst(); entries.hasNext(); ) {
          Map.Entry<byte[], byte[]> entry = entries.next();
          byte[] key = entry.getKey();
          byte[] plain = java.util.Arrays.copyOfRange(key, 1, key.length);
          all.put(name(RecordType.of(key[0]).orElseThrow(), plain), entry.getValue());
        }
      }
      return all;
    }

    @Override
    public void put(Map<String, byte[]> values) throws IOException {
      try (DB db = open()) {
        for (Map.Entry<String, byte[]> value : values.entrySet()) {
          String[] parts = value.getKey().split(" record ", 2);
          byte[] plain = HexFormat.of().parseHex(parts[1]);
          byte[] key = new byte[plain.length + 1];
          key[0] = RecordType.valueOf(parts[0]).code();
          System.arraycopy(plain, 0, key, 1, plain.length);
          db.put(key, value.getValue());
        }
      }
    }
  }
}
