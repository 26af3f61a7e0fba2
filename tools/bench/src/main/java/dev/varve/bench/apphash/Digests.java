package dev.varve.bench.apphash;

import dev.varve.storage.StateWrite;
import java.security.DigestException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.List;

/**
 * Digests keys and values as every candidate must: what the commitment's own cost is apart from.
 */
final class Digests {
  private final MessageDigest sha;
  private final byte[] message = new byte[1 << 16];
  private byte[] entries = new byte[0];

  Digests() {
    try {
      sha = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform must provide SHA-256", e);
    }
  }

  /** 64 bytes a write, key hash and, for a put, value digest; valid until the next call. */
  byte[] of(List<StateWrite> writes) {
    int size = writes.size();
    if (entries.length < size * 64) {
      entries = Arrays.copyOf(entries, size * 64);
    }
    try {
      for (int i = 0; i < size; i++) {
        StateWrite write = writes.get(i);
        int length = write.key().size();
        write.key().copyTo(message, 0);
        sha.update(message, 0, length + 1);
        sha.digest(entries, i * 64, 32);
        if (write.isDelete()) {
          continue;
        }
        length = write.value().size();
        write.value().copyTo(message, 0);
        sha.update(message, 0, length + 9);
        sha.digest(entries, i * 64 + 32, 32);
      }
    } catch (DigestException e) {
      throw new IllegalStateException("no room for " + size + " digests", e);
    }
    return entries;
  }
}
