package dev.varve.fallback;

import java.nio.ByteBuffer;

/** Runs of zero bytes: what a segment holds where nothing was written. */
final class Zeros {
  private static final byte[] CHUNK = new byte[1 << 16];

  private Zeros() {}

  /** Whether all bytes from {@code from} to before {@code to} are zero. */
  static boolean only(ByteBuffer bytes, int from, int to) {
    int at = from;
    while (at < to && (at & 7) != 0) {
      if (bytes.get(at++) != 0) {
        return false;
      }
    }
    for (; at + 8 <= to; at += 8) {
      if (bytes.getLong(at) != 0) {
        return false;
      }
    }
    for (; at < to; at++) {
      if (bytes.get(at) != 0) {
        return false;
      }
    }
    return true;
  }

  static void fill(ByteBuffer bytes, int from, int to) {
    for (int at = from; at < to; at += CHUNK.length) {
      bytes.put(at, CHUNK, 0, Math.min(CHUNK.length, to - at));
    }
  }
}
