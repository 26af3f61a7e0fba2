package dev.varve.storage.engine;

import dev.varve.storage.RecordType;
import dev.varve.storage.StorageException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/** One record in the payload of a log entry: where its parts lie. Threads: any. */
final class LogRecord {
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
  private static final long MULTIPLIER = 0x9E3779B97F4A7C15L;
  private static final RecordType[] TYPES = new RecordType[128];

  static {
    for (RecordType type : RecordType.values()) {
      TYPES[type.code()] = type;
    }
  }

  private final byte[] bytes;
  private final RecordType type;
  private final boolean deleted;
  private final int keyAt;
  private final int keyBytes;
  private final int valueAt;
  private final int end;

  private LogRecord(
      byte[] bytes,
      RecordType type,
      boolean deleted,
      int keyAt,
      int keyBytes,
      int valueAt,
      int end) {
    this.bytes = bytes;
    this.type = type;
    this.deleted = deleted;
    this.keyAt = keyAt;
    this.keyBytes = keyBytes;
    this.valueAt = valueAt;
    this.end = end;
  }

  /**
   * The 64 bits under which the log finds a record; part of the format, see the package.
   *
   * <p>Words of 8 bytes, the last one filled up with zeros, multiplied in one after the other.
   */
  static long hash(RecordType type, byte[] key) {
    long hash = ((key.length + 1L) * MULTIPLIER) ^ type.code();
    int at = 0;
    for (; at + Long.BYTES <= key.length; at += Long.BYTES) {
      hash = mix(hash, (long) LONG.get(key, at));
    }
    long last = 0;
    for (; at < key.length; at++) {
      last = (last << 8) | (key[at] & 0xff);
    }
    return mix(hash, last);
  }

  private static long mix(long hash, long word) {
    long mixed = (hash ^ word) * MULTIPLIER;
    return mixed ^ (mixed >>> 32);
  }

  /**
   * Reads the record that begins at {@code at}; its value may be cut off by the end of the bytes.
   *
   * @throws StorageException.Corruption when there is no record
   */
  static LogRecord read(byte[] bytes, int at) {
    int code = at < bytes.length ? bytes[at] & 0xff : 0;
    RecordType type = TYPES[code & ~BatchCodec.DELETED];
    boolean deleted = (code & BatchCodec.DELETED) != 0;
    Varint varint = new Varint(bytes, at + 1);
    int keyBytes = varint.next();
    int keyAt = varint.position;
    int valueAt = keyAt + keyBytes;
    int valueBytes = 0;
    if (type != null && !deleted && keyBytes >= 0 && valueAt > 0 && valueAt < bytes.length) {
      varint.position = valueAt;
      valueBytes = varint.next();
      valueAt = varint.position;
    }
    int end = valueAt + valueBytes;
    if (type == null || keyBytes < 0 || valueBytes < 0 || end < at || keyAt + keyBytes > end) {
      throw new StorageException.Corruption(
          "log entry has no record at byte " + at + " of its payload", null);
    }
    return new LogRecord(bytes, type, deleted, keyAt, keyBytes, valueAt, end);
  }

  RecordType type() {
    return type;
  }

  boolean deleted() {
    return deleted;
  }

  /** One past its last byte; past the end of the bytes where they were cut off. */
  int end() {
    return end;
  }

  /** Whether the bytes end before the record does. */
  boolean isCut() {
    return end > bytes.length;
  }

  boolean hasKey(RecordType wanted, byte[] key) {
    return type == wanted
        && keyAt + keyBytes <= bytes.length
        && Arrays.equals(bytes, keyAt, keyAt + keyBytes, key, 0, key.length);
  }

  byte[] key() {
    return Arrays.copyOfRange(bytes, keyAt, keyAt + keyBytes);
  }

  /** The value in its envelope. */
  byte[] value() {
    return Arrays.copyOfRange(bytes, valueAt, end);
  }

  private static final class Varint {
    private final byte[] bytes;
    private int position;

    Varint(byte[] bytes, int position) {
      this.bytes = bytes;
      this.position = position;
    }

    /** The next number, or -1 where there is none of up to 31 bits. */
    int next() {
      long number = 0;
      for (int shift = 0; shift < 35 && position < bytes.length; shift += 7) {
        byte part = bytes[position++];
        number |= (long) (part & 0x7f) << shift;
        if (part >= 0) {
          return number <= Integer.MAX_VALUE ? (int) number : -1;
        }
      }
      return -1;
    }
  }
}
