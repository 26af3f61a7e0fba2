package dev.varve.it.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.varve.sharding.fixture.ClusterYaml.Layout;
import dev.varve.sharding.fixture.NeedsDatabase;
import dev.varve.storage.StorageException;
import dev.varve.storage.disk.copy.CopiedChain;
import dev.varve.storage.disk.copy.RecordStore;
import dev.varve.storage.disk.copy.StoreCopy;
import dev.varve.storage.disk.leveldb.LevelDbConfig;
import dev.varve.storage.disk.leveldb.LevelDbStore;
import dev.varve.storage.disk.rocksdb.RocksDbConfig;
import dev.varve.storage.disk.rocksdb.RocksDbStore;
import dev.varve.storage.disk.sql.SqlStore;
import dev.varve.storage.disk.sql.SqlStoreConfig;
import dev.varve.storage.fault.Seeds;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Copies from an embedded store into a cluster of each layout, and from there to another one. */
@NeedsDatabase
class SqlCopyIT {
  private static final int BLOCKS = 40;
  private static final long HISTORY = 15;

  @TempDir private Path folder;
  private final CopiedChain chain = new CopiedChain(new Random(Seeds.seed(SqlCopyIT.class)));

  private RocksDbStore rocksDb(String name, long retain) {
    RocksDbConfig config = new RocksDbConfig(8L << 20, 16L << 20, 2, 0);
    return RocksDbStore.open(
        folder.resolve(name), config.withHistoryBlocks(HISTORY).withRetainBlocks(retain));
  }

  private static StoreCopy copy(RecordStore from, RecordStore to) {
    return new StoreCopy(from, to, "chain-1", text -> {});
  }

  @ParameterizedTest
  @EnumSource(Layout.class)
  void shouldCopyThereAndBack(Layout layout) {
    SqlFixture fixture = SqlFixture.of(layout);
    fixture.wipe();
    SqlStoreConfig config = SqlFixture.config().withBlocks(HISTORY, 0);
    LevelDbConfig levelDb = LevelDbConfig.defaults().withHistoryBlocks(HISTORY);
    boolean pruned = layout == Layout.TWO_GROUPS;
    try (RocksDbStore first = rocksDb("from", pruned ? 20 : 0)) {
      chain.fill(first, BLOCKS);
      int steps = 0;
      while (pruned && steps < 200 && first.prune()) {
        steps++;
      }
      assertThat(first.chainFloor() > 1).isEqualTo(pruned);
      try (SqlStore cluster = SqlStore.openForCopy(fixture.groups(), config)) {
        StoreCopy copy = copy(first.records(), cluster.records());
        copy.run();
        assertThatThrownBy(() -> SqlStore.open(fixture.groups(), config))
            .isInstanceOf(StorageException.Incompatible.class)
            .hasMessageContaining("an unfinished copy of chain chain-1 at height 40");
        copy.finish();
        assertThatThrownBy(() -> copy(first.records(), cluster.records()).run())
            .isInstanceOf(StorageException.Incompatible.class)
            .hasMessageContaining("is not empty");
      }
      try (SqlStore cluster = SqlStore.open(fixture.groups(), config);
          LevelDbStore last = LevelDbStore.open(folder.resolve("to"), levelDb)) {
        chain.requireSame(first, cluster);
        StoreCopy back = copy(cluster.records(), last.records());
        back.run();
        back.finish();
        chain.requireSame(first, last);
        CopiedChain.requireSameRecords(first.records(), cluster.records());
        CopiedChain.requireSameRecords(first.records(), last.records());
        chain
            .next(4)
            .forEach(
                batch -> {
                  first.apply(List.of(batch));
                  cluster.apply(List.of(batch));
                  last.apply(List.of(batch));
                });
        chain.requireSame(first, cluster);
        first.rollBack(BLOCKS - 5, at -> {});
        cluster.rollBack(BLOCKS - 5, at -> {});
        last.rollBack(BLOCKS - 5, at -> {});
        chain.requireSame(first, cluster);
        chain.requireSame(first, last);
        CopiedChain.requireSameRecords(first.records(), cluster.records());
      }
    }
  }

  @Test
  void shouldNameADamagedRowAndAClusterThatWentOn() throws SQLException {
    SqlFixture fixture = SqlFixture.of(Layout.ONE_PRIMARY);
    fixture.wipe();
    SqlStoreConfig config = SqlFixture.config().withBlocks(HISTORY, 0);
    try (SqlStore cluster = SqlStore.open(fixture.groups(), config)) {
      chain.fill(cluster, 10);
      try (RocksDbStore target = rocksDb("moving", 0)) {
        RecordStore source = cluster.records();
        StoreCopy copy = copy(source, target.records());
        try (SqlStore node = SqlStore.open(fixture.groups(), config)) {
          node.apply(chain.next(1));
        }
        assertThatThrownBy(copy::run)
            .isInstanceOf(StorageException.Incompatible.class)
            .hasMessageContaining("went on from block 10 to block 11 while it was copied");
      }
      fixture.execute("UPDATE tx_results SET gas_used = 7 WHERE height = " + withTxs());
      try (RocksDbStore target = rocksDb("to", 0)) {
        assertThatThrownBy(() -> copy(cluster.records(), target.records()).run())
            .isInstanceOf(StorageException.Corruption.class)
            .hasMessageContaining("block " + withTxs() + ": tx_results row 0 has a wrong checksum");
      }
    }
  }

  private long withTxs() {
    return chain.all().stream()
        .filter(batch -> !batch.txs().isEmpty())
        .findFirst()
        .orElseThrow()
        .height();
  }
}
