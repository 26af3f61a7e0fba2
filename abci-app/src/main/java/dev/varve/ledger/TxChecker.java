package dev.varve.ledger;

import com.google.protobuf.ByteString;
import dev.varve.abci.types.ResponseCheckTx;

/** Judges a transaction for the mempool; any thread, no state of its own. */
final class TxChecker {
  /**
   * The same for every transaction: it only has to fit into a block's max_gas, which must limit no
   * block before max_bytes does.
   */
  private static final long GAS_WANTED = 1;

  private static final ResponseCheckTx OK =
      ResponseCheckTx.newBuilder().setGasWanted(GAS_WANTED).build();

  private final ReplayGuard guard;

  TxChecker(ReplayGuard guard) {
    this.guard = guard;
  }

  /**
   * Answers for a transaction that may stand in a block of this height at the earliest; the same
   * when it is checked again.
   */
  ResponseCheckTx check(ByteString tx, long nextHeight) {
    Tx decoded = TxDecoder.decode(tx);
    if (decoded instanceof Tx.Undecodable undecodable) {
      return refuse(Code.UNDECODABLE, undecodable.reason());
    }
    return decoded instanceof Tx.Enveloped enveloped
        ? checkEnvelope(tx, enveloped.envelope().getValidUntilHeight(), nextHeight)
        : OK;
  }

  private ResponseCheckTx checkEnvelope(ByteString tx, long validUntil, long nextHeight) {
    Code code = ReplayGuard.judge(validUntil, nextHeight);
    if (code == Code.OK
        && guard.isAccepted(StateKeys.accepted(validUntil, Transactions.hash(tx)))) {
      code = Code.REPLAYED;
    }
    return code == Code.OK ? OK : refuse(code, ReplayGuard.describe(code, validUntil, nextHeight));
  }

  private static ResponseCheckTx refuse(Code code, String log) {
    return ResponseCheckTx.newBuilder()
        .setCode(code.number())
        .setLog(log)
        .setGasWanted(GAS_WANTED)
        .setCodespace(Code.CODESPACE)
        .build();
  }
}
