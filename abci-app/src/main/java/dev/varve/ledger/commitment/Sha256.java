package dev.varve.ledger.commitment;

import java.security.DigestException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * SHA-256 over {@code body ‖ tag}: the last byte of every message tells its kind, so that no
 * message of one kind is one of another. Allocates nothing; not thread-safe.
 */
final class Sha256 {
  static final int LENGTH = 32;

  static final byte KEY = 1;
  static final byte ENTRY = 2;
  static final byte GROUP = 3;
  static final byte PAGE = 4;
  static final byte TWIG_NODE = 5;
  static final byte TWIG = 6;
  static final byte UPPER_NODE = 7;
  static final byte ROOT = 8;
  static final byte PENDING = 9;

  private final MessageDigest digest;

  Sha256() {
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform must provide SHA-256", e);
    }
  }

  void update(byte[] bytes, int offset, int length) {
    digest.update(bytes, offset, length);
  }

  /** Ends the message, which must already carry its tag, and writes the hash. */
  void finish(byte[] out, int offset) {
    try {
      digest.digest(out, offset, LENGTH);
    } catch (DigestException e) {
      throw new IllegalStateException("no room for a hash at offset " + offset, e);
    }
  }

  /** Hashes {@code bytes[from, from + length)} followed by the tag. */
  void hash(byte[] bytes, int from, int length, byte tag, byte[] out, int offset) {
    digest.update(bytes, from, length);
    digest.update(tag);
    finish(out, offset);
  }
}
