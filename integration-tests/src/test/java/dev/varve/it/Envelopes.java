package dev.varve.it;

import com.google.protobuf.ByteString;
import dev.varve.ledger.transaction.Delete;
import dev.varve.ledger.transaction.Envelope;
import dev.varve.ledger.transaction.Operation;
import dev.varve.ledger.transaction.Put;

/** Binary transactions, built from the wire format alone. */
final class Envelopes {
  private static final ByteString FIRST_BYTE = ByteString.copyFrom(new byte[] {1});

  private Envelopes() {}

  static byte[] put(String key, String value, long validUntilHeight) {
    return of(validUntilHeight, put(ByteString.copyFromUtf8(key), ByteString.copyFromUtf8(value)));
  }

  static byte[] of(long validUntilHeight, Operation... operations) {
    Envelope.Builder envelope = Envelope.newBuilder().setValidUntilHeight(validUntilHeight);
    for (Operation operation : operations) {
      envelope.addOperations(operation);
    }
    return FIRST_BYTE.concat(envelope.build().toByteString()).toByteArray();
  }

  static Operation put(ByteString key, ByteString value) {
    return Operation.newBuilder().setPut(Put.newBuilder().setKey(key).setValue(value)).build();
  }

  static Operation delete(ByteString key) {
    return Operation.newBuilder().setDelete(Delete.newBuilder().setKey(key)).build();
  }
}
