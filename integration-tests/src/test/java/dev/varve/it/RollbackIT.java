package dev.varve.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.varve.node.HomeRollback;
import dev.varve.node.NodeConfig;
import dev.varve.testnet.CometBinary;
import java.io.IOException;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A home that went back, beside a real node: it gives the blocks again, to the same app hash. */
class RollbackIT {
  private static final int WRITES = 10;

  @RegisterExtension private final TestFolder folder = new TestFolder();

  private final CometBinary bin = Settings.comet("0.38");

  @Test
  void shouldTakeBlocksAgainFromANodeThatDidNotGoBack() throws IOException {
    try (TestChain chain = TestChain.single(folder.path(), bin, UnaryOperator.identity()).start()) {
      TestNode node = chain.node();
      long[] heights = write(node);
      node.stop();

      rollBack(node, OptionalLong.of(heights[3]));

      requireGoesOn(node, heights);
    }
  }

  /** Writes one key over and over, and tells the heights. */
  private static long[] write(TestNode node) {
    node.waitForHeight(1, TestChain.LIMIT);
    long[] heights = new long[WRITES];
    for (int i = 0; i < WRITES; i++) {
      JsonNode answer = node.rpc().broadcastTxCommit(("k=" + i).getBytes(UTF_8));
      heights[i] = answer.path("height").asLong();
    }
    return heights;
  }

  private static void rollBack(TestNode node, OptionalLong height) {
    NodeConfig config = NodeConfig.load(node.home(), Map.of());
    new HomeRollback(node.home(), config, at -> {}).run(height);
  }

  private static void requireGoesOn(TestNode node, long[] heights) throws IOException {
    node.start();
    node.waitForHeight(heights[WRITES - 1] + 10, TestChain.LIMIT);
    for (int i = 0; i < WRITES; i++) {
      JsonNode then =
          node.rpc().call("/abci_query?data=0x6b&height=" + heights[i]).path("response");
      assertThat(new String(then.path("value").binaryValue(), UTF_8))
          .as("value at height %d", heights[i])
          .isEqualTo(Integer.toString(i));
      String header =
          node.rpc().block(heights[i] + 1).path("block").path("header").path("app_hash").asText();
      assertThat(node.document("/block/" + heights[i]).path("app_hash").asText())
          .as("app hash of block %d", heights[i])
          .isEqualTo(header);
    }
    assertThat(node.value("k")).isEqualTo(Integer.toString(WRITES - 1));
  }
}
