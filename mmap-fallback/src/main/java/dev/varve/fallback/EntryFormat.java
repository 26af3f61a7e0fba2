package dev.varve.fallback;

import java.nio.ByteBuffer;

/** The bytes of one entry, as this package's page draws them. */
final class EntryFormat {
  static final int HEADER_BYTES = 40;
  static final int PAIR_BYTES = 12;
  static final int MAGIC = 0x544e4556; // "VENT"

  private EntryFormat() {}

  /** What an entry takes, padding included. */
  static long bytes(long payloadBytes, long pairs) {
    return (HEADER_BYTES + pairs * PAIR_BYTES + payloadBytes + 7) & ~7L;
  }

  /** Writes the body first, then the header that makes it an entry; returns the bytes taken. */
  static int encode(LogEntry entry, ByteBuffer to, int at, long salt, long forcedThrough) {
    KeyIndex keys = entry.keys();
    int hashes = at + HEADER_BYTES;
    int offsets = hashes + keys.pairs() * 8;
    int payload = offsets + keys.pairs() * 4;
    for (int i = 0; i < keys.pairs(); i++) {
      to.putLong(hashes + i * 8, keys.hash(i));
      to.putInt(offsets + i * 4, keys.offset(i));
    }
    to.put(payload, entry.payload(), entry.offset(), entry.length());
    to.putInt(at, MAGIC);
    to.putLong(at + 8, entry.sequence());
    to.putLong(at + 16, forcedThrough);
    to.putInt(at + 24, entry.length());
    to.putInt(at + 28, keys.pairs());
    to.putInt(at + 32, Checksums.of(entry.payload(), entry.offset(), entry.length()));
    to.putInt(at + 36, Checksums.of(to, hashes, keys.pairs() * PAIR_BYTES));
    to.putInt(at + 4, Checksums.salted(salt, to, at + 8, HEADER_BYTES - 8));
    return (int) bytes(entry.length(), keys.pairs());
  }

  /** Whether a whole, unchanged header stands there and what it announces fits the segment. */
  static boolean headerValid(ByteBuffer from, int at, long salt) {
    if (at < 0 || at > from.capacity() - HEADER_BYTES || from.getInt(at) != MAGIC) {
      return false;
    }
    if (from.getInt(at + 4) != Checksums.salted(salt, from, at + 8, HEADER_BYTES - 8)) {
      return false;
    }
    int payload = payloadBytes(from, at);
    int pairs = pairs(from, at);
    return payload >= 0 && pairs >= 0 && bytes(payload, pairs) <= from.capacity() - at;
  }

  /** Whether the whole entry with a valid header is unchanged. */
  static boolean bodyValid(ByteBuffer from, int at) {
    int indexBytes = pairs(from, at) * PAIR_BYTES;
    return from.getInt(at + 36) == Checksums.of(from, at + HEADER_BYTES, indexBytes)
        && payloadChecksum(from, at)
            == Checksums.of(from, payloadAt(from, at), payloadBytes(from, at));
  }

  static long sequence(ByteBuffer from, int at) {
    return from.getLong(at + 8);
  }

  static long forcedThrough(ByteBuffer from, int at) {
    return from.getLong(at + 16);
  }

  static int payloadBytes(ByteBuffer from, int at) {
    return from.getInt(at + 24);
  }

  static int pairs(ByteBuffer from, int at) {
    return from.getInt(at + 28);
  }

  static int payloadChecksum(ByteBuffer from, int at) {
    return from.getInt(at + 32);
  }

  static int payloadAt(ByteBuffer from, int at) {
    return at + HEADER_BYTES + pairs(from, at) * PAIR_BYTES;
  }

  static int end(ByteBuffer from, int at) {
    return at + (int) bytes(payloadBytes(from, at), pairs(from, at));
  }

  static long keyHash(ByteBuffer from, int at, int pair) {
    return from.getLong(at + HEADER_BYTES + pair * 8);
  }

  static int keyOffset(ByteBuffer from, int at, int pair) {
    return from.getInt(at + HEADER_BYTES + pairs(from, at) * 8 + pair * 4);
  }
}
