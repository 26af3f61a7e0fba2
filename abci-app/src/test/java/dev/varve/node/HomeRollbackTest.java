package dev.varve.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.varve.abci.types.RequestCommit;
import dev.varve.abci.types.RequestFinalizeBlock;
import dev.varve.abci.types.RequestInitChain;
import dev.varve.abci.types.RequestQuery;
import dev.varve.abci.types.ResponseQuery;
import dev.varve.fallback.Durability;
import dev.varve.fallback.FallbackLog;
import dev.varve.fallback.LogConfig;
import dev.varve.fallback.io.FileTrees;
import dev.varve.fallback.io.RealFileIo;
import dev.varve.ledger.Ledger;
import dev.varve.ledger.LedgerConfig;
import dev.varve.ledger.Transactions;
import dev.varve.storage.StorageEngine;
import dev.varve.storage.engine.DiskPolicy;
import dev.varve.storage.engine.EngineConfig;
import dev.varve.storage.engine.TieredEngine;
import dev.varve.storage.memory.ChronicleMemoryStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Takes blocks of real homes back, and gives them again. */
class HomeRollbackTest {
  private static final int TXS = 70;

  @TempDir private Path folder;
  private NodeHome home;
  private NodeConfig config;
  private final List<ByteString> appHashes = new ArrayList<>();

  private void create(String store) {
    home = new NodeHome(folder.resolve("home"));
    home.create(Map.of("disk.store", store, "memory.bytes", "16 MiB"));
    config = NodeConfig.load(home, Map.of());
  }

  private StorageEngine open() {
    Path logs = config.fallback().path();
    return TieredEngine.open(
        Wiring.disk(config, config.disk().path()),
        log(logs.resolve(Wiring.DISK_LOG), Durability.FORCED),
        () -> ChronicleMemoryStore.create(config.memory().bytes()),
        () -> log(logs.resolve("memory"), Durability.VOLATILE),
        EngineConfig.of(DiskPolicy.BEHIND));
  }

  private static FallbackLog log(Path folder, Durability durability) {
    return FallbackLog.open(
        new LogConfig(folder, 1 << 20, 8 << 20, 0, durability), new RealFileIo());
  }

  /** Gives blocks as a node would; their app hashes must be those of the first time. */
  private void run(int first, int last) {
    try (StorageEngine engine = open()) {
      Ledger ledger = new Ledger(engine, new LedgerConfig("test", 0));
      if (first == 1) {
        ledger.initChain(
            RequestInitChain.newBuilder().setChainId("back").setInitialHeight(1).build());
      }
      for (int height = first; height <= last; height++) {
        ByteString appHash = ledger.finalizeBlock(block(height)).getAppHash();
        if (appHashes.size() < height) {
          appHashes.add(appHash);
        }
        assertThat(appHash).as("block %d", height).isEqualTo(appHashes.get(height - 1));
        ledger.commit(RequestCommit.getDefaultInstance());
      }
    }
  }

  private static RequestFinalizeBlock block(int height) {
    RequestFinalizeBlock.Builder block = RequestFinalizeBlock.newBuilder().setHeight(height);
    block.setHash(ByteString.copyFrom(new byte[32]));
    for (int i = 0; i < TXS; i++) {
      String tx = i == 0 ? "same=1" : i == 1 ? "malformed" : "k" + (i + height) + "=" + height;
      block.addTxs(ByteString.copyFromUtf8(tx));
    }
    block.addTxs(
        Transactions.envelope(height + 2).delete(ByteString.copyFromUtf8("k" + height)).build());
    return block.build();
  }

  private HomeRollback.Report rollBack(OptionalLong height) {
    return new HomeRollback(home, config, at -> {}).run(height);
  }

  private void requireSound(long height) {
    CheckReport report = new HomeCheck(home, config, text -> {}).run();
    assertThat(report.problems()).isEmpty();
    assertThat(report.lastHeight()).isEqualTo(height);
  }

  @ParameterizedTest
  @ValueSource(strings = {"rocksdb", "leveldb"})
  void shouldGoBackAndTakeTheSameBlocksAgain(String store) {
    create(store);
    run(1, 8);
    HomeRollback.Report one = rollBack(OptionalLong.empty());
    assertThat(one.before()).isEqualTo(8);
    assertThat(one.now()).isEqualTo(7);
    assertThat(one.appHash()).isEqualTo(VarveNode.hex(appHashes.get(6)));
    requireSound(7);
    run(8, 9);
    HomeRollback.Report more = rollBack(OptionalLong.of(3));
    assertThat(more.now()).isEqualTo(3);
    requireSound(3);
    run(4, 9);
    requireSound(9);
  }

  @Test
  void shouldDropWhatTheLogAloneHas() throws IOException {
    create("rocksdb");
    run(1, 3);
    Path kept = folder.resolve("kept");
    copy(config.disk().path(), kept);
    run(4, 6);
    FileTrees.delete(config.disk().path());
    copy(kept, config.disk().path());
    assertThat(rollBack(OptionalLong.of(5)).appHash()).isEqualTo(VarveNode.hex(appHashes.get(4)));
    assertThat(rollBack(OptionalLong.of(2)).appHash()).isEqualTo(VarveNode.hex(appHashes.get(1)));
    requireSound(2);
    run(3, 6);
    requireSound(6);
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(from.relativize(file).toString()));
      }
    }
  }

  @Test
  void shouldAnswerQueriesOfEarlierHeightsBeforeAndAfter() {
    create("rocksdb");
    run(1, 6);
    rollBack(OptionalLong.of(5));
    try (StorageEngine engine = open()) {
      Ledger ledger = new Ledger(engine, new LedgerConfig("test", 0));
      for (int height = 1; height <= 5; height++) {
        ResponseQuery then =
            ledger.query(
                RequestQuery.newBuilder()
                    .setData(ByteString.copyFromUtf8("k50"))
                    .setHeight(height)
                    .build());
        assertThat(then.getValue().toStringUtf8()).isEqualTo(Integer.toString(height));
      }
    }
  }

  @Test
  void shouldSayWhyItCannotGoBack() {
    create("rocksdb");
    assertThatThrownBy(() -> rollBack(OptionalLong.empty()))
        .isInstanceOf(NodeException.class)
        .hasMessageContaining("has no blocks");
    run(1, 1);
    assertThatThrownBy(() -> rollBack(OptionalLong.empty()))
        .isInstanceOf(NodeException.class)
        .hasMessageContaining("block 1 cannot be taken back");
    run(2, 4);
    for (long height : new long[] {0, 4, 9}) {
      assertThatThrownBy(() -> rollBack(OptionalLong.of(height)))
          .isInstanceOf(NodeException.class)
          .hasMessage(
              "cannot go back to height " + height + ": the last block is 4, allowed are 1 to 3");
    }
    try (HomeLock running = HomeLock.acquire(home.lockFile())) {
      assertThatThrownBy(() -> rollBack(OptionalLong.empty()))
          .isInstanceOf(NodeException.class)
          .hasMessageContaining("is in use by process");
    }
    requireSound(4);
  }
}
