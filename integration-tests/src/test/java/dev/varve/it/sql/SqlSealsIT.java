package dev.varve.it.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.varve.sharding.fixture.ClusterYaml.Layout;
import dev.varve.sharding.fixture.NeedsDatabase;
import dev.varve.storage.BlockBatch;
import dev.varve.storage.StorageException;
import dev.varve.storage.disk.cluster.ClusterStore;
import dev.varve.storage.disk.rocksdb.RocksDbConfig;
import dev.varve.storage.disk.rocksdb.RocksDbStore;
import dev.varve.storage.disk.sql.ClusterAudit;
import dev.varve.storage.disk.sql.ClusterRepair;
import dev.varve.storage.disk.sql.SqlStore;
import dev.varve.storage.fixture.BatchBuilder;
import dev.varve.storage.fixture.SealMaker;
import dev.varve.storage.record.BlockSeal;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rows of headers: what people read of them, and what becomes of damaged and lost ones. */
@NeedsDatabase
class SqlSealsIT {
  private static final int BLOCKS = 8;

  @TempDir private Path folder;
  private final SqlFixture fixture = SqlFixture.of(Layout.ONE_PRIMARY);

  private static BlockBatch batch(long height) {
    return BatchBuilder.at(height).tx("t" + height, 0).write("sa", "v" + height).build();
  }

  private static List<BlockSeal> seals(long first, long last) {
    return LongStream.rangeClosed(first, last)
        .mapToObj(height -> SealMaker.of(batch(height).block()))
        .toList();
  }

  private ClusterStore fill() {
    fixture.wipe();
    RocksDbStore ledger =
        RocksDbStore.open(folder.resolve("ledger"), RocksDbConfig.defaults().withRetainBlocks(0));
    SqlStore cluster = SqlStore.open(fixture.groups(), SqlFixture.config());
    ClusterStore both = new ClusterStore(cluster, cluster::reached, ledger, () -> {});
    for (long height = 1; height <= BLOCKS; height++) {
      both.apply(List.of(batch(height)));
    }
    return both;
  }

  private long complete(String table) throws SQLException {
    return fixture.query("SELECT SUM(complete) FROM " + table);
  }

  @Test
  void shouldShowPeopleWhatIsComplete() throws SQLException {
    try (ClusterStore store = fill()) {
      assertThat(complete("heights")).isZero();
      store.seal(seals(1, 5));
      assertThat(complete("heights")).isEqualTo(5);
      assertThat(complete("blocks")).isEqualTo(5);
      assertThat(fixture.query("SELECT SUM(version_block) FROM headers")).isEqualTo(55);
      store.rollBack(3, height -> {});
      assertThat(complete("heights")).isEqualTo(3);
      assertThat(fixture.query("SELECT COUNT(*) FROM headers")).isEqualTo(3);
    }
  }

  /** A replica that lacked the last seals, and one that lacked the last blocks, became primary. */
  @Test
  void shouldAskAgainForWhatAServerLost() throws SQLException {
    try (ClusterStore store = fill()) {
      store.seal(seals(1, 6));
      fixture.execute(
          "DELETE FROM headers WHERE height > 4",
          "UPDATE heights SET complete = 0 WHERE height > 4",
          "UPDATE blocks SET complete = 0 WHERE height > 4");
      assertThatThrownBy(() -> store.seal(seals(7, 7)))
          .isInstanceOf(StorageException.Unavailable.class)
          .hasMessageContaining("had headers up to block 6 and has them up to block 4");
      assertThat(store.sealed()).isEqualTo(4);
      store.seal(seals(5, 7));
      assertThat(store.sealed()).isEqualTo(7);
      assertThat(store.seal(5)).contains(seals(5, 5).get(0));
      fixture.execute(
          "DELETE FROM headers WHERE height > 6",
          "DELETE FROM blocks WHERE height > 6",
          "DELETE FROM heights WHERE height > 6");
      assertThatThrownBy(() -> store.seal(seals(8, 8)))
          .isInstanceOf(StorageException.Unavailable.class);
      assertThat(fixture.query("SELECT COUNT(*) FROM headers")).isEqualTo(6);
    }
  }

  @Test
  void shouldFindDamagedHeadersAndLeaveTheirBlocksPartial() throws SQLException {
    try (ClusterStore store = fill()) {
      store.seal(seals(1, 6));
    }
    fixture.execute(
        "UPDATE headers SET app_hash = 'x' WHERE height = 2",
        "DELETE FROM headers WHERE height = 3",
        "UPDATE headers SET signatures = 'x' WHERE height = 4",
        "UPDATE heights SET complete = 1 WHERE height = 8");
    try (SqlStore store = SqlStore.open(fixture.groups(), SqlFixture.config());
        RocksDbStore ledger =
            RocksDbStore.open(folder.resolve("ledger"), RocksDbConfig.defaults())) {
      assertThatThrownBy(() -> store.seal(2)).isInstanceOf(StorageException.Corruption.class);
      assertThatThrownBy(() -> store.seal(4)).isInstanceOf(StorageException.Corruption.class);
      assertThat(store.block(2)).contains(batch(2).block());
      ClusterAudit audit = new ClusterAudit(fixture.groups(), ledger.records(), text -> {});
      assertThat(faults(audit))
          .containsExactly(
              "headers 2 has a wrong checksum",
              "headers 3 is missing",
              "headers 4 does not parse",
              "headers 8 is missing");
      ClusterRepair repair = new ClusterRepair(audit, 1);
      repair.find();
      assertThat(repair.blocks()).containsExactlyInAnyOrder(2L, 3L, 4L, 8L);
      for (long height : repair.blocks()) {
        assertThat(repair.mendBlock(height, Optional.empty())).isEmpty();
      }
      assertThat(faults(audit)).isEmpty();
      assertThat(fixture.query("SELECT COUNT(*) FROM headers")).isEqualTo(3);
    }
    try (SqlStore store = SqlStore.open(fixture.groups(), SqlFixture.config())) {
      assertThat(store.sealed()).isEqualTo(6);
      assertThat(store.seal(2)).isEmpty();
      assertThat(store.seal(5)).contains(seals(5, 5).get(0));
    }
  }

  private static List<String> faults(ClusterAudit audit) {
    List<String> faults = new ArrayList<>();
    audit.run(1, fault -> faults.add(fault.table() + " " + fault.height() + " " + fault.what()));
    return faults;
  }
}
