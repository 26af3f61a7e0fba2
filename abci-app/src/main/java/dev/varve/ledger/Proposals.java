package dev.varve.ledger;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import dev.varve.abci.types.RequestPrepareProposal;
import dev.varve.abci.types.ResponsePrepareProposal;
import java.util.List;

/**
 * Chooses what a proposer puts into a block, in the node's order.
 *
 * <p>Undecodable transactions are left out. Expired and replayed envelopes are not: being included
 * with a code is what removes them from every mempool, also where the node does not recheck.
 */
final class Proposals {
  private Proposals() {}

  static ResponsePrepareProposal prepare(RequestPrepareProposal request) {
    List<ByteString> txs = request.getTxsList();
    long left = request.getMaxTxBytes();
    int at = 0;
    while (at < txs.size() && isProposable(txs.get(at)) && sizeBytes(txs.get(at)) <= left) {
      left -= sizeBytes(txs.get(at++));
    }
    ResponsePrepareProposal.Builder response = ResponsePrepareProposal.newBuilder();
    if (at == txs.size()) {
      return response.addAllTxs(txs).build();
    }
    response.addAllTxs(txs.subList(0, at));
    for (; at < txs.size(); at++) {
      ByteString tx = txs.get(at);
      long size = sizeBytes(tx);
      if (size > request.getMaxTxBytes() || !isProposable(tx)) {
        continue;
      }
      if (size > left) {
        // What comes later must not overtake it.
        break;
      }
      response.addTxs(tx);
      left -= size;
    }
    return response.build();
  }

  /** What a transaction takes of max_tx_bytes: it stands in the block as a protobuf field. */
  static long sizeBytes(ByteString tx) {
    return 1L + CodedOutputStream.computeUInt32SizeNoTag(tx.size()) + tx.size();
  }

  private static boolean isProposable(ByteString tx) {
    return !(TxDecoder.decode(tx) instanceof Tx.Undecodable);
  }
}
