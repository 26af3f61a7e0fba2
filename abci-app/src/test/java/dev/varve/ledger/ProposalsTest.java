package dev.varve.ledger;

import static dev.varve.ledger.Chain.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.varve.abci.types.RequestPrepareProposal;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class ProposalsTest {
  private static List<ByteString> prepare(long maxTxBytes, List<ByteString> txs) {
    return Proposals.prepare(
            RequestPrepareProposal.newBuilder().setMaxTxBytes(maxTxBytes).addAllTxs(txs).build())
        .getTxsList();
  }

  @Test
  void shouldTakeExactlyWhatFits() {
    List<ByteString> txs = List.of(text(125), text(126), text(1));

    assertThat(prepare(129 + 131 + 5, txs)).isEqualTo(txs);
    assertThat(prepare(129 + 131 + 4, txs)).isEqualTo(txs.subList(0, 2));
    assertThat(prepare(129 + 130, txs)).isEqualTo(txs.subList(0, 1));
    assertThat(prepare(0, txs)).isEmpty();
  }

  @Test
  void shouldLeaveOutWhatNoBlockCanHold() {
    assertThat(prepare(50, List.of(text(100), text(1)))).containsExactly(text(1));
    assertThat(prepare(500, List.of(text(1), bytes("undecodable"), text(2))))
        .containsExactly(text(1), text(2));
  }

  @Test
  void shouldLetNothingOvertakeWhatHasToWait() {
    assertThat(prepare(80, List.of(text(50), text(50), text(1)))).containsExactly(text(50));
  }

  @Property
  void shouldKeepWithinTheLimitAndInOrder(
      @ForAll @Size(max = 40) List<@IntRange(max = 400) Integer> lengths,
      @ForAll @IntRange(max = 9_000) int maxTxBytes) {
    List<ByteString> txs = lengths.stream().map(ProposalsTest::text).toList();
    List<ByteString> chosen = prepare(maxTxBytes, txs);
    long size = RequestPrepareProposal.newBuilder().build().getSerializedSize();
    for (ByteString tx : chosen) {
      // Field 1 of the block's data: what a protobuf writer says it takes.
      size += com.google.protobuf.CodedOutputStream.computeBytesSize(1, tx);
    }
    assertThat(size).isLessThanOrEqualTo(maxTxBytes);
    List<ByteString> possible =
        txs.stream().filter(tx -> Proposals.sizeBytes(tx) <= maxTxBytes).toList();
    assertThat(chosen).isEqualTo(possible.subList(0, chosen.size()));
    if (chosen.size() < possible.size()) {
      assertThat(size + Proposals.sizeBytes(possible.get(chosen.size()))).isGreaterThan(maxTxBytes);
    }
  }

  /** A transaction of this many bytes and two. */
  private static ByteString text(int length) {
    return bytes("k=" + "v".repeat(length));
  }
}
