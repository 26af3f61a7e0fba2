package dev.varve.it.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.varve.sharding.fixture.ClusterYaml.Layout;
import dev.varve.sharding.fixture.NeedsDatabase;
import dev.varve.sharding.fixture.TestCluster;
import dev.varve.storage.BlockBatch;
import dev.varve.storage.StorageException;
import dev.varve.storage.disk.sql.SqlGroup;
import dev.varve.storage.disk.sql.SqlStore;
import dev.varve.storage.disk.sql.SqlStoreConfig;
import dev.varve.storage.fixture.HeldBlocks;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Faults in the middle of writing, after each of which every block is there once, and whole. */
@NeedsDatabase
class SqlStoreFaultIT {
  private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(30);

  @TempDir Path folder;
  private final long seed = Long.getLong("varve.seed", System.nanoTime());
  private final HeldBlocks blocks = new HeldBlocks(seed, 40, 60);
  private final TestCluster servers = TestCluster.shared();

  SqlStoreFaultIT() {
    System.out.println(getClass().getName() + " -Dvarve.seed=" + seed);
  }

  @AfterEach
  void mend() throws Exception {
    servers.mend();
  }

  private List<BlockBatch> batches(long from, long to) {
    return LongStream.rangeClosed(from, to).mapToObj(blocks::batch).toList();
  }

  /** The groups of a layout, with a hook on one of them. */
  private static List<SqlGroup> hooked(SqlFixture fixture, int place, HookedGroup.Hook hook) {
    List<SqlGroup> groups = new ArrayList<>(fixture.groups());
    groups.set(place, new HookedGroup(groups.get(place), hook));
    return groups;
  }

  /** Gives blocks to a store again and again, as the engine does, until it has taken them. */
  private static void applyUntilTaken(SqlStore store, List<BlockBatch> batches) throws Exception {
    long end = System.nanoTime() + RETRY_NANOS;
    while (true) {
      try {
        store.apply(batches);
        return;
      } catch (StorageException.Unavailable e) {
        assertThat(System.nanoTime()).as(e.getMessage()).isLessThan(end);
        Thread.sleep(100);
      }
    }
  }

  @Test
  void shouldGoOnAfterACrashBetweenTheCommitsOfTwoGroups() throws Exception {
    SqlFixture fixture = SqlFixture.of(Layout.TWO_GROUPS);
    fixture.open(folder, 1_000, 0).close();
    AtomicInteger commits = new AtomicInteger();
    List<SqlGroup> groups =
        hooked(
            fixture,
            1,
            what -> {
              // The first one tells whose cluster it is.
              if (what.equals("commit") && commits.incrementAndGet() == 4) {
                throw new SQLException("crash of the test");
              }
            });
    try (SqlStore store = SqlStore.open(groups, SqlFixture.config())) {
      store.apply(batches(1, 3));
      store.apply(batches(4, 5));
      assertThatThrownBy(() -> store.apply(batches(6, 9)))
          .isInstanceOf(StorageException.Unavailable.class)
          .hasMessageContaining("crash of the test");
      assertThat(store.applied().getHeight()).isEqualTo(5);
      assertThat(store.block(6)).isEmpty();
    }
    try (SqlStore store = fixture.open(folder, 1_000, 0)) {
      assertThat(store.applied().getHeight()).isEqualTo(5);
      store.apply(batches(4, 7));
      store.apply(batches(8, 12));
      blocks.requireWhole(store);
    }
  }

  @Test
  void shouldTakeBlocksAgainAfterAPrimaryWasKilledInATransaction() throws Exception {
    SqlFixture fixture = SqlFixture.of(Layout.ONE_PRIMARY);
    fixture.open(folder, 1_000, 0).close();
    AtomicInteger transactions = new AtomicInteger();
    List<SqlGroup> groups =
        hooked(
            fixture,
            0,
            what -> {
              if (what.startsWith("INSERT INTO heights") && transactions.incrementAndGet() == 2) {
                servers.primary(0).kill();
              }
            });
    try (SqlStore store = SqlStore.open(groups, SqlFixture.config())) {
      store.apply(batches(1, 3));
      servers.awaitReplication();
      assertThatThrownBy(() -> store.apply(batches(4, 6)))
          .isInstanceOf(StorageException.Unavailable.class);
      // What never changes comes from the replica.
      for (long height = 1; height <= 3; height++) {
        assertThat(store.transactions(height, 0)).isEqualTo(blocks.batch(height).txs());
        assertThat(store.block(height)).contains(blocks.batch(height).block());
      }
      servers.primary(0).start();
      applyUntilTaken(store, batches(4, 6));
      store.apply(batches(7, 8));
      blocks.requireWhole(store);
    }
  }

  @Test
  void shouldMakePartsEqualAfterOneOfThemFailedToCommit() throws Exception {
    SqlFixture fixture = SqlFixture.of(Layout.SEVERAL_PRIMARIES);
    fixture.open(folder, 1_000, 0).close();
    AtomicInteger commits = new AtomicInteger();
    List<SqlGroup> groups =
        hooked(
            fixture,
            0,
            what -> {
              if (what.equals("commit") && commits.incrementAndGet() == 3) {
                servers.primary(1).kill();
              }
            });
    try (SqlStore store = SqlStore.open(groups, SqlFixture.config())) {
      store.apply(batches(1, 4));
      assertThatThrownBy(() -> store.apply(batches(5, 9)))
          .isInstanceOf(StorageException.Unavailable.class);
      servers.primary(1).start();
      // In other runs than the first time.
      applyUntilTaken(store, batches(5, 6));
      applyUntilTaken(store, batches(7, 11));
      blocks.requireWhole(store);
      for (long height = 1; height <= 11; height++) {
        store.verifyHistory(height);
      }
      store.rollBack(6, height -> {});
      blocks.requireWhole(store);
    }
  }

  @Test
  void shouldFallBackWhenAServerThatIsBehindTakesOver() throws Exception {
    SqlFixture fixture = SqlFixture.of(Layout.ONE_PRIMARY);
    try (SqlStore store = fixture.open(folder, 1_000, 0)) {
      store.apply(batches(1, 6));
      fixture.execute("DELETE FROM heights WHERE height > 4");
      assertThatThrownBy(() -> store.apply(batches(7, 7)))
          .isInstanceOf(StorageException.Unavailable.class)
          .hasMessageContaining("held blocks up to 6 and holds them up to 4");
      assertThat(store.applied())
          .isEqualTo(
              batches(4, 4).get(0).marker().toBuilder()
                  .setBatchCrc(store.applied().getBatchCrc())
                  .build());
      store.apply(batches(5, 7));
      blocks.requireWhole(store);
    }
  }

  @Test
  void shouldRefuseTheClusterOfAnotherHome() {
    SqlFixture fixture = SqlFixture.of(Layout.TWO_GROUPS);
    try (SqlStore store = fixture.open(folder, 1_000, 0)) {
      store.apply(batches(1, 1));
    }
    SqlStoreConfig other = SqlStoreConfig.of("another home", "chain-1");
    assertThatThrownBy(() -> SqlStore.open(fixture.groups(), other))
        .isInstanceOf(StorageException.Incompatible.class)
        .hasMessageContaining("belongs to home home of the test of chain chain-1");
  }

  @Test
  void shouldTakeDuplicatesWithoutRowsToSpare() throws Exception {
    SqlFixture fixture = SqlFixture.of(Layout.ONE_PRIMARY);
    for (int opened = 0; opened < 2; opened++) {
      try (SqlStore store = fixture.open(folder, 1_000, 0)) {
        store.apply(batches(1, 5));
        store.apply(batches(3, 5));
        blocks.requireWhole(store);
      }
    }
    int transactions = batches(1, 5).stream().mapToInt(batch -> batch.txs().size()).sum();
    for (String table : List.of("transactions", "locations", "tx_results", "logs", "attributes")) {
      assertThat(fixture.query("SELECT COUNT(*) FROM " + table)).isEqualTo(transactions);
    }
    assertThat(fixture.query("SELECT COUNT(*) FROM heights")).isEqualTo(5);
  }

  @Test
  void shouldTellDamageAndAnswerFromNowhere() throws Exception {
    SqlFixture fixture = SqlFixture.of(Layout.ONE_PRIMARY);
    try (SqlStore store = fixture.open(folder, 1_000, 0)) {
      store.apply(batches(1, 3));
      fixture.execute(
          "UPDATE blocks SET app_hash = 'x' WHERE height = 2",
          "DELETE FROM blocks WHERE height = 3");
      servers.awaitReplication();
      assertThatThrownBy(() -> store.block(2)).isInstanceOf(StorageException.Corruption.class);
      assertThatThrownBy(() -> store.block(3))
          .isInstanceOf(StorageException.Corruption.class)
          .hasMessageContaining("missing");
      assertThat(store.block(1)).contains(batches(1, 1).get(0).block());
    }
  }
}
