package dev.varve.ledger;

import static dev.varve.ledger.Chain.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.varve.abci.types.ResponseFinalizeBlock;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.StringJoiner;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class DeterminismTest {
  private static final String GENESIS =
      "{\"state\":[{\"key\":\"k1\",\"value\":\"g\"},{\"key\":\"only-genesis\",\"value\":\"g\"}]}";

  /** Blocks of all kinds of transactions over few keys, some of them seen before. */
  private static final class Script {
    private final Random random;
    private final List<ByteString> seen = new ArrayList<>();

    private Script(long seed) {
      random = new Random(seed);
    }

    private ByteString[] block(long height) {
      ByteString[] txs = new ByteString[random.nextInt(6)];
      for (int i = 0; i < txs.length; i++) {
        txs[i] = tx(height);
        seen.add(txs[i]);
      }
      return txs;
    }

    private ByteString tx(long height) {
      ByteString key = bytes("k" + random.nextInt(8));
      return switch (random.nextInt(6)) {
        case 0 -> bytes("undecodable");
        case 1 -> seen.isEmpty() ? bytes("") : seen.get(random.nextInt(seen.size()));
        case 2 -> Transactions.envelope(height + random.nextInt(4)).delete(key).build();
        case 3 ->
            Transactions.envelope(Math.max(1, height - 1 + random.nextInt(1_003)))
                .put(key, bytes("v" + random.nextInt()))
                .delete(bytes("k" + random.nextInt(8)))
                .build();
        default -> Transactions.text(key.toStringUtf8(), "v" + random.nextInt(1_000));
      };
    }
  }

  @Property(tries = 30)
  void shouldGiveTheSameAnswersWhateverHappensBetween(@ForAll long seed, @ForAll long noise) {
    Script script = new Script(seed);
    Chain plain = new Chain(new InMemoryEngine());
    Chain disturbed = new Chain(new InMemoryEngine());
    plain.initChain(GENESIS, 3);
    disturbed.initChain(GENESIS, 3);
    Random random = new Random(noise);
    for (long height = 3; height < 40; height++) {
      ByteString[] txs = script.block(height);
      ResponseFinalizeBlock wanted = plain.finalizeBlock(height, txs);
      plain.commit();

      disturb(disturbed, random, height, txs);
      assertThat(disturbed.finalizeBlock(height, txs)).isEqualTo(wanted);
      if (random.nextInt(4) == 0) {
        assertThat(disturbed.finalizeBlock(height, txs)).isEqualTo(wanted);
      }
      disturbed.check(bytes("k=between"));
      disturbed.commit();
    }
    assertThat(((InMemoryEngine) disturbed.engine).state)
        .isEqualTo(((InMemoryEngine) plain.engine).state);
    assertThat(((InMemoryEngine) disturbed.engine).batches)
        .isEqualTo(((InMemoryEngine) plain.engine).batches);
  }

  private static void disturb(Chain chain, Random random, long height, ByteString... txs) {
    for (ByteString tx : txs) {
      if (random.nextBoolean()) {
        chain.check(tx);
      }
      chain.query("/store", "k" + random.nextInt(8), 0);
    }
    if (random.nextInt(3) > 0) {
      chain.propose(height, txs);
    }
    if (random.nextInt(3) == 0) {
      chain.propose(height + random.nextInt(3) - 1, Transactions.text("k1", "never decided"));
    }
    if (random.nextInt(5) == 0) {
      chain.finalizeBlock(height, Transactions.text("k1", "never decided"));
    }
    if (random.nextInt(3) == 0) {
      chain.propose(height, txs);
    }
    if (random.nextInt(5) == 0) {
      chain.restart();
      if (height == 3) {
        chain.initChain(GENESIS, 3);
      }
    }
  }

  @Test
  void shouldKeepTheAppHashesOfAKnownChain() throws IOException {
    Script script = new Script(20_261_121);
    Chain chain = new Chain(new InMemoryEngine());
    StringJoiner lines = new StringJoiner("\n", "", "\n");
    lines.add("genesis " + Json.hex(chain.initChain(GENESIS, 1).getAppHash()));
    for (long height = 1; height <= 200; height++) {
      ResponseFinalizeBlock response = chain.block(script.block(height));
      lines.add(height + " " + Json.hex(response.getAppHash()) + " " + Chain.codes(response));
    }
    Golden.assertSame("app-hashes.golden", lines.toString());
  }
}
