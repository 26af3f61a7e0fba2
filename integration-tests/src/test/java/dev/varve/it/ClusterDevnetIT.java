package dev.varve.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.varve.sharding.fixture.ClusterYaml;
import dev.varve.sharding.fixture.ClusterYaml.Layout;
import dev.varve.sharding.fixture.NeedsDatabase;
import dev.varve.sharding.fixture.TestCluster;
import dev.varve.sharding.fixture.TestServer;
import dev.varve.testnet.CometRpc;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * A devnet on a cluster of two groups under load: both primaries are killed and come back, and it
 * is started with every server down. It commits all the time; then the cluster has every block.
 */
@NeedsDatabase
class ClusterDevnetIT {
  private static final Duration LIMIT = Duration.ofMinutes(3);
  private static final Duration PHASE = Duration.ofSeconds(Settings.full() ? 60 : 10);
  private static final ObjectMapper JSON = new ObjectMapper();

  @RegisterExtension private final TestFolder folder = new TestFolder();

  private final String comet = Settings.comet("0.38").path().toString();
  private final int portBase = FreePorts.base(1);
  private final CometRpc rpc = new CometRpc(URI.create("http://127.0.0.1:" + (portBase + 1)));

  @Test
  void shouldCommitWhateverTheDatabasesDo() throws Exception {
    Path home = folder.resolve("devnet").resolve("v0");
    try (TestCluster servers = TestCluster.start(2, 1)) {
      Path yaml =
          new ClusterYaml(servers, servers.createDatabase())
              .write(folder.path(), Layout.TWO_GROUPS);
      VarveProcess devnet = devnet("first.log", yaml);
      try (CrashLoad load = new CrashLoad(rpc)) {
        killPrimaries(servers, load);
      }
      stop(devnet);
      check(home);

      for (TestServer server : servers.servers()) {
        server.kill();
      }
      devnet = devnet("second.log", null);
      try (CrashLoad load = new CrashLoad(rpc)) {
        long height = rpc.waitForHeight(rpc.height() + 5, LIMIT);
        assertThat(status().path("disk_state").asText()).startsWith("down");
        assertThat(load.requireCommitted(0, height - 1)).isPositive();
        for (TestServer server : servers.servers()) {
          server.start();
        }
        height = awaitDrained();
        assertThat(load.requireCommitted(0, height)).isPositive();
      }
      stop(devnet);
      check(home);
    }
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
    JsonNode status = status();
    assertThat(status.path("disk_state").asText()).startsWith("down");
    long height = status.path("height").asLong();
    assertThat(height).isGreaterThan(status.path("disk_height").asLong() + 2);
    System.out.printf(
        Locale.ROOT,
        "p95 of block times: %.3f s healthy, %.3f s with both primaries down, ratio %.2f%n",
        healthy,
        down,
        down / healthy);
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
    await(status -> status.path("disk_height").asLong() >= height);
    return height;
  }

  private void check(Path home) throws IOException {
    VarveProcess check =
        VarveProcess.start(
            folder.resolve("check.log"), "check", "--home", home.toString(), "--json");
    assertThat(check.awaitExit(LIMIT)).as(check.output()).isZero();
    String report = check.output().substring(check.output().indexOf("{\n"));
    assertThat(JSON.readTree(report).path("sound").asBoolean()).as(report).isTrue();
  }

  private VarveProcess devnet(String log, Path cluster) {
    String home = folder.resolve("devnet").toString();
    String base = Integer.toString(portBase);
    List<String> devnet =
        List.of("devnet", "--home", home, "--port-base", base, "--cometbft", comet);
    List<String> database = List.of("--disk", "mysql", "--cluster", String.valueOf(cluster));
    String[] command =
        Stream.concat(devnet.stream(), cluster == null ? Stream.of() : database.stream())
            .toArray(String[]::new);
    return VarveProcess.start(folder.resolve(log), command).awaitLine("ready", LIMIT);
  }

  private static void stop(VarveProcess devnet) {
    try (devnet) {
      devnet.interrupt();
      assertThat(devnet.awaitExit(LIMIT)).as(devnet.output()).isZero();
    }
  }

  private long serversUp(String role) throws IOException {
    URI uri = URI.create("http://127.0.0.1:" + (portBase + 3) + "/metrics");
    try (InputStream in = uri.toURL().openStream()) {
      return new String(in.readAllBytes(), UTF_8)
          .lines()
          .filter(line -> line.startsWith("varve_sql_up{") && line.endsWith(" 1.0"))
          .filter(line -> line.contains("role=\"" + role + "\""))
          .count();
    }
  }

  private JsonNode status() throws IOException {
    URI uri = URI.create("http://127.0.0.1:" + (portBase + 3) + "/status");
    try (InputStream in = uri.toURL().openStream()) {
      return JSON.readTree(in);
    }
  }

  private void await(Predicate<JsonNode> wanted) throws IOException, InterruptedException {
    long deadline = System.nanoTime() + LIMIT.toNanos();
    JsonNode status = status();
    while (!wanted.test(status)) {
      assertThat(System.nanoTime()).as(status.toString()).isLessThan(deadline);
      Thread.sleep(50);
      status = status();
    }
  }
}
