package dev.varve.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Four validators, of which one is away for a while. */
class FourValidatorsIT {
  private static final long BLOCKS = 200;
  private static final long LEAVES_AT = 60;
  private static final long RETURNS_AT = 120;
  private static final int STEP = 4;

  @RegisterExtension private final TestFolder folder = new TestFolder();

  @Test
  void shouldAgreeOnTheAppHashWhenOneWasAway() {
    try (TestChain chain =
        TestChain.create(
                folder.path(),
                Settings.comet("0.38"),
                4,
                node -> node.with("consensus.timeout_propose", "\"500ms\""),
                TestChain::varve)
            .start()) {
      TestNode away = chain.node(3);
      long height = 0;
      while (height < BLOCKS) {
        height = write(chain.nodes().subList(0, 3), height);
        if (height >= LEAVES_AT && height < RETURNS_AT && away.comet() != null) {
          away.stop();
        } else if (height >= RETURNS_AT && away.comet() == null) {
          assertThat(chain.node().rpc().height()).isGreaterThan(LEAVES_AT);
          away.start();
        }
      }
      chain.nodes().forEach(node -> node.waitForHeight(BLOCKS + 1, TestChain.LIMIT));
      requireAgreement(chain);
    }
  }

  /** Sends a transaction to each node, so that app hashes differ, and waits for some blocks. */
  private static long write(List<TestNode> nodes, long height) {
    for (int i = 0; i < nodes.size(); i++) {
      if (height > 0) {
        nodes.get(i).rpc().broadcastTxSync(("k" + i + "=" + height).getBytes(UTF_8));
      }
    }
    return nodes.get(0).waitForHeight(height + STEP, TestChain.LIMIT);
  }

  private static void requireAgreement(TestChain chain) {
    List<String> reference = new ArrayList<>();
    for (TestNode node : chain.nodes()) {
      for (int height = 1; height <= BLOCKS; height++) {
        JsonNode own = node.document("/block/" + height);
        String hash = own.path("app_hash").asText() + " of block " + own.path("hash").asText();
        if (node == chain.node()) {
          reference.add(hash);
        } else {
          assertThat(hash).as("height %d", height).isEqualTo(reference.get(height - 1));
        }
        assertThat(own.path("app_hash").asText())
            .as("app hash of height %d in the next header", height)
            .isEqualTo(
                node.rpc()
                    .block(height + 1)
                    .path("block")
                    .path("header")
                    .path("app_hash")
                    .asText());
      }
    }
    assertThat(reference.stream().distinct().count()).isGreaterThan(BLOCKS / 10);
  }
}
