package dev.varve.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.varve.abci.AbciClient;
import dev.varve.abci.types.Request;
import dev.varve.abci.types.RequestCommit;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VarveNodeTest {
  @TempDir private Path folder;
  private NodeHome home;

  @BeforeEach
  void setUp() {
    home = new NodeHome(folder.resolve("home"));
    home.create(
        Map.of(
            "start.warm_up_millis", "0",
            "abci.address", "unix://" + folder.resolve("abci.sock"),
            "http.address", "off",
            "memory.bytes", "16 MiB",
            "disk.block_cache_bytes", "8 MiB",
            "disk.wal_bytes", "16 MiB"));
  }

  @Test
  void shouldStartAnEmptyHomeAndReportIt() {
    try (VarveNode node = start(Map.of())) {
      NodeStatus status = node.status();

      assertThat(status.engine().height()).isZero();
      assertThat(status.chainId()).isEmpty();
      assertThat(status.healthy()).isTrue();
      assertThat(status.pid()).isEqualTo(ProcessHandle.current().pid());
      assertThat(node.failure()).isNotDone();
    }
    assertThat(HomeLock.owner(home.lockFile())).isEmpty();
  }

  @Test
  void shouldTellWhereItServesWhateverTheSettingsSayByThen() throws IOException {
    String address;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      address = "127.0.0.1:" + free.getLocalPort();
    }
    try (VarveNode node = start(Map.of("http.address", address))) {
      assertThat(node.status().healthy()).isTrue();
      assertThat(HomeLock.owner(home.lockFile()).orElseThrow().http()).contains(address);
    }
  }

  @Test
  void shouldRefuseAHomeInUse() {
    try (VarveNode node = start(Map.of())) {
      assertThat(node).isNotNull();
      assertThatThrownBy(() -> start(Map.of()))
          .isInstanceOf(NodeException.class)
          .hasMessageContaining("is in use by process " + ProcessHandle.current().pid());
    }
  }

  @Test
  void shouldLeaveNothingOpenWhenAnAddressIsTaken() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String address = "127.0.0.1:" + taken.getLocalPort();
      assertThatThrownBy(() -> start(Map.of("http.address", address)))
          .isInstanceOf(NodeException.class)
          .hasMessageContaining(address);
      assertThatThrownBy(() -> start(Map.of("abci.address", "tcp://" + address)))
          .isInstanceOf(NodeException.class)
          .hasMessageContaining(address);
    }
    start(Map.of()).close();
  }

  @Test
  void shouldOpenNoStoreForAnAddressThatItCannotHave() {
    // Of a network for documentation, see RFC 5737: no machine's own.
    String address = "192.0.2.1:2665";
    assertThatThrownBy(() -> start(Map.of("http.address", address, "http.open", "true")))
        .isInstanceOf(NodeException.class)
        .hasMessageContaining("the gateway cannot listen at " + address);
    assertThatThrownBy(() -> start(Map.of("http.address", address)))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("can be reached from other hosts");
    assertThat(home.path().resolve("store")).doesNotExist();
  }

  @Test
  void shouldSurviveACommitThatNobodyAskedFor() throws IOException {
    try (VarveNode node = start(Map.of())) {
      try (AbciClient client = AbciClient.connect("unix://" + folder.resolve("abci.sock"))) {
        Request commit = Request.newBuilder().setCommit(RequestCommit.getDefaultInstance()).build();
        assertThatThrownBy(() -> client.call(commit))
            .isInstanceOf(IOException.class)
            .hasMessageContaining("Commit without FinalizeBlock");
      }
      assertThat(node.failure()).isNotDone();
      assertThat(node.status().healthy()).isTrue();
    }
  }

  @Test
  void shouldTellWhyTheApplicationFailed() {
    try (VarveNode node = start(Map.of())) {
      node.failed(new IllegalStateException("block 5 comes again"));

      assertThat(node.failure())
          .isCompletedWithValueMatching(cause -> cause.getMessage().equals("block 5 comes again"));
      assertThat(node.status().healthy()).isFalse();
      assertThat(node.status().failure()).isEqualTo("block 5 comes again");
    }
  }

  private VarveNode start(Map<String, String> overrides) {
    return VarveNode.start(home, NodeConfig.load(home, overrides));
  }
}
