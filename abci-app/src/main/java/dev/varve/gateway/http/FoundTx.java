package dev.varve.gateway.http;

import com.google.protobuf.ByteString;
import dev.varve.storage.record.TxLog;
import dev.varve.storage.record.TxResult;
import java.util.Optional;

/**
 * A transaction and what came of it.
 *
 * @param height 0 where it is pending
 */
record FoundTx(
    ByteString hash,
    long height,
    int index,
    TxResult result,
    TxLog log,
    ByteString tx,
    Optional<MerkleProof> proof) {
  /** As it is shown while it is in no block: code 0, no proof. */
  static FoundTx pending(ByteString hash, ByteString tx) {
    return new FoundTx(
        hash,
        0,
        0,
        TxResult.getDefaultInstance(),
        TxLog.getDefaultInstance(),
        tx,
        Optional.empty());
  }
}
