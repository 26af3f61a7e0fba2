package dev.varve.ledger;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import java.nio.ByteBuffer;

/** The key spaces of the state: one byte of name space, then the key. */
final class StateKeys {
  static final byte USER = 0x00;
  static final byte ACCEPTED = 0x01;

  /** The first key past the accepted envelopes. */
  static final ByteString ACCEPTED_END = ByteString.copyFrom(new byte[] {ACCEPTED + 1});

  private StateKeys() {}

  static ByteString user(ByteString key) {
    byte[] bytes = new byte[1 + key.size()];
    bytes[0] = USER;
    key.copyTo(bytes, 1);
    return UnsafeByteOperations.unsafeWrap(bytes);
  }

  static ByteString accepted(long validUntilHeight, ByteString txHash) {
    byte[] bytes = new byte[1 + Long.BYTES + txHash.size()];
    ByteBuffer.wrap(bytes).put(ACCEPTED).putLong(validUntilHeight);
    txHash.copyTo(bytes, 1 + Long.BYTES);
    return UnsafeByteOperations.unsafeWrap(bytes);
  }

  /** The lowest key of an envelope that is valid until this height. */
  static ByteString acceptedFrom(long validUntilHeight) {
    return accepted(validUntilHeight, ByteString.EMPTY);
  }

  /** The hash of the transaction, a copy. */
  static byte[] acceptedHash(ByteString acceptedKey) {
    return acceptedKey.substring(1 + Long.BYTES).toByteArray();
  }

  static long validUntilHeight(ByteString acceptedKey) {
    return acceptedKey.substring(1, 1 + Long.BYTES).asReadOnlyByteBuffer().getLong();
  }
}
