package dev.varve.gateway.http;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** SHA-256, as CometBFT uses it. */
final class Sha256 {
  static final int LENGTH_BYTES = 32;

  private Sha256() {}

  static byte[] digest(byte[] bytes) {
    return digest().digest(bytes);
  }

  static ByteString hash(ByteString bytes) {
    MessageDigest digest = digest();
    update(digest, bytes);
    return UnsafeByteOperations.unsafeWrap(digest.digest());
  }

  static ByteString hash(byte prefix, ByteString left, ByteString right) {
    MessageDigest digest = digest();
    digest.update(prefix);
    update(digest, left);
    update(digest, right);
    return UnsafeByteOperations.unsafeWrap(digest.digest());
  }

  private static void update(MessageDigest digest, ByteString bytes) {
    for (ByteBuffer part : bytes.asReadOnlyByteBufferList()) {
      digest.update(part);
    }
  }

  private static MessageDigest digest() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256, this one has not", e);
    }
  }
}
