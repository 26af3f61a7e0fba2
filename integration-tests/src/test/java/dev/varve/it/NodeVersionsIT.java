package dev.varve.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.varve.testnet.CometBinary;
import dev.varve.testnet.NodeSettings;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Real nodes of each supported release, over each way they can reach an application. */
class NodeVersionsIT {
  @RegisterExtension private final TestFolder folder = new TestFolder();

  @ParameterizedTest
  @CsvSource({
    "0.38, socket",
    "0.38, grpc",
    "0.40, socket",
    "0.40, unix",
    "0.40, grpc",
    "1.0, socket"
  })
  void shouldCommitAndAnswerThroughTheNode(String version, String connection) {
    CometBinary bin = Settings.comet(version);
    try (TestChain chain =
        TestChain.single(folder.path(), bin, node -> connect(node, connection)).start()) {
      TestNode node = chain.node();
      node.waitForHeight(2, TestChain.LIMIT);
      JsonNode sent = node.rpc().broadcastTxCommit("a=1".getBytes(UTF_8));
      assertThat(sent.path("check_tx").path("code").asInt()).as("%s", sent).isZero();
      assertThat(sent.path("tx_result").path("code").asInt()).as("%s", sent).isZero();
      long height = sent.path("height").asLong();
      assertThat(height).as("%s", sent).isPositive();
      assertThat(node.value("a")).isEqualTo("1");
      assertThat(node.document("/tx/" + sent.path("hash").asText()).path("height").asLong())
          .isEqualTo(height);
      node.waitForHeight(height + 3, TestChain.LIMIT);
      restart(node, height + 3);
      assertThat(node.value("a")).isEqualTo("1");
    }
  }

  /** The handshake after a restart compares heights and app hashes. */
  private static void restart(TestNode node, long height) {
    node.stop();
    node.start();
    node.waitForHeight(height + 3, TestChain.LIMIT);
  }

  private NodeSettings connect(NodeSettings node, String connection) {
    return switch (connection) {
      case "socket" -> node;
      case "grpc" -> node.withProxyApp(null, NodeSettings.Transport.GRPC);
      case "unix" ->
          node.withProxyApp("unix://" + folder.resolve("abci.sock"), NodeSettings.Transport.SOCKET);
      default -> throw new IllegalArgumentException(connection);
    };
  }
}
