package dev.varve.fallback;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/** CRC32C over parts of a segment, and the mixing of key hashes. */
final class Checksums {
  private Checksums() {}

  static int of(ByteBuffer bytes, int offset, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes.slice(offset, length));
    return (int) crc.getValue();
  }

  static int of(byte[] bytes, int offset, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, offset, length);
    return (int) crc.getValue();
  }

  /** As if the eight bytes of the salt, lowest first, stood before the bytes. */
  static int salted(long salt, ByteBuffer bytes, int offset, int length) {
    CRC32C crc = new CRC32C();
    for (int shift = 0; shift < 64; shift += 8) {
      crc.update((int) (salt >>> shift) & 0xff);
    }
    crc.update(bytes.slice(offset, length));
    return (int) crc.getValue();
  }

  /**
   * Spreads a key hash over 64 bits, one to one (the finalizer of MurmurHash3). The salt keeps
   * senders of keys from filling one place of the index.
   */
  static long mix(long salt, long keyHash) {
    long h = keyHash ^ salt;
    h = (h ^ (h >>> 33)) * 0xff51afd7ed558ccdL;
    h = (h ^ (h >>> 33)) * 0xc4ceb9fe1a85ec53L;
    return h ^ (h >>> 33);
  }
}
