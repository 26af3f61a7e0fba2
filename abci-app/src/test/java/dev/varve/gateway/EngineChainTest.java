package dev.varve.gateway;

import static dev.varve.ledger.Transactions.text;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.varve.ledger.Transactions;
import dev.varve.storage.BlockBatch;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class EngineChainTest {
  private final SimChain world = new SimChain();
  private final EngineChain chain = world.chain;

  @AfterEach
  void close() {
    world.close();
  }

  /** The last eight blocks come from the batches, older ones from the engine. */
  @Test
  void shouldTellABlocksTransactionsWithTheirCodes() {
    ByteString bad = ByteString.copyFromUtf8("nothing");
    world.block(List.of(text("a", "1"), bad));
    List<Chain.Included> expected =
        List.of(
            new Chain.Included(Transactions.hash(text("a", "1")), 0),
            new Chain.Included(Transactions.hash(bad), 1));
    assertThat(chain.included(1)).contains(expected);
    IntStream.range(0, 20).forEach(i -> world.block(List.of()));
    assertThat(chain.included(1)).contains(expected);
    assertThat(chain.included(20)).contains(List.of());
    assertThat(chain.included(22)).isEmpty();
    world.engine.chainFloor = 5;
    assertThat(chain.included(1)).isEmpty();
    assertThat(chain.floor()).isEqualTo(5);
  }

  @Test
  void shouldShowABlockOnlyWhenItsCommitHasReturned() throws InterruptedException {
    world.block(List.of());
    long[] seen = new long[2];
    world.betweenAnnouncedAndSeen =
        () -> {
          seen[0] = chain.height();
          try {
            seen[1] = chain.await(0);
          } catch (InterruptedException e) {
            throw new AssertionError(e);
          }
        };
    world.block(List.of(text("a", "1")));
    assertThat(seen).as("announced, seen").containsExactly(2, 1);
    assertThat(chain.await(1)).isEqualTo(2);
  }

  @Test
  void shouldWakeWhoWaitsForABlock() throws InterruptedException {
    CompletableFuture<Long> waiting =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                long height = 0;
                while (height == 0) {
                  height = chain.await(0);
                }
                return height;
              } catch (InterruptedException e) {
                throw new AssertionError(e);
              }
            });
    assertThat(chain.await(0)).as("after a while").isZero();
    world.block(List.of());
    assertThat(waiting.join()).isEqualTo(1);
  }

  @Test
  void shouldPassOverABatchThatComesAgain() throws InterruptedException {
    List<ByteString> txs = List.of(text("a", "1"));
    world.block(txs);
    BlockBatch again = world.last();
    chain.committed(again);
    assertThat(chain.await(0)).isEqualTo(1);
  }
}
