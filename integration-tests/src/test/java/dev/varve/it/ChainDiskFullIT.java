package dev.varve.it;

import static dev.varve.it.ReadWatch.Reads.REFUSED_AT_TIMES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.varve.sharding.fixture.ClusterYaml;
import dev.varve.sharding.fixture.ClusterYaml.Layout;
import dev.varve.sharding.fixture.NeedsDatabase;
import dev.varve.sharding.fixture.TestCluster;
import dev.varve.storage.fixture.SmallDisk;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * The disk of a primary fills up under a chain, and is freed. Skipped where a tmpfs cannot be
 * mounted.
 */
@NeedsDatabase
class ChainDiskFullIT {
  private static final int DISK_MEBIBYTES = 256;

  @RegisterExtension private final TestFolder folder = new TestFolder();

  @Test
  void shouldGoOnWhileTablesCannotGrow() throws Exception {
    run(2 << 20, "the disk of SQL group main is full: ");
  }

  /** The server waits for somebody who frees space, or dies, and must be started anew. */
  @Test
  void shouldGoOnAfterAServerThatStuckOnAFullDisk() throws Exception {
    assumeTrue(Settings.full(), "only in full runs");
    run(0, "");
  }

  private void run(long freeBytes, String state) throws Exception {
    SmallDisk disk = SmallDisk.mount(folder.path(), DISK_MEBIBYTES);
    try {
      try (TestCluster servers = TestCluster.start(disk.folder(), 1, 0)) {
        run(disk, servers, freeBytes, state);
      }
    } finally {
      disk.close();
    }
  }

  private void run(SmallDisk disk, TestCluster servers, long freeBytes, String state)
      throws Exception {
    String database = servers.createDatabase();
    Path yaml = new ClusterYaml(servers, database).write(folder.path(), Layout.ONE_PRIMARY);
    try (FedCluster chain =
        new FedCluster(folder.path(), yaml, database, FedCluster.MANY).start()) {
      try (ReadWatch watch = new ReadWatch(chain, REFUSED_AT_TIMES, 1)) {
        chain.go(10);
        chain.awaitDrained();
        disk.fillUpTo(freeBytes);
        chain.go(15);
        chain.await(status -> status.diskState().startsWith("down: " + state));
        long held = chain.status().diskHeight();
        chain.go(15);
        assertThat(chain.status().diskHeight()).isEqualTo(held).isLessThan(chain.committed());
        disk.free();
        if (freeBytes == 0) {
          servers.primary(0).restart();
        }
        chain.awaitDrained();
        watch.requireAnswered();
      }
      chain.requireWhole(List.of(servers.primary(0)));
      chain.stop();
      chain.requireSound();
    }
  }
}
