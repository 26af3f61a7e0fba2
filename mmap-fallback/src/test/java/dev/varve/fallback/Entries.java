package dev.varve.fallback;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Entries made from their sequence alone, so that what is read back can be judged. */
final class Entries {
  static final int SEGMENT_BYTES = 16 << 10;

  private Entries() {}

  static LogConfig config(Path folder) {
    return new LogConfig(folder, SEGMENT_BYTES, 64L * SEGMENT_BYTES, 0, Durability.FORCED);
  }

  /** The payload of a sequence; {@code version} makes another one for it. */
  static byte[] payload(long sequence, int version, int bytes) {
    byte[] payload = new byte[bytes];
    new Random(sequence * 31 + version).nextBytes(payload);
    return payload;
  }

  /** An entry with two keys: one of its own, and {@link #SHARED_KEY}. */
  static LogEntry entry(long sequence, int version, int bytes) {
    KeyIndex keys = new KeyIndex();
    keys.add(key(sequence), Math.min(8, bytes));
    keys.add(SHARED_KEY, Math.min(16, bytes));
    return new LogEntry(sequence, payload(sequence, version, bytes), 0, bytes, keys);
  }

  static LogEntry entry(long sequence) {
    return entry(sequence, 0, size(sequence));
  }

  static byte[] payload(long sequence) {
    return payload(sequence, 0, size(sequence));
  }

  static int size(long sequence) {
    return 300 + (int) (sequence * 37 % 500);
  }

  static long key(long sequence) {
    return 1000 + sequence;
  }

  static final long SHARED_KEY = -7;

  /** A place a key was found at. */
  record Hit(long sequence, int offset) {}

  static List<Hit> find(FallbackLog log, long key) {
    List<Hit> hits = new ArrayList<>();
    log.find(key, (sequence, offset) -> hits.add(new Hit(sequence, offset)));
    return hits;
  }

  static void append(FallbackLog log, long from, long to) {
    for (long sequence = from; sequence <= to; sequence++) {
      log.append(entry(sequence));
    }
  }
}
