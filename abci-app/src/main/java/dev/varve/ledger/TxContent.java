package dev.varve.ledger;

import com.google.protobuf.ByteString;
import java.util.List;
import java.util.Optional;

/** What a transaction's bytes say; see {@link Transactions#read}. */
public sealed interface TxContent {
  /**
   * A transaction.
   *
   * @param writes in the order in which they are applied; a key may come more than once
   * @param acceptedOnce whether a second inclusion changes nothing, as with an envelope
   */
  record Decoded(List<Write> writes, boolean acceptedOnce) implements TxContent {
    public Decoded {
      writes = List.copyOf(writes);
    }
  }

  /** No transaction; CheckTx refuses it with the same words. */
  record Undecodable(String reason) implements TxContent {}

  /**
   * A change of a key.
   *
   * @param value empty for a delete
   */
  record Write(ByteString key, Optional<ByteString> value) {}
}
