package dev.varve.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** With create_empty_blocks = false a chain without transactions makes no blocks. */
class IdleChainIT {
  /** At a pause of 10 ms a chain that does not rest makes dozens of blocks in this time. */
  private static final long WATCH_MS = 1_000;

  @RegisterExtension private final TestFolder folder = new TestFolder();

  @Test
  void shouldStandStillWhenIdle() throws InterruptedException {
    try (TestChain chain =
        TestChain.single(
                folder.path(), Settings.comet("0.38"), node -> node.withCreateEmptyBlocks(false))
            .start()) {
      TestNode node = chain.node();
      node.waitForHeight(1, TestChain.LIMIT);
      requireRest(node);

      long height = commit(node, "a=1".getBytes(UTF_8));
      requireRest(node);

      // Their acceptances expire in the next few heights: forgetting them must not make blocks.
      commit(node, Envelopes.put("b", "1", height + 3));
      commit(node, Envelopes.put("c", "2", height + 8));
      requireRest(node);

      // By now both have expired; this block may forget them, the ones after it must not go on.
      for (int i = 0; i < 10; i++) {
        commit(node, ("d=" + i).getBytes(UTF_8));
      }
      requireRest(node);
      assertThat(node.value("d")).isEqualTo("9");
    }
  }

  private static long commit(TestNode node, byte[] tx) {
    JsonNode sent = node.rpc().broadcastTxCommit(tx);
    assertThat(sent.path("tx_result").path("code").asInt()).as("%s", sent).isZero();
    assertThat(sent.path("height").asLong()).as("%s", sent).isPositive();
    return sent.path("height").asLong();
  }

  /** One more block carries the app hash; after it the height stays. */
  private static void requireRest(TestNode node) throws InterruptedException {
    Thread.sleep(WATCH_MS);
    long height = node.rpc().height();
    Thread.sleep(WATCH_MS);
    assertThat(node.rpc().height()).as("height of an idle chain").isEqualTo(height);
  }
}
