package dev.varve.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.varve.node.CheckReport;
import dev.varve.node.HomeCheck;
import dev.varve.node.NodeConfig;
import dev.varve.testnet.CometBinary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A home that drops old blocks, beside a real node, over a restart. */
class PruningIT {
  @RegisterExtension private final TestFolder folder = new TestFolder();

  @Test
  void shouldGoOnAfterItDroppedBlocks() throws Exception {
    CometBinary bin = Settings.comet("0.38");
    try (TestChain chain = TestChain.single(folder.path(), bin, UnaryOperator.identity())) {
      TestNode node = chain.node();
      set(node, "blocks = 0", "blocks = 10");
      set(node, "blocks = 10000", "blocks = 5");
      chain.start();
      node.waitForHeight(1, TestChain.LIMIT);
      JsonNode first = node.rpc().broadcastTxCommit("k=1".getBytes(UTF_8));
      awaitFloor(node, first.path("height").asLong() + 1);
      requirePruned(node, "/block/" + first.path("height").asText(), 3);
      // Its index entry goes in one of the steps after that.
      requirePruned(node, "/tx/" + first.path("hash").asText(), 3, 2);

      node.stop();
      // The block that is looked at below must not be dropped meanwhile.
      set(node, "blocks = 10", "blocks = 0");
      node.start();
      node.waitForHeight(1, TestChain.LIMIT);

      long height = node.rpc().broadcastTxCommit("l=1".getBytes(UTF_8)).path("height").asLong();
      node.waitForHeight(height + 1, TestChain.LIMIT);
      String header =
          node.rpc().block(height + 1).path("block").path("header").path("app_hash").asText();
      assertThat(node.document("/block/" + height).path("app_hash").asText()).isEqualTo(header);
      assertThat(node.value("k")).isEqualTo("1");
      node.stop();
      CheckReport report =
          new HomeCheck(node.home(), NodeConfig.load(node.home(), Map.of()), text -> {}).run();
      assertThat(report.problems()).isEmpty();
      assertThat(report.firstHeight()).isGreaterThan(1);
    }
  }

  private static void set(TestNode node, String before, String now) throws IOException {
    Path file = node.home().path().resolve("varve.toml");
    String text = Files.readString(file);
    String changed = text.replaceFirst("(?m)^#?" + before + "$", now);
    assertThat(changed).isNotEqualTo(text);
    Files.writeString(file, changed);
  }

  private static void awaitFloor(TestNode node, long floor) throws InterruptedException {
    long end = System.nanoTime() + TestChain.LIMIT.toNanos();
    while (node.document("/status").path("chain_floor").asLong() < floor) {
      assertThat(System.nanoTime()).as("blocks are dropped").isLessThan(end);
      Thread.sleep(100);
    }
  }

  private static void requirePruned(TestNode node, String path, Integer... codes) {
    JsonNode answer = node.rpc().abciQuery(path, new byte[0]);
    assertThat(answer.path("code").asInt()).as("%s", answer).isIn((Object[]) codes);
    assertThat(answer.path("log").asText()).contains("the lowest height kept is ");
  }
}
