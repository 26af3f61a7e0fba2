package dev.varve.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.varve.abci.types.RequestCommit;
import dev.varve.abci.types.RequestFinalizeBlock;
import dev.varve.abci.types.RequestInitChain;
import dev.varve.abci.types.RequestQuery;
import dev.varve.abci.types.ResponseFinalizeBlock;
import dev.varve.abci.types.ResponseQuery;
import dev.varve.fallback.Durability;
import dev.varve.fallback.FallbackLog;
import dev.varve.fallback.LogConfig;
import dev.varve.fallback.io.RealFileIo;
import dev.varve.ledger.Ledger;
import dev.varve.ledger.LedgerConfig;
import dev.varve.ledger.Transactions;
import dev.varve.storage.DiskStore;
import dev.varve.storage.StorageEngine;
import dev.varve.storage.engine.DiskPolicy;
import dev.varve.storage.engine.EngineConfig;
import dev.varve.storage.engine.TieredEngine;
import dev.varve.storage.memory.ChronicleMemoryStore;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Homes that dropped old blocks: restarted, checked, taken back, gone on with. */
class HomePruningTest {
  private static final int TXS = 70;

  @TempDir private Path folder;
  private NodeHome home;
  private NodeConfig config;
  private final List<ByteString> appHashes = new ArrayList<>();

  private void create(String store) {
    home = new NodeHome(folder.resolve("home"));
    home.create(
        Map.of(
            "disk.store",
            store,
            "memory.bytes",
            "16 MiB",
            "retain.blocks",
            "5",
            "history.blocks",
            "3"));
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
            RequestInitChain.newBuilder().setChainId("pruned").setInitialHeight(1).build());
      }
      for (int height = first; height <= last; height++) {
        ResponseFinalizeBlock answer = ledger.finalizeBlock(block(height));
        // The envelope of the block before comes again.
        assertThat(answer.getTxResults(TXS + 1).getCode()).isEqualTo(height == 1 ? 0 : 3);
        if (appHashes.size() < height) {
          appHashes.add(answer.getAppHash());
        }
        assertThat(answer.getAppHash()).as("block %d", height).isEqualTo(appHashes.get(height - 1));
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
    return block
        .addTxs(
            Transactions.envelope(height + 2).delete(ByteString.copyFromUtf8("k" + height)).build())
        // Accepted in block 1, its window is open for all blocks of a test.
        .addTxs(
            Transactions.envelope(500)
                .put(ByteString.copyFromUtf8("once"), ByteString.copyFromUtf8("1"))
                .build())
        .build();
  }

  private void prune() {
    try (DiskStore store = Wiring.disk(config, config.disk().path())) {
      int steps = 0;
      while (store.prune()) {
        assertThat(++steps).isLessThan(1_000);
      }
    }
  }

  private void requireSound(long first, long last) {
    CheckReport report = new HomeCheck(home, config, text -> {}).run();
    assertThat(report.problems()).isEmpty();
    assertThat(report.firstHeight()).isEqualTo(first);
    assertThat(report.lastHeight()).isEqualTo(last);
    assertThat(report.blocks()).isEqualTo(last - first + 1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"rocksdb", "leveldb"})
  void shouldGoOnWithTheSameAppHashes(String store) {
    create(store);
    run(1, 12);
    prune();
    requireSound(8, 12);
    run(13, 20);
    prune();
    requireSound(16, 20);
    assertThat(new HomeRollback(home, config, at -> {}).run(OptionalLong.of(17)).now())
        .isEqualTo(17);
    requireSound(16, 17);
    run(18, 24);
    requireSound(16, 24);
    prune();
    requireSound(20, 24);
  }

  @Test
  void shouldAnswerPrunedForWhatWasDropped() {
    create("rocksdb");
    run(1, 12);
    prune();
    try (StorageEngine engine = open()) {
      Ledger ledger = new Ledger(engine, new LedgerConfig("test", 0));
      ResponseQuery dropped = ledger.query(RequestQuery.newBuilder().setPath("/block/7").build());
      assertThat(dropped.getCode()).isEqualTo(3);
      assertThat(dropped.getLog())
          .isEqualTo("block 7 is not kept any more, the lowest height kept is 8");
      assertThat(ledger.query(RequestQuery.newBuilder().setPath("/block/8").build()).getCode())
          .isZero();
      assertThat(engine.status().chainFloor()).isEqualTo(8);
    }
  }
}
