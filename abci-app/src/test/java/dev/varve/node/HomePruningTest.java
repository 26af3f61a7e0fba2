package dev.varve.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.varve.abci.types.RequestQuery;
import dev.varve.abci.types.ResponseQuery;
import dev.varve.ledger.Ledger;
import dev.varve.ledger.LedgerConfig;
import dev.varve.ledger.Transactions;
import dev.varve.storage.DiskStore;
import dev.varve.storage.StorageEngine;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Homes that dropped old blocks: restarted, checked, taken back, gone on with. */
class HomePruningTest {
  /** Accepted in block 1, its window is open for all blocks of a test. */
  private static final ByteString ONCE =
      Transactions.envelope(500)
          .put(ByteString.copyFromUtf8("once"), ByteString.copyFromUtf8("1"))
          .build();

  @TempDir private Path folder;
  private NodeHome home;
  private NodeConfig config;
  private HomeChain chain;

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
    chain = new HomeChain(config);
  }

  private void run(int first, int last) {
    chain.run(
        first,
        last,
        List.of(ONCE),
        // The envelope of the block before comes again.
        (answer, height) ->
            assertThat(answer.getTxResults(HomeChain.TXS + 1).getCode())
                .isEqualTo(height == 1 ? 0 : 3));
  }

  private void prune() {
    try (DiskStore store = Wiring.embedded(config, config.disk().path())) {
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
    try (StorageEngine engine = HomeChain.open(config)) {
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
