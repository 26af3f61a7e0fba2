package dev.varve.storage.disk.sql;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.ByteString;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** By what rows are spread; drawn in the package description. Threads: one at a time. */
final class Shards {
  private static final int BYTES = 4;
  private static final byte NAME = (byte) 0xff;

  private final MessageDigest sha256;

  Shards() {
    try {
      sha256 = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  static String ofHash(ByteString hash) {
    return HexFormat.of().formatHex(hash.substring(0, BYTES).toByteArray());
  }

  String ofKey(byte[] key) {
    return HexFormat.of().formatHex(sha256.digest(key), 0, BYTES);
  }

  String ofName(String name) {
    return ofKey(nameKey(name));
  }

  /** The state key that stands for a name in the history. */
  static byte[] nameKey(String name) {
    byte[] utf8 = name.getBytes(UTF_8);
    byte[] key = new byte[utf8.length + 1];
    key[0] = NAME;
    System.arraycopy(utf8, 0, key, 1, utf8.length);
    return key;
  }

  static boolean isNameKey(byte[] key) {
    return key.length > 0 && key[0] == NAME;
  }

  static String nameOf(byte[] nameKey) {
    return new String(nameKey, 1, nameKey.length - 1, UTF_8);
  }
}
