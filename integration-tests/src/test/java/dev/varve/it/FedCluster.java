package dev.varve.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.varve.abci.AbciClient;
import dev.varve.abci.types.Request;
import dev.varve.abci.types.RequestCommit;
import dev.varve.abci.types.RequestFinalizeBlock;
import dev.varve.abci.types.RequestInfo;
import dev.varve.abci.types.RequestInitChain;
import dev.varve.abci.types.ResponseFinalizeBlock;
import dev.varve.node.CheckReport;
import dev.varve.node.HomeCheck;
import dev.varve.node.NodeConfig;
import dev.varve.node.NodeHome;
import dev.varve.node.VarveNode;
import dev.varve.sharding.fixture.TestCluster;
import dev.varve.sharding.fixture.TestServer;
import dev.varve.storage.EngineStatus;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * The application of a home whose disk store is a cluster, run in this JVM and given the blocks of
 * a chain as a node gives them. For one thread; {@link ReadWatch} reads beside it.
 */
final class FedCluster implements AutoCloseable {
  /** As many large blocks as memory cannot hold. */
  static final int MANY = 20;

  static final Duration LIMIT = Duration.ofMinutes(1);
  private static final int LARGE_BYTES = 1 << 20;
  private static final int PACE_MS = 50;

  private final NodeHome home;
  private final String database;
  private final int largeBlocks;
  private final List<CommittedBlock> blocks = new ArrayList<>();
  private volatile long committed;
  private VarveNode node;
  private AbciClient client;

  /**
   * A new home; nothing runs yet.
   *
   * @param largeBlocks so many first blocks have a large transaction each
   */
  FedCluster(Path folder, Path clusterYaml, String database, int largeBlocks) {
    this.home = new NodeHome(folder.resolve("home"));
    this.database = database;
    this.largeBlocks = largeBlocks;
    home.create(
        Map.of(
            "disk.store", "mysql",
            "disk.cluster", clusterYaml.toString(),
            "abci.address", "unix://" + folder.resolve("abci"),
            "http.address", "off",
            "start.warm_up_millis", "0",
            "fallback.segment_bytes", "1 MiB",
            "fallback.bytes", "64 MiB",
            "memory.bytes", "16 MiB"));
  }

  NodeHome home() {
    return home;
  }

  String database() {
    return database;
  }

  NodeConfig config() {
    return NodeConfig.load(home, Map.of());
  }

  FedCluster start() throws IOException {
    NodeConfig config = config();
    node = VarveNode.start(home, config);
    client = AbciClient.connect(config.abci().address());
    client.call(Request.newBuilder().setInfo(RequestInfo.getDefaultInstance()).build());
    committed = status().height();
    if (committed == 0) {
      RequestInitChain.Builder genesis = RequestInitChain.newBuilder().setInitialHeight(1);
      client.call(Request.newBuilder().setInitChain(genesis.setChainId("fed")).build());
    }
    return this;
  }

  void stop() throws IOException {
    if (client != null) {
      client.close();
      client = null;
    }
    if (node != null) {
      node.close();
      node = null;
    }
  }

  @Override
  public void close() throws IOException {
    stop();
  }

  /** The last block that the application has committed. */
  long committed() {
    return committed;
  }

  EngineStatus status() {
    return node.status().engine();
  }

  /** Commits blocks, at the pace of a fast chain. */
  void go(int count) throws IOException, InterruptedException {
    for (int i = 0; i < count; i++) {
      give(committed + 1, 1);
      Thread.sleep(PACE_MS);
    }
  }

  /** Commits the next block, which is asked to be executed several times. */
  void give(long height, int times) throws IOException {
    RequestFinalizeBlock block = block(height);
    ResponseFinalizeBlock answer = null;
    for (int i = 0; i < times; i++) {
      ResponseFinalizeBlock again =
          client.call(Request.newBuilder().setFinalizeBlock(block).build()).getFinalizeBlock();
      assertThat(answer == null || again.equals(answer)).as("block %d again", height).isTrue();
      answer = again;
    }
    CommittedBlock done =
        new CommittedBlock(
            height,
            block.getHash(),
            block.getTime(),
            answer.getAppHash(),
            block.getTxsList(),
            answer.getTxResultsList());
    if (height <= blocks.size()) {
      assertThat(done.appHash()).isEqualTo(blocks.get((int) height - 1).appHash());
      assertThat(done.results()).isEqualTo(blocks.get((int) height - 1).results());
    } else {
      blocks.add(done);
    }
    client.call(Request.newBuilder().setCommit(RequestCommit.getDefaultInstance()).build());
    committed = height;
  }

  /** How many transactions a block has. */
  int txs(long height) {
    return height > largeBlocks ? FedHome.TXS : FedHome.TXS + 1;
  }

  private RequestFinalizeBlock block(long height) {
    RequestFinalizeBlock block = FedHome.block(height);
    if (height > largeBlocks) {
      return block;
    }
    String large = "large" + Character.toString((int) ('a' + height)).repeat(LARGE_BYTES);
    return block.toBuilder().addTxs(ByteString.copyFrom(large, UTF_8)).build();
  }

  /** Waits until the cluster has all that was committed. */
  void awaitDrained() throws InterruptedException {
    await(status -> status.diskHeight() >= committed && status.diskState().equals("up"));
  }

  EngineStatus await(Predicate<EngineStatus> wanted) throws InterruptedException {
    long end = System.nanoTime() + LIMIT.toNanos();
    EngineStatus status = status();
    while (!wanted.test(status)) {
      assertThat(System.nanoTime()).as(status.toString()).isLessThan(end);
      Thread.sleep(20);
      status = status();
    }
    return status;
  }

  /** Requires every committed block once on the primaries, and on their replicas. */
  void requireWhole(TestCluster servers) throws Exception {
    awaitDrained();
    servers.awaitReplication();
    requireWhole(servers.primaries());
    requireWhole(List.of(servers.replica(0, 0), servers.replica(1, 0)));
  }

  /** The same for servers that are one of each part. */
  void requireWhole(List<TestServer> servers) throws Exception {
    awaitDrained();
    assertThat(blocks).hasSize((int) committed);
    ClusterContents contents = new ClusterContents(servers, database);
    contents.requireEqual(blocks);
    contents.requireState(blocks);
  }

  /** What {@code varve check} finds; nothing may run. */
  void requireSound() {
    CheckReport report = new HomeCheck(home, config(), text -> {}).run();
    assertThat(report.problems()).isEmpty();
    assertThat(report.blocks()).isEqualTo(committed);
  }
}
