package dev.varve.it.sql;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.varve.node.ClusterGroups;
import dev.varve.sharding.Cluster;
import dev.varve.sharding.ClusterConfig;
import dev.varve.sharding.fixture.ClusterYaml;
import dev.varve.sharding.fixture.ClusterYaml.Layout;
import dev.varve.sharding.fixture.NeedsDatabase;
import dev.varve.sharding.fixture.TestCluster;
import dev.varve.storage.BlockBatch;
import dev.varve.storage.disk.sql.NodeMarker;
import dev.varve.storage.disk.sql.ReadCounts;
import dev.varve.storage.disk.sql.SqlStore;
import dev.varve.storage.fixture.BatchBuilder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One of two replicas falls behind, and dies: the other one goes on to be read from. */
@NeedsDatabase
class TwoReplicasIT {
  private static final ByteString KEY = ByteString.copyFromUtf8("skey");
  private static final int READS = 20;

  @TempDir private Path folder;
  private final List<BlockBatch> blocks = new ArrayList<>();

  @Test
  void shouldReadFromTheReplicaThatCanAnswer() throws Exception {
    try (TestCluster servers = TestCluster.start(1, 2)) {
      Path yaml =
          new ClusterYaml(servers, servers.createDatabase()).write(folder, Layout.ONE_PRIMARY);
      try (Cluster cluster = Cluster.open(ClusterConfig.load(yaml));
          SqlStore store = SqlStore.open(ClusterGroups.of(cluster), SqlFixture.config())) {
        apply(store);
        servers.awaitReplication();
        SqlFixture.awaitReplicas(store, 1);

        servers.replica(0, 0).stopReplication();
        apply(store);
        servers.replica(0, 1).awaitReplication();
        await(store, servers.replica(0, 1).name(), replica -> replica.height() == 2);
        requireReplicas(store);

        servers.replica(0, 0).kill();
        await(store, servers.replica(0, 0).name(), replica -> !replica.answering());
        requireReplicas(store);

        servers.primary(0).kill();
        assertThat(store.block(2)).contains(blocks.get(1).block());
        assertThat(store.state(KEY).orElseThrow().getValue()).isEqualTo(blocks.get(1).txs().get(0));
        assertThat(store.transactions(2, 0)).isEqualTo(blocks.get(1).txs());
      }
    }
  }

  private void apply(SqlStore store) {
    int height = blocks.size() + 1;
    ByteString tx = ByteString.copyFromUtf8("tx of block " + height);
    blocks.add(BatchBuilder.at(height).tx(tx, 0).write(KEY, tx).build());
    store.apply(List.of(blocks.get(height - 1)));
  }

  /** Both what changes and what does not, and nothing of the primary. */
  private void requireReplicas(SqlStore store) {
    ReadCounts before = store.reads();
    BlockBatch last = blocks.get(blocks.size() - 1);
    for (int i = 0; i < READS; i++) {
      assertThat(store.state(KEY).orElseThrow().getValue()).isEqualTo(last.txs().get(0));
      assertThat(store.transactions(last.height(), 0)).isEqualTo(last.txs());
    }
    ReadCounts reads = store.reads().since(before);
    assertThat(reads.movingOfReplicas()).isEqualTo(READS);
    assertThat(reads.replicas()).isGreaterThanOrEqualTo(2 * READS);
    assertThat(reads.primaries()).isZero();
  }

  private static void await(SqlStore store, String replica, Predicate<NodeMarker> wanted)
      throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (store.replicas().stream()
        .noneMatch(marker -> marker.node().equals(replica) && wanted.test(marker))) {
      assertThat(System.nanoTime()).as(store.replicas().toString()).isLessThan(end);
      Thread.sleep(5);
    }
  }
}
