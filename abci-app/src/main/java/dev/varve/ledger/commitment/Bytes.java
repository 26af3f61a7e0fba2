package dev.varve.ledger.commitment;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/** Big-endian numbers in byte arrays. */
final class Bytes {
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
  private static final VarHandle LONG_LITTLE =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private Bytes() {}

  static long getLong(byte[] bytes, int offset) {
    return (long) LONG.get(bytes, offset);
  }

  static void putLong(byte[] bytes, int offset, long value) {
    LONG.set(bytes, offset, value);
  }

  static int getInt(byte[] bytes, int offset) {
    return (int) INT.get(bytes, offset);
  }

  static void putInt(byte[] bytes, int offset, int value) {
    INT.set(bytes, offset, value);
  }

  /** 64 bits, the first byte's lowest bit first. */
  static long getBits(byte[] bytes, int offset) {
    return (long) LONG_LITTLE.get(bytes, offset);
  }

  static boolean isZero(byte[] bytes, int from, int length) {
    for (int i = from; i < from + length; i += Long.BYTES) {
      if ((long) LONG.get(bytes, i) != 0) {
        return false;
      }
    }
    return true;
  }

  static boolean equalHashes(byte[] a, int aOffset, byte[] b, int bOffset) {
    return ((getLong(a, aOffset) ^ getLong(b, bOffset))
            | (getLong(a, aOffset + 8) ^ getLong(b, bOffset + 8))
            | (getLong(a, aOffset + 16) ^ getLong(b, bOffset + 16))
            | (getLong(a, aOffset + 24) ^ getLong(b, bOffset + 24)))
        == 0;
  }

  /** Compares two hashes, the first 8 bytes at once: they decide unless someone forged them. */
  static int compareHashes(byte[] a, int aOffset, byte[] b, int bOffset) {
    long left = getLong(a, aOffset);
    long right = getLong(b, bOffset);
    if (left != right) {
      return Long.compareUnsigned(left, right);
    }
    return Arrays.compareUnsigned(
        a, aOffset, aOffset + Sha256.LENGTH, b, bOffset, bOffset + Sha256.LENGTH);
  }
}
