package dev.varve.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.varve.abci.types.RequestQuery;
import dev.varve.abci.types.ResponseQuery;
import dev.varve.fallback.io.FileTrees;
import dev.varve.ledger.Ledger;
import dev.varve.ledger.LedgerConfig;
import dev.varve.storage.StorageEngine;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Takes blocks of real homes back, and gives them again. */
class HomeRollbackTest {
  @TempDir private Path folder;
  private NodeHome home;
  private NodeConfig config;
  private HomeChain chain;

  private void create(String store) {
    home = new NodeHome(folder.resolve("home"));
    home.create(Map.of("disk.store", store, "memory.bytes", "16 MiB"));
    config = NodeConfig.load(home, Map.of());
    chain = new HomeChain(config);
  }

  private void run(int first, int last) {
    chain.run(first, last, List.of(), (answer, height) -> {});
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
    assertThat(one.appHash()).isEqualTo(VarveNode.hex(chain.appHash(7)));
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
    HomeChain.copy(config.disk().path(), kept);
    run(4, 6);
    FileTrees.delete(config.disk().path());
    HomeChain.copy(kept, config.disk().path());
    assertThat(rollBack(OptionalLong.of(5)).appHash()).isEqualTo(VarveNode.hex(chain.appHash(5)));
    assertThat(rollBack(OptionalLong.of(2)).appHash()).isEqualTo(VarveNode.hex(chain.appHash(2)));
    requireSound(2);
    run(3, 6);
    requireSound(6);
  }

  @Test
  void shouldAnswerQueriesOfEarlierHeightsBeforeAndAfter() {
    create("rocksdb");
    run(1, 6);
    rollBack(OptionalLong.of(5));
    try (StorageEngine engine = HomeChain.open(config)) {
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
