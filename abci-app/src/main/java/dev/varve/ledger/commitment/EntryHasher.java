package dev.varve.ledger.commitment;

import com.google.protobuf.ByteString;
import java.util.Arrays;

/** Turns a key and its value into a 64-byte entry: key hash and entry digest. Not thread-safe. */
final class EntryHasher {
  private final Sha256 sha;
  private byte[] message = new byte[4096];

  EntryHasher(Sha256 sha) {
    this.sha = sha;
  }

  /** Writes the key hash, the first half of the entry at {@code offset}. */
  void key(ByteString key, byte[] entries, int offset) {
    int length = key.size();
    reserve(length + 1);
    key.copyTo(message, 0);
    message[length] = Sha256.KEY;
    sha.update(message, 0, length + 1);
    sha.finish(entries, offset);
  }

  /** Writes the second half of the entry, whose first {@link #key} has written. */
  void value(ByteString value, long height, byte[] entries, int offset) {
    int end = Sha256.LENGTH + value.size();
    reserve(end + Long.BYTES + 1);
    System.arraycopy(entries, offset, message, 0, Sha256.LENGTH);
    value.copyTo(message, Sha256.LENGTH);
    Bytes.putLong(message, end, height);
    message[end + Long.BYTES] = Sha256.ENTRY;
    sha.update(message, 0, end + Long.BYTES + 1);
    sha.finish(entries, offset + Sha256.LENGTH);
  }

  private void reserve(int length) {
    if (message.length < length) {
      message = Arrays.copyOf(message, Math.max(length, message.length * 2));
    }
  }
}
