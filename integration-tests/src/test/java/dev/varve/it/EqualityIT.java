package dev.varve.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What Varve keeps of a chain equals what the node keeps of it, in every field it was told. */
class EqualityIT {
  private static final long BLOCKS = 510;
  private static final Duration LIMIT = Duration.ofMinutes(4);

  @RegisterExtension private final TestFolder folder = new TestFolder();

  @Test
  void shouldReadBackWhatTheNodeHas() {
    long seed = Settings.seed();
    ProposedTransactions proposed = new ProposedTransactions(BLOCKS, seed);
    AtomicReference<WiredApplication> application = new AtomicReference<>();
    TestNode.Launcher launcher =
        home -> {
          application.set(
              WiredApplication.start(home, ledger -> TestProposer.around(ledger, proposed)));
          return application.get();
        };
    try (TestChain chain =
        TestChain.create(folder.path(), Settings.comet("0.38"), 1, node -> node, launcher)
            .start()) {
      TestNode node = chain.node();
      node.waitForHeight(BLOCKS / 2, LIMIT);
      node.stop();
      node.start();
      long reached = node.waitForHeight(BLOCKS / 2 + 1, LIMIT);
      new DoubleVote(node, TestChain.CHAIN_ID).report(reached - 1);
      node.waitForHeight(BLOCKS + 1, LIMIT);
      BlockComparison comparison =
          new BlockComparison(
              node.rpc(), (height, index, hash) -> application.get().read(height, index, hash));
      comparison.compare(1, BLOCKS);
      assertThat(comparison.misbehaviors()).as("blocks with evidence").isEqualTo(1);
      assertThat(comparison.distinctTransactions()).isGreaterThan(2_000);
      // Applied, undecodable, expired, replayed, too far ahead: each many times.
      for (int code : new int[] {0, 1, 2, 3, 4}) {
        assertThat(comparison.inclusionsByCode())
            .as("inclusions by code")
            .containsKey(code)
            .satisfies(counts -> assertThat(counts.get(code)).isGreaterThan(100));
      }
    }
  }
}
