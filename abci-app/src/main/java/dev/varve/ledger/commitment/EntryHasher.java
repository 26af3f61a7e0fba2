package dev.varve.ledger.commitment;

import com.google.protobuf.ByteString;
import java.util.Arrays;

/** Turns a key and its value into the 64-byte entry of its group. Not thread-safe. */
final class EntryHasher {
  private final Sha256 sha;
  private byte[] message = new byte[4096];

  EntryHasher(Sha256 sha) {
    this.sha = sha;
  }

  /** Writes SHA-256(key ‖ tag), 32 bytes. */
  void key(ByteString key, byte[] out, int offset) {
    int length = key.size();
    reserve(length + 1);
    key.copyTo(message, 0);
    message[length] = Sha256.KEY;
    sha.update(message, 0, length + 1);
    sha.finish(out, offset);
  }

  /** Writes SHA-256(value ‖ height ‖ tag), 32 bytes. */
  void value(ByteString value, long height, byte[] out, int offset) {
    int length = value.size();
    reserve(length + Long.BYTES + 1);
    value.copyTo(message, 0);
    Bytes.putLong(message, length, height);
    message[length + Long.BYTES] = Sha256.VALUE;
    sha.update(message, 0, length + Long.BYTES + 1);
    sha.finish(out, offset);
  }

  private void reserve(int length) {
    if (message.length < length) {
      message = Arrays.copyOf(message, Math.max(length, message.length * 2));
    }
  }
}
