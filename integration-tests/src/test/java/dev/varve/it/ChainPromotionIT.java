package dev.varve.it;

import static dev.varve.it.ReadWatch.Reads.ANSWERED;
import static dev.varve.it.ReadWatch.Reads.REFUSED_AT_TIMES;
import static org.assertj.core.api.Assertions.assertThat;

import dev.varve.sharding.fixture.ClusterYaml;
import dev.varve.sharding.fixture.ClusterYaml.Layout;
import dev.varve.sharding.fixture.NeedsDatabase;
import dev.varve.sharding.fixture.TestCluster;
import dev.varve.sharding.fixture.TestServer;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * A primary dies for good, and the operator names its replica in its place, which is behind: the
 * log has kept the blocks that the replica lacks, and gives them again.
 */
@NeedsDatabase
class ChainPromotionIT {
  // The log lets go of whole segments of 1 MiB, and keeps the last four in any case.
  private static final int KEPT_BYTES = 12 << 20;

  @RegisterExtension private final TestFolder folder = new TestFolder();

  @Test
  void shouldGiveAPromotedReplicaTheBlocksThatItLacks() throws Exception {
    try (TestCluster servers = TestCluster.start(1, 1)) {
      String database = servers.createDatabase();
      ClusterYaml yaml = new ClusterYaml(servers, database).with("trimAfterReplicas: 1");
      Path file = yaml.write(folder.path(), Layout.ONE_PRIMARY);
      TestServer replica = servers.replica(0, 0);
      try (FedCluster chain =
          new FedCluster(folder.path(), file, database, FedCluster.MANY).start()) {
        long replicated = commitBeyond(replica, chain);
        chain.stop();
        servers.primary(0).kill();
        assertThat(marker(replica, database)).isEqualTo(replicated);
        replica.promote();

        yaml.with("").promoted(0, 0).write(folder.path(), Layout.ONE_PRIMARY);
        chain.start();
        try (ReadWatch watch = new ReadWatch(chain, REFUSED_AT_TIMES, 1)) {
          chain.go(20);
          chain.awaitDrained();
          watch.requireAnswered();
        }
        chain.requireWhole(List.of(replica));
        chain.stop();
        chain.requireSound();
      }
    }
  }

  /**
   * Commits blocks, the later ones of which do not come to the replica; tells the last that did.
   */
  private static long commitBeyond(TestServer replica, FedCluster chain) throws Exception {
    try (ReadWatch watch = new ReadWatch(chain, ANSWERED, 1)) {
      chain.go(5);
      chain.awaitDrained();
      replica.awaitReplication();
      replica.stopReplication();
      long replicated = chain.committed();
      chain.go(25);
      chain.awaitDrained();
      assertThat(chain.status().logBytes()).isGreaterThan(KEPT_BYTES);
      return replicated;
    }
  }

  private static long marker(TestServer server, String database) throws Exception {
    return Long.parseLong(server.query("SELECT MAX(height) FROM " + database + ".heights"));
  }
}
