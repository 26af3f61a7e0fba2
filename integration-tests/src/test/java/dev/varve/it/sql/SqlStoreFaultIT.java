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
  private static final int REOPENINGS = 10;
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

  /** What happens to a server, or to a call. */
  private interface Fault {
    void happen() throws Exception;
  }

  /** An empty store with a fault at the n-th such call on connections to a group's primaries. */
  private SqlStore open(Layout layout, int group, String call, int nth, Fault fault) {
    SqlFixture fixture = SqlFixture.of(layout);
    fixture.open(folder, 1_000, 0).close();
    AtomicInteger calls = new AtomicInteger();
    List<SqlGroup> groups = new ArrayList<>(fixture.groups());
    groups.set(
        group,
        new HookedGroup(
            groups.get(group),
            (method, args) -> {
              String what = args == null ? method : method + " " + args[0];
              if (what.startsWith(call) && calls.incrementAndGet() == nth) {
                fault.happen();
              }
            }));
    return SqlStore.open(groups, SqlFixture.config());
  }

  private void requireFailure(SqlStore store, long from, long to, String words) {
    assertThatThrownBy(() -> store.apply(batches(from, to)))
        .isInstanceOf(StorageException.Unavailable.class)
        .hasMessageContaining(words);
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
    Fault crash =
        () -> {
          throw new SQLException("crash of the test");
        };
    // The first commit tells whose cluster it is.
    try (SqlStore store = open(Layout.TWO_GROUPS, 1, "commit", 4, crash)) {
      store.apply(batches(1, 3));
      store.apply(batches(4, 5));
      requireFailure(store, 6, 9, "crash of the test");
      assertThat(store.applied().getHeight()).isEqualTo(5);
      assertThat(store.block(6)).isEmpty();
    }
    try (SqlStore store = SqlFixture.of(Layout.TWO_GROUPS).open(folder, 1_000, 0)) {
      assertThat(store.applied().getHeight()).isEqualTo(5);
      store.apply(batches(4, 7));
      store.apply(batches(8, 12));
      blocks.requireWhole(store);
    }
  }

  @Test
  void shouldTakeBlocksAgainAfterAPrimaryWasKilledInATransaction() throws Exception {
    String firstOfHeights = "prepareStatement INSERT INTO heights";
    try (SqlStore store =
        open(Layout.ONE_PRIMARY, 0, firstOfHeights, 3, servers.primary(0)::kill)) {
      store.apply(batches(1, 3));
      servers.awaitReplication();
      requireFailure(store, 4, 6, "");
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
    try (SqlStore store =
        open(Layout.SEVERAL_PRIMARIES, 0, "commit", 3, servers.primary(1)::kill)) {
      store.apply(batches(1, 4));
      requireFailure(store, 5, 9, "");
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
  void shouldTrustReplicasWhenItIsOpenedOnAChain() throws Exception {
    SqlFixture fixture = SqlFixture.of(Layout.ONE_PRIMARY);
    try (SqlStore store = fixture.open(folder, 1_000, 0)) {
      store.apply(batches(1, 5));
      servers.awaitReplication();
    }
    for (int i = 0; i < REOPENINGS; i++) {
      try (SqlStore store = fixture.open(folder, 1_000, 0)) {
        long end = System.nanoTime() + RETRY_NANOS;
        while (store.replicas().stream().anyMatch(replica -> replica.height() != 5)) {
          assertThat(System.nanoTime()).as(store.replicas().toString()).isLessThan(end);
          Thread.sleep(5);
        }
        blocks.requireWhole(store);
        assertThat(store.reads().replicas()).isPositive();
      }
    }
  }

  @Test
  void shouldRefuseTheClusterOfAnotherHome() {
    SqlFixture fixture = SqlFixture.of(Layout.TWO_GROUPS);
    try (SqlStore store = fixture.open(folder, 1_000, 0)) {
      store.apply(batches(1, 1));
    }
    SqlStoreConfig other = SqlStoreConfig.of("another home");
    assertThatThrownBy(() -> SqlStore.open(fixture.groups(), other))
        .isInstanceOf(StorageException.Incompatible.class)
        .hasMessageContaining("belongs to home home of the test of chain ");
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
