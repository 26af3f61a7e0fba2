package dev.varve.storage;

import com.google.protobuf.ByteString;
import java.util.Arrays;

/** Keys of stored records; drawn in the package description. */
public final class Keys {
  /** Bytes of {@link #chain}. */
  public static final int CHAIN_BYTES = 13;

  private Keys() {}

  /** A block, a slice or a marker: height, type, slice; block and marker are slice 0. */
  public static byte[] chain(long height, RecordType type, int slice) {
    byte[] key = new byte[CHAIN_BYTES];
    putLong(key, 0, height);
    key[8] = type.code();
    putInt(key, 9, slice);
    return key;
  }

  /** A height alone. */
  public static byte[] height(long height) {
    byte[] key = new byte[8];
    putLong(key, 0, height);
    return key;
  }

  /** An undo slice: height, then the last state key in it. */
  public static byte[] undo(long height, byte[] stateKey) {
    byte[] key = new byte[8 + stateKey.length];
    putLong(key, 0, height);
    System.arraycopy(stateKey, 0, key, 8, stateKey.length);
    return key;
  }

  /** The height that a key of {@link #chain}, {@link #height} or {@link #undo} begins with. */
  public static long heightOf(byte[] key) {
    long height = 0;
    for (int i = 0; i < 8; i++) {
      height = (height << 8) | (key[i] & 0xff);
    }
    return height;
  }

  /** The lowest key above another. */
  public static byte[] after(byte[] key) {
    return Arrays.copyOf(key, key.length + 1);
  }

  /** A key with its type in front, for stores that keep all types in one place. */
  public static byte[] typed(RecordType type, byte[] key) {
    byte[] typed = new byte[key.length + 1];
    typed[0] = type.code();
    System.arraycopy(key, 0, typed, 1, key.length);
    return typed;
  }

  /** As {@link #typed(RecordType, byte[])}. */
  public static byte[] typed(RecordType type, ByteString key) {
    byte[] typed = new byte[key.size() + 1];
    typed[0] = type.code();
    key.copyTo(typed, 1);
    return typed;
  }

  static void putLong(byte[] target, int offset, long value) {
    putInt(target, offset, (int) (value >>> 32));
    putInt(target, offset + 4, (int) value);
  }

  static void putInt(byte[] target, int offset, int value) {
    target[offset] = (byte) (value >>> 24);
    target[offset + 1] = (byte) (value >>> 16);
    target[offset + 2] = (byte) (value >>> 8);
    target[offset + 3] = (byte) value;
  }
}
