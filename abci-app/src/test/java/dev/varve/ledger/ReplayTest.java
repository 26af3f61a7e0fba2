package dev.varve.ledger;

import static dev.varve.ledger.Chain.bytes;
import static dev.varve.ledger.Chain.codes;
import static dev.varve.ledger.Transactions.envelope;
import static dev.varve.ledger.Transactions.text;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.varve.abci.types.ResponseFinalizeBlock;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ReplayTest {
  private final InMemoryEngine engine = new InMemoryEngine();
  private final Chain chain = new Chain(engine).started();

  private static ByteString put(long validUntilHeight, String value) {
    return envelope(validUntilHeight).put(bytes("k"), bytes(value)).build();
  }

  @Test
  void shouldAcceptAnEnvelopeOnce() {
    ByteString tx = put(10, "1");

    assertThat(chain.check(tx).getCode()).isZero();
    assertThat(codes(chain.block(tx, text("k", "2"), tx))).containsExactly(0, 0, 3);
    assertThat(chain.value("k")).isEqualTo("2");
    assertThat(chain.check(tx).getCode()).isEqualTo(3);
    chain.restart();
    ResponseFinalizeBlock again = chain.block(tx);
    assertThat(codes(again)).containsExactly(3);
    assertThat(again.getTxResults(0).getLog())
        .isEqualTo("the envelope was accepted before: valid_until_height 10, block height 2");
    assertThat(again.getTxResults(0).getCodespace()).isEqualTo("varve");
    assertThat(chain.value("k")).isEqualTo("2");
  }

  @Test
  void shouldAcceptUpToAndWithTheLastHeight() {
    chain.emptyBlocks(4);
    assertThat(chain.check(put(5, "1")).getCode()).isZero();
    assertThat(chain.check(put(4, "1")).getCode()).isEqualTo(2);
    assertThat(codes(chain.block(put(5, "1"), put(4, "2")))).containsExactly(0, 2);
    assertThat(chain.check(put(5, "3")).getCode()).isEqualTo(2);
    assertThat(codes(chain.block(put(5, "1"), put(5, "3")))).containsExactly(2, 2);
  }

  @Test
  void shouldRefuseAWindowThatIsTooLong() {
    assertThat(chain.check(put(1_001, "1")).getCode()).isZero();
    assertThat(chain.check(put(1_002, "1")).getCode()).isEqualTo(4);
    assertThat(codes(chain.block(put(1_001, "1"), put(1_002, "2"), put(Long.MAX_VALUE, "3"))))
        .containsExactly(0, 4, 4);
  }

  @Test
  void shouldNotRememberARefusedEnvelope() {
    ByteString tx = put(1_002, "1");
    assertThat(codes(chain.block(tx))).containsExactly(4);
    assertThat(codes(chain.block(tx))).containsExactly(0);
  }

  @Test
  void shouldPurgeExpiredAcceptancesWithTheNextWrite() {
    chain.block(put(2, "1"), put(5, "2"));
    chain.emptyBlocks(4);
    assertThat(accepted()).isEqualTo(2);

    chain.block(text("a", "1"));
    assertThat(accepted()).isEqualTo(1);
    chain.block(text("a", "2"));
    assertThat(accepted()).isZero();
  }

  @Test
  void shouldNotPurgeInBlocksWithoutWrites() {
    chain.block(put(2, "1"));
    ByteString appHash = chain.appHash();
    chain.emptyBlocks(10);
    chain.block(put(3, "late"));

    assertThat(chain.appHash()).isEqualTo(appHash);
    assertThat(accepted()).isEqualTo(1);
  }

  @Test
  void shouldBoundWhatOneBlockPurgesOnRestartedNodesToo() {
    Chain other = new Chain(new InMemoryEngine()).started();
    ByteString[] txs =
        IntStream.range(0, 600).mapToObj(i -> put(2, "v" + i)).toArray(ByteString[]::new);
    chain.block(txs);
    other.block(txs);
    chain.emptyBlocks(3);
    other.emptyBlocks(3);
    int left = 600;
    while (left > 0) {
      other.restart();
      ByteString write = text("a", Integer.toString(left));
      assertThat(other.block(write)).isEqualTo(chain.block(write));
      left = Math.max(0, left - ReplayGuard.PURGE_BASE - 2);
      assertThat(accepted()).isEqualTo(left);
    }
  }

  private int accepted() {
    return engine.state.subMap(StateKeys.acceptedFrom(0), StateKeys.ACCEPTED_END).size();
  }
}
