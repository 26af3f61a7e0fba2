package dev.varve.node;

import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.varve.abci.types.RequestCommit;
import dev.varve.abci.types.RequestFinalizeBlock;
import dev.varve.abci.types.RequestInitChain;
import dev.varve.fallback.Durability;
import dev.varve.fallback.FallbackLog;
import dev.varve.fallback.KeyIndex;
import dev.varve.fallback.LogEntry;
import dev.varve.fallback.io.FileTrees;
import dev.varve.ledger.Ledger;
import dev.varve.ledger.LedgerConfig;
import dev.varve.ledger.Transactions;
import dev.varve.storage.RecordBuffer;
import dev.varve.storage.RecordType;
import dev.varve.storage.StorageEngine;
import dev.varve.storage.fixture.SealMaker;
import dev.varve.storage.record.DeletionRecord;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.DBOptions;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;

/** Damages real homes, record by record, and expects the check to name the record. */
class HomeCheckTest {
  private static final int BLOCKS = 3;
  private static final int TXS = 70;

  @TempDir private Path folder;
  private NodeHome home;
  private NodeConfig config;

  @BeforeEach
  void setUp() {
    home = new NodeHome(folder.resolve("home"));
    home.create(
        Map.of(
            "disk.block_cache_bytes",
            "8 MiB",
            "disk.wal_bytes",
            "16 MiB",
            "memory.bytes",
            "16 MiB"));
    config = NodeConfig.load(home, Map.of());
    run(1, BLOCKS);
  }

  /** Adds blocks to the home as a node would. */
  private void run(int first, int last) {
    run(ledger -> run(ledger, first, last));
  }

  private void run(Consumer<Ledger> node) {
    try (StorageEngine engine = HomeChain.open(config)) {
      node.accept(new Ledger(engine, new LedgerConfig("test", 0)));
    }
  }

  /** A home whose store ends with block 3 and whose log has blocks 4 to 6 too. */
  private void runAheadOfTheStore() throws IOException {
    Path kept = folder.resolve("kept");
    HomeChain.copy(config.disk().path(), kept);
    run(BLOCKS + 1, 2 * BLOCKS);
    FileTrees.delete(config.disk().path());
    HomeChain.copy(kept, config.disk().path());
  }

  @Test
  void shouldFindASoundStoreSound() {
    CheckReport report = check();

    assertThat(report.problems()).isEmpty();
    assertThat(report.firstHeight()).isEqualTo(1);
    assertThat(report.lastHeight()).isEqualTo(BLOCKS);
    assertThat(report.blocks()).isEqualTo(BLOCKS);
    assertThat(report.transactions()).isEqualTo((long) BLOCKS * TXS);
    assertThat(report.keys()).isPositive();
  }

  @Test
  void shouldFindAFlippedBitInEveryRecord() throws RocksDBException {
    for (String family : List.of("chain", "index", "state", "commitment", "history")) {
      for (int i = 0; i < 3; i++) {
        byte[] original = change(family, i, value -> flip(value, value.length / 2));
        CheckReport report;
        try {
          report = check();
          assertThat(report.problems()).as("%s record %d", family, i).isNotEmpty();
        } finally {
          change(family, i, value -> original);
        }
      }
    }
    assertThat(check().problems()).isEmpty();
  }

  @Test
  void shouldFindWhatIsMissing() throws RocksDBException {
    byte[] block = change("chain", 0, value -> null);

    assertThat(block).isNotNull();
    assertThat(check().problems()).anyMatch(problem -> problem.what().contains("missing"));
  }

  @Test
  void shouldFindAHeaderThatIsDamagedOrOfNoBlock() throws RocksDBException {
    try (StorageEngine engine = HomeChain.open(config)) {
      engine.seal(List.of(SealMaker.of(engine.block(1).orElseThrow())));
    }
    // The blocks here have made-up hashes, which no header gives.
    assertThat(check().problems())
        .singleElement()
        .extracting(Problem::what)
        .asString()
        .startsWith("header of block 1 hashes to ")
        .endsWith(", the block to " + "0".repeat(64));
    change("seal", 0, value -> flip(value, value.length / 2));
    assertThat(check().problems())
        .singleElement()
        .extracting(Problem::what)
        .asString()
        .startsWith("header of block 1: SEAL record");
  }

  @Test
  void shouldFindAKeyThatIsMissingByTheAppHash() throws RocksDBException {
    change("state", 0, value -> null);

    assertThat(check().problems())
        .singleElement()
        .extracting(Problem::what)
        .asString()
        .startsWith("app hash: ");
  }

  @Test
  void shouldFindATransactionThatTheIndexLost() throws RocksDBException {
    change("index", 0, value -> null);

    assertThat(check().problems())
        .singleElement()
        .extracting(Problem::what)
        .asString()
        .startsWith("index of transaction ")
        .contains("is missing; it stands in block ");
  }

  @Test
  void shouldFindRecordsOfDeletionsThatCannotBe() throws RocksDBException {
    deleteInNextBlock("k2");
    assertThat(check().problems()).isEmpty();
    byte[] original = change("deletion", 0, value -> flip(value, value.length - 1));
    assertThat(check().problems())
        .singleElement()
        .extracting(Problem::what)
        .asString()
        .startsWith("deletions: ");
    change("deletion", 0, value -> deletion("\0k2", BLOCKS + 2));
    assertThat(check().problems())
        .singleElement()
        .extracting(Problem::what)
        .isEqualTo("deletions: key 006b32 is said to be deleted in block 5, the last one is 4");
    change("deletion", 0, value -> original);
    assertThat(check().problems()).isEmpty();
  }

  private void deleteInNextBlock(String key) {
    ByteString delete =
        Transactions.envelope(BLOCKS + 2).delete(ByteString.copyFromUtf8(key)).build();
    run(
        ledger -> {
          ledger.finalizeBlock(
              RequestFinalizeBlock.newBuilder()
                  .setHeight(BLOCKS + 1)
                  .setHash(ByteString.copyFrom(new byte[32]))
                  .addTxs(delete)
                  .build());
          ledger.commit(RequestCommit.getDefaultInstance());
        });
  }

  private static byte[] deletion(String key, long height) {
    byte[] keyBytes = key.getBytes(java.nio.charset.StandardCharsets.UTF_8);
    RecordBuffer buffer = new RecordBuffer(64);
    buffer.writeBytes(keyBytes);
    int at = buffer.beginValue();
    buffer.writeMessage(DeletionRecord.newBuilder().setHeight(height).build());
    buffer.endValue(RecordType.DELETION, 0, keyBytes.length, at);
    return buffer.copy(at, buffer.position());
  }

  @Test
  void shouldCheckTheBlocksThatOnlyTheLogHas() throws IOException {
    runAheadOfTheStore();

    CheckReport report = check();

    assertThat(report.problems()).isEmpty();
    assertThat(report.lastHeight()).isEqualTo(BLOCKS);
    assertThat(report.loggedHeight()).isEqualTo(2 * BLOCKS);
  }

  @Test
  void shouldNameTheEntryThatIsDamaged() throws IOException {
    runAheadOfTheStore();
    Path[] segments = new Path[1];
    long[] offsets = new long[2 * BLOCKS + 1];
    new StoredLog(config)
        .visit(
            (batch, file, offset) -> {
              segments[0] = file;
              offsets[(int) batch.height()] = offset;
            });
    try (FileChannel channel = FileChannel.open(segments[0], READ, WRITE)) {
      ByteBuffer one = ByteBuffer.allocate(1);
      channel.read(one, offsets[5] + 100);
      one.put(0, (byte) (one.get(0) ^ 1)).rewind();
      channel.write(one, offsets[5] + 100);
    }

    CheckReport report = check();

    assertThat(report.loggedHeight()).isEqualTo(4);
    assertThat(report.problems())
        .singleElement()
        .satisfies(
            problem -> {
              assertThat(problem.what()).contains(segments[0] + " at byte " + offsets[5]);
              assertThat(problem.remedy()).contains(config.fallback().path().toString());
            });
  }

  @Test
  void shouldCheckTheLogWhereTheStoreDoesNotOpen() throws IOException {
    runAheadOfTheStore();
    Files.writeString(config.disk().path().resolve("db/CURRENT"), "nonsense");

    CheckReport report = check();

    assertThat(report.problems())
        .singleElement()
        .extracting(Problem::what)
        .asString()
        .startsWith("the store cannot be opened: ");
    assertThat(report.loggedHeight()).isEqualTo(2 * BLOCKS);
  }

  @Test
  void shouldLeaveFilesOfAnotherVersionAlone() throws IOException {
    Path disk = config.fallback().path().resolve(Wiring.DISK_LOG);
    Files.writeString(config.disk().path().resolve("FORMAT"), "rocksdb 9\n");
    Files.writeString(disk.resolve("FORMAT"), "forcedlog 9\n");
    assertThat(check().problems())
        .hasSize(2)
        .allSatisfy(problem -> assertThat(problem.remedy()).contains("Varve that wrote it"));
  }

  @Test
  void shouldKeepALogThatHoldsTheWholeChain() throws IOException {
    FileTrees.delete(config.disk().path());
    assertThat(check().problems())
        .singleElement()
        .satisfies(
            problem ->
                assertThat(problem.remedy())
                    .contains("and nothing else")
                    .doesNotContain(config.fallback().path().toString()));
  }

  @Test
  void shouldTellThatTheStoreLostBlocks() throws IOException {
    try (Stream<Path> files = Files.list(config.disk().path().resolve("db"))) {
      for (Path file : files.filter(path -> path.toString().endsWith(".log")).toList()) {
        Files.write(file, new byte[0]);
      }
    }
    assertThat(check().problems())
        .extracting(Problem::what)
        .anyMatch(what -> what.startsWith("the store held block " + BLOCKS + " and holds block "));
  }

  @Test
  void shouldFindALogThatDoesNotContinueTheStore() throws IOException {
    runAheadOfTheStore();
    Path kept = folder.resolve("kept");
    FileTrees.delete(config.disk().path());
    HomeChain.copy(kept, config.disk().path());
    Path disk = config.fallback().path().resolve(Wiring.DISK_LOG);
    FileTrees.delete(disk);
    try (FallbackLog log = HomeChain.log(disk, Durability.FORCED)) {
      log.append(new LogEntry(9, new byte[64], 0, 64, new KeyIndex(1)));
    }

    assertThat(check().problems())
        .singleElement()
        .extracting(Problem::what)
        .asString()
        .contains("the entry of block 9 holds no block");
  }

  private CheckReport check() {
    return new HomeCheck(home, config, text -> {}).run();
  }

  private static void run(Ledger ledger, int first, int last) {
    if (first == 1) {
      ledger.initChain(
          RequestInitChain.newBuilder().setChainId("check").setInitialHeight(1).build());
    }
    for (int height = first; height <= last; height++) {
      RequestFinalizeBlock.Builder block = RequestFinalizeBlock.newBuilder().setHeight(height);
      block.setHash(ByteString.copyFrom(new byte[32]));
      for (int i = 0; i < TXS; i++) {
        // The first comes again in every block, the second is malformed.
        String tx = i == 0 ? "same=1" : i == 1 ? "malformed " + height : "k" + i + "=" + height;
        block.addTxs(ByteString.copyFromUtf8(tx));
      }
      ledger.finalizeBlock(block.build());
      ledger.commit(RequestCommit.getDefaultInstance());
    }
  }

  private static byte[] flip(byte[] value, int at) {
    byte[] changed = value.clone();
    changed[at] ^= 1;
    return changed;
  }

  /** Changes the value of a family's n-th key behind the store's back; returns what was there. */
  private byte[] change(String family, int n, Change change) throws RocksDBException {
    String path = config.disk().path().resolve("db").toString();
    List<ColumnFamilyDescriptor> descriptors = new ArrayList<>();
    int wanted = -1;
    try (Options options = new Options()) {
      for (byte[] name : RocksDB.listColumnFamilies(options, path)) {
        if (new String(name, java.nio.charset.StandardCharsets.UTF_8).equals(family)) {
          wanted = descriptors.size();
        }
        descriptors.add(new ColumnFamilyDescriptor(name));
      }
    }
    List<ColumnFamilyHandle> handles = new ArrayList<>();
    try (DBOptions options = new DBOptions();
        RocksDB db = RocksDB.open(options, path, descriptors, handles)) {
      ColumnFamilyHandle handle = handles.get(wanted);
      byte[] key;
      byte[] before;
      try (RocksIterator entries = db.newIterator(handle)) {
        entries.seekToFirst();
        for (int i = 0; i < n; i++) {
          entries.next();
        }
        key = entries.key();
        before = entries.value();
      }
      byte[] after = change.of(before);
      if (after == null) {
        db.delete(handle, key);
      } else {
        db.put(handle, key, after);
      }
      handles.forEach(ColumnFamilyHandle::close);
      return before;
    }
  }

  /** What becomes of a value; null deletes it. */
  private interface Change {
    byte[] of(byte[] value);
  }
}
