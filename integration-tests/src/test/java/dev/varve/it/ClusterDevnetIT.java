package dev.varve.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.varve.sharding.fixture.ClusterYaml;
import dev.varve.sharding.fixture.ClusterYaml.Layout;
import dev.varve.sharding.fixture.NeedsDatabase;
import dev.varve.sharding.fixture.TestCluster;
import dev.varve.sharding.fixture.TestServer;
import dev.varve.testnet.CometRpc;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * A devnet on a cluster of two groups under load: both primaries are killed and come back, and it
 * is started with every server down. It commits all the time; then the cluster has every block.
 */
@NeedsDatabase
class ClusterDevnetIT {
  private static final Duration LIMIT = TestDevnet.LIMIT;
  private static final int TX_PER_SECOND = 500;
  private static final Duration PHASE = Duration.ofSeconds(Settings.full() ? 60 : 10);

  @RegisterExtension private final TestFolder folder = new TestFolder();

  private TestDevnet devnet;
  private CometRpc rpc;

  @Test
  void shouldCommitWhateverTheDatabasesDo() throws Exception {
    try (TestCluster servers = TestCluster.start(2, 1);
        TestDevnet started = new TestDevnet(folder.path())) {
      devnet = started;
      rpc = devnet.rpc();
      String database = servers.createDatabase();
      Path yaml = new ClusterYaml(servers, database).write(folder.path(), Layout.TWO_GROUPS);
      devnet.start("--disk", "mysql", "--cluster", yaml.toString());
      // Each validator has databases of its own.
      ClusterContents primaries = new ClusterContents(servers.primaries(), database + "_0");
      try (CrashLoad load = new CrashLoad(rpc);
          SteadyLoad steady = Settings.full() ? new SteadyLoad(rpc.base(), TX_PER_SECOND) : null) {
        killPrimaries(servers, load);
        if (steady != null) {
          System.out.printf("%d sent, %d refused%n", steady.sent(), steady.refused());
        }
      }
      requireWhole(primaries);
      devnet.stop();
      devnet.check();

      for (TestServer server : servers.servers()) {
        server.kill();
      }
      devnet.start();
      try (CrashLoad load = new CrashLoad(rpc)) {
        long height = rpc.waitForHeight(rpc.height() + 5, LIMIT);
        assertThat(devnet.status().path("disk_state").asText()).startsWith("down");
        assertThat(load.requireCommitted(0, height - 1)).isPositive();
        for (TestServer server : servers.servers()) {
          server.start();
        }
        height = awaitDrained();
        assertThat(load.requireCommitted(0, height)).isPositive();
      }
      requireWhole(primaries);
      devnet.stop();
      devnet.check();
    }
  }

  /** Every block of the node's own stores is in the cluster, once and equal. */
  private void requireWhole(ClusterContents primaries) throws Exception {
    long height = awaitDrained();
    rpc.waitForHeight(height + 1, LIMIT);
    primaries.requireBeginsWith(new NodeBlocks(rpc).upTo(height));
  }

  private void killPrimaries(TestCluster servers, CrashLoad load) throws Exception {
    rpc.waitForHeight(rpc.height() + 5, LIMIT);
    double healthy = blockTimes(PHASE);
    assertThat(serversUp("primary")).isEqualTo(2);
    assertThat(serversUp("replica")).isEqualTo(2);
    for (TestServer primary : servers.primaries()) {
      primary.kill();
    }
    double down = blockTimes(PHASE);
    assertThat(serversUp("primary")).isZero();
    assertThat(serversUp("replica")).isEqualTo(2);
    JsonNode status = devnet.status();
    assertThat(status.path("disk_state").asText()).startsWith("down");
    long height = status.path("height").asLong();
    assertThat(height).isGreaterThan(status.path("disk_height").asLong() + 2);
    System.out.printf(
        Locale.ROOT,
        "p95 of block times: %.3f s healthy, %.3f s with both primaries down, ratio %.2f%n",
        healthy,
        down,
        down / healthy);
    if (Settings.full()) {
      assertThat(down / healthy).as("p95 with both primaries down to healthy").isLessThan(1.2);
    }
    assertThat(load.requireCommitted(0, height - 1)).isPositive();
    for (TestServer primary : servers.primaries()) {
      primary.start();
    }
    long drained = awaitDrained();
    assertThat(load.requireCommitted(0, drained)).isPositive();
  }

  /** The chain goes on for a while; p95 of the seconds between its blocks. */
  private double blockTimes(Duration time) {
    long first = rpc.height();
    long end = System.nanoTime() + time.toNanos();
    long last = first;
    while (System.nanoTime() < end) {
      last = rpc.waitForHeight(rpc.height() + 1, LIMIT);
    }
    List<Instant> times = LongStream.rangeClosed(first, last).mapToObj(this::time).toList();
    double[] between =
        LongStream.range(1, times.size())
            .mapToDouble(i -> seconds(times.get((int) i - 1), times.get((int) i)))
            .sorted()
            .toArray();
    return between[(int) Math.ceil(between.length * 0.95) - 1];
  }

  private Instant time(long height) {
    return Instant.parse(rpc.block(height).path("block").path("header").path("time").asText());
  }

  private static double seconds(Instant from, Instant to) {
    return Duration.between(from, to).toNanos() / 1e9;
  }

  private long awaitDrained() throws IOException, InterruptedException {
    long height = rpc.height();
    devnet.await(status -> status.path("disk_height").asLong() >= height);
    return height;
  }

  private long serversUp(String role) throws IOException {
    return devnet
        .metrics()
        .lines()
        .filter(line -> line.startsWith("varve_sql_up{") && line.endsWith(" 1.0"))
        .filter(line -> line.contains("role=\"" + role + "\""))
        .count();
  }
}
