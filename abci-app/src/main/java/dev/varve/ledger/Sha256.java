package dev.varve.ledger;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** SHA-256 with one digest used over and over; not for more than one thread at a time. */
final class Sha256 {
  static final int LENGTH_BYTES = 32;

  private final MessageDigest digest;

  Sha256() {
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256, this one has not", e);
    }
  }

  ByteString hash(byte[] bytes, int length) {
    digest.update(bytes, 0, length);
    return UnsafeByteOperations.unsafeWrap(digest.digest());
  }

  ByteString hash(ByteString bytes) {
    return hash(bytes.toByteArray(), bytes.size());
  }
}
