package dev.varve.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.varve.node.NodeHome;
import dev.varve.sharding.fixture.ClusterYaml;
import dev.varve.sharding.fixture.ClusterYaml.Layout;
import dev.varve.sharding.fixture.NeedsDatabase;
import dev.varve.sharding.fixture.TcpProxy;
import dev.varve.sharding.fixture.TestCluster;
import dev.varve.testnet.CometRpc;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * A devnet's gateway and a {@code varve gateway} beside it share a backup in a database. The second
 * is killed with all that it has accepted unsent; the database goes away, also while the node
 * starts.
 */
@NeedsDatabase
class GatewayClusterIT {
  private static final Duration LIMIT = TestDevnet.LIMIT;
  private static final long LEASE_MS = 2_000;
  private static final int BATCH = 100;
  private static final int TEXTS = 200;
  private static final int ENVELOPES = 40;

  @RegisterExtension private final TestFolder folder = new TestFolder();

  private TestCluster servers;
  private String database;
  private TestDevnet devnet;
  private UplinkClient client;

  @Test
  void shouldLoseNothingWhenAGatewayOrTheDatabaseGoes() throws Exception {
    try (TestCluster started = TestCluster.start(1, 0);
        TestDevnet node = new TestDevnet(folder.path())) {
      servers = started;
      devnet = node;
      database = servers.createDatabase();
      Path yaml = new ClusterYaml(servers, database).write(folder.path(), Layout.ONE_PRIMARY);
      startSharing(yaml);
      sendWhatAKilledGatewayHasLeft(yaml);
      goOnWithoutTheDatabase();
      startWithoutTheDatabase();
      devnet.stop();
      devnet.check();
    }
  }

  /** The devnet's own store is embedded; only its gateway's backup is in the database. */
  private void startSharing(Path yaml) throws IOException, InterruptedException {
    devnet.start().stop();
    Path file = devnet.home().resolve("varve.toml");
    String text =
        Files.readString(file)
            .replace("#backup = \"disk\"", "backup = \"cluster\"")
            .replace("#lease_millis = 10000", "lease_millis = " + LEASE_MS)
            .replace("#cluster = \"cluster.yaml\"", "cluster = \"" + yaml + "\"");
    assertThat(text)
        .contains("\nbackup = \"cluster\"", "\nlease_millis = " + LEASE_MS, "\ncluster = \"/");
    Files.writeString(file, text);
    devnet.start();
    client = new UplinkClient(devnet.gateway());
    client.awaitAccepts("begin=1");
  }

  private void sendWhatAKilledGatewayHasLeft(Path yaml) throws Exception {
    CometRpc rpc = devnet.rpc();
    List<byte[]> txs = new ArrayList<>();
    for (int i = 0; i < TEXTS; i++) {
      txs.add(("text" + i + "=" + i).getBytes(UTF_8));
    }
    for (int i = 0; i < ENVELOPES; i++) {
      txs.add(Envelopes.put("envelope" + i, "" + i, rpc.height() + 900));
    }
    try (TcpProxy way = TcpProxy.before(rpc.base().getPort());
        VarveProcess gateway = startGateway(yaml, way)) {
      UplinkClient other = new UplinkClient(address());
      other.awaitAccepts("other=1");
      client.awaitValue("other", "committed 1");
      way.reset(); // from now on it sends nothing

      for (int i = 0; i < txs.size(); i += BATCH) {
        other.acceptAll(txs.subList(i, Math.min(i + BATCH, txs.size())));
      }
      client.awaitValue("text" + (TEXTS - 1), "pending " + (TEXTS - 1));
      client.awaitValue("envelope0", "pending 0");
      byte[] named = "named=1".getBytes(UTF_8);
      txs.add(named);
      long id = other.accept(named, "order 7");
      assertThat(client.accept(named, "order 7")).as("the same task at once").isEqualTo(id);
      assertThat(client.value("named")).isEqualTo("pending 1");
      gateway.kill();
    }
    for (int i = 0; i < TEXTS; i++) {
      client.awaitValue("text" + i, "committed " + i);
    }
    for (int i = 0; i < ENVELOPES; i++) {
      client.awaitValue("envelope" + i, "committed " + i);
    }
    client.awaitValue("named", "committed 1");
    requireIncluded(txs);
    assertThat(client.accept("named=1".getBytes(UTF_8), "order 7")).isPositive();
    awaitEmptied();
  }

  private VarveProcess startGateway(Path yaml, TcpProxy way) {
    NodeHome home = new NodeHome(folder.resolve("other"));
    home.create(
        Map.of(
            "gateway.node", "http://127.0.0.1:" + way.port(),
            "gateway.lease_millis", Long.toString(LEASE_MS),
            "http.address", address().substring("http://".length())));
    return VarveProcess.start(
            folder.resolve("other.log"),
            "gateway",
            "--home",
            home.path().toString(),
            "--cluster",
            yaml.toString())
        .awaitLine("gateway", LIMIT);
  }

  /** Of the gateway beside the devnet: the port after its last. */
  private String address() {
    String own = devnet.gateway();
    int colon = own.lastIndexOf(':');
    return own.substring(0, colon + 1) + (Integer.parseInt(own.substring(colon + 1)) + 1);
  }

  /** Texts at least once, envelopes once. */
  private void requireIncluded(List<byte[]> txs) {
    CometRpc rpc = devnet.rpc();
    Map<String, Integer> successes = new HashMap<>();
    long last = rpc.height();
    rpc.waitForHeight(last + 1, LIMIT); // then its results are there
    for (long height = 1; height <= last; height++) {
      JsonNode block = rpc.block(height).path("block").path("data").path("txs");
      JsonNode results = block.isEmpty() ? block : rpc.blockResults(height).path("txs_results");
      for (int i = 0; i < block.size(); i++) {
        if (results.path(i).path("code").asInt() == 0) {
          successes.merge(block.path(i).asText(), 1, Integer::sum);
        }
      }
    }
    for (byte[] tx : txs) {
      int times = successes.getOrDefault(Base64.getEncoder().encodeToString(tx), 0);
      if (tx[0] == 1) {
        assertThat(times).as("an envelope").isEqualTo(1);
      } else {
        assertThat(times).as(new String(tx, UTF_8)).isPositive();
      }
    }
  }

  /** Only what has an idempotency key is remembered. */
  private void awaitEmptied() throws Exception {
    long end = System.nanoTime() + LIMIT.toNanos();
    String left = "COUNT(*) FROM " + database + ".uplink_tasks WHERE state <> 'committed'";
    String held = servers.primary(0).query("SELECT " + left);
    while (!held.equals("0")) {
      assertThat(System.nanoTime()).as("%s tasks in the tables", held).isLessThan(end);
      Thread.sleep(50);
      held = servers.primary(0).query("SELECT " + left);
    }
  }

  private void goOnWithoutTheDatabase() throws Exception {
    servers.primary(0).kill();
    HttpResponse<String> refusal = client.awaitPost("during=1", 503);
    assertThat(refusal.body()).contains("the backup cannot be written");
    requireRetryable(refusal);
    requireOtherwiseWell();
    servers.primary(0).start();
    client.awaitAccepts("after=1");
    client.awaitValue("after", "committed 1");
  }

  private void startWithoutTheDatabase() throws Exception {
    devnet.stop();
    servers.primary(0).kill();
    devnet.start();
    HttpResponse<String> refusal = client.post("early=1".getBytes(UTF_8), "");
    assertThat(refusal.statusCode()).as(refusal.body()).isEqualTo(503);
    assertThat(refusal.body()).contains("the backup is not open yet");
    requireRetryable(refusal);
    requireOtherwiseWell();
    servers.primary(0).start();
    client.awaitAccepts("late=1");
    client.awaitValue("late", "committed 1");
    awaitEmptied();
  }

  private void requireRetryable(HttpResponse<String> refusal)
      throws IOException, InterruptedException {
    assertThat(refusal.headers().firstValue("Retry-After")).isPresent();
    HttpResponse<String> rpc = client.get("/broadcast_tx_async?tx=%22never=1%22");
    assertThat(rpc.body()).contains("\"error\"", "unavailable: the backup");
  }

  /** Blocks are made, and committed values read. */
  private void requireOtherwiseWell() throws IOException, InterruptedException {
    CometRpc rpc = devnet.rpc();
    rpc.waitForHeight(rpc.height() + 2, LIMIT);
    assertThat(client.value("text0")).isEqualTo("committed 0");
    assertThat(devnet.status().path("disk_state").asText()).isEqualTo("up");
  }
}
