package dev.varve.ledger;

import com.google.protobuf.ByteString;
import dev.varve.ledger.transaction.Envelope;

/** A transaction as its bytes read. */
sealed interface Tx {
  /** {@code key=value}: a put without replay protection. */
  record Text(ByteString key, ByteString value) implements Tx {}

  /** Operations that are accepted once. */
  record Enveloped(Envelope envelope) implements Tx {}

  /** Bytes that are no transaction. */
  record Undecodable(String reason) implements Tx {}
}
