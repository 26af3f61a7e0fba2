package dev.varve.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.varve.node.CheckReport;
import dev.varve.node.HomeCheck;
import dev.varve.node.HomeRollback;
import dev.varve.node.NodeConfig;
import dev.varve.testnet.CometBinary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Homes that went back, beside real nodes that did or did not: the chain goes on, unchanged. */
class RollbackIT {
  private static final int WRITES = 10;

  @RegisterExtension private final TestFolder folder = new TestFolder();

  @Test
  void shouldTakeBlocksAgainFromANodeThatDidNotGoBack() throws IOException {
    CometBinary bin = Settings.comet("0.38");
    try (TestChain chain = TestChain.single(folder.path(), bin, UnaryOperator.identity()).start()) {
      TestNode node = chain.node();
      long[] heights = write(node);
      node.stop();

      rollBack(node, OptionalLong.of(heights[3]));

      node.start();
      node.waitForHeight(heights[WRITES - 1] + 10, TestChain.LIMIT);
      requireWritten(node, heights);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"0.38", "0.40", "1.0"})
  void shouldGoBackInStepWithItsNode(String version) throws Exception {
    CometBinary bin = Settings.comet(version);
    try (TestChain chain = TestChain.single(folder.path(), bin, UnaryOperator.identity()).start()) {
      TestNode node = chain.node();
      long[] heights = write(node);
      for (int round = 0; round < 2; round++) {
        node.stop();

        long height = cometRollBack(bin, node);
        HomeRollback.Report report = rollBack(node, OptionalLong.empty());

        assertThat(report.now()).isEqualTo(report.before() - 1).isEqualTo(height);
        requireSound(node);
        node.start();
        node.waitForHeight(report.before() + 5, TestChain.LIMIT);
      }
      requireWritten(node, heights);
      node.stop();
      requireSound(node);
    }
  }

  @Test
  void shouldDropTwoBlocksInStepWithItsNodeAndGetThemFromOthers() throws Exception {
    CometBinary bin = Settings.comet("0.38");
    try (TestChain chain =
        TestChain.create(folder.path(), bin, 4, UnaryOperator.identity(), TestChain::varve)
            .start()) {
      TestNode node = chain.node(3);
      long[] heights = write(node);
      node.stop();

      for (int round = 0; round < 2; round++) {
        long height = cometRollBack(bin, node, "--hard");
        assertThat(rollBack(node, OptionalLong.empty()).now()).isEqualTo(height);
      }

      requireSound(node);
      node.start();
      long end = chain.node(0).rpc().waitForHeight(heights[WRITES - 1] + 20, TestChain.LIMIT);
      node.waitForHeight(end + 5, TestChain.LIMIT);
      requireWritten(node, heights);
      node.stop();
      requireSound(node);
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

  private static HomeRollback.Report rollBack(TestNode node, OptionalLong height) {
    NodeConfig config = NodeConfig.load(node.home(), Map.of());
    return new HomeRollback(node.home(), config, at -> {}).run(height);
  }

  /** Runs the node's own command; returns the height that it went back to. */
  private long cometRollBack(CometBinary bin, TestNode node, String... options) throws Exception {
    Path output = folder.resolve("rollback.txt");
    List<String> command = new ArrayList<>(List.of(bin.path().toString(), "rollback"));
    command.addAll(List.of("--home", node.home().cometHome().toString()));
    command.addAll(List.of(options));
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    if (!process.waitFor(60, TimeUnit.SECONDS)) {
      process.destroyForcibly();
    }
    String said = Files.readString(output);
    assertThat(process.waitFor()).as(said).isZero();
    return Long.parseLong(said.replaceFirst("(?s).* to height ([0-9]+) and hash.*", "$1"));
  }

  private static void requireSound(TestNode node) {
    NodeConfig config = NodeConfig.load(node.home(), Map.of());
    CheckReport report = new HomeCheck(node.home(), config, text -> {}).run();
    assertThat(report.problems()).isEmpty();
  }

  private static void requireWritten(TestNode node, long[] heights) throws IOException {
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
