package dev.varve.bench.abci;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import java.util.ArrayList;
import java.util.List;

/**
 * Transactions {@code key=value} that depend on height and index alone, so that two servers get the
 * same bytes and a chain that goes on gets new ones.
 *
 * <p>Keys are 17 characters, {@code k} and 16 hex digits: the mixed number of the transaction (a
 * bijection, so no key comes twice, and neighbours in a block are not neighbours in the store), or
 * the number of one of {@code keys} keys. Neither {@code :} nor a second {@code =} occurs: the Go
 * kvstore refuses both.
 */
final class TxGenerator {
  static final int MIN_BYTES = 32;
  static final int MAX_BYTES = 65_536;

  private static final int KEY_BYTES = 17;
  private static final int INDEX_BITS = 20;
  private static final int CHARS_PER_LONG = 12;
  private static final byte[] HEX = ascii("0123456789abcdef");
  // 32 letters, so that five random bits choose one.
  private static final byte[] LETTERS = ascii("abcdefghijklmnopqrstuvwxyz012345");

  private final int txBytes;
  private final long keys;

  TxGenerator(int txBytes, long keys) {
    this.txBytes = txBytes;
    this.keys = keys;
  }

  List<ByteString> block(long height, int count) {
    List<ByteString> txs = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      txs.add(UnsafeByteOperations.unsafeWrap(tx(height, i)));
    }
    return txs;
  }

  private byte[] tx(long height, int index) {
    long number = (height << INDEX_BITS) | index;
    long mixed = mix(number);
    byte[] tx = new byte[txBytes];
    tx[0] = 'k';
    writeHex(tx, keys == 0 ? mixed : Long.remainderUnsigned(mixed, keys));
    tx[KEY_BYTES] = '=';
    long random = mixed;
    for (int at = KEY_BYTES + 1; at < txBytes; at += CHARS_PER_LONG) {
      random = mix(random);
      int end = Math.min(txBytes, at + CHARS_PER_LONG);
      for (int i = at, shift = 0; i < end; i++, shift += 5) {
        tx[i] = LETTERS[(int) (random >>> shift) & 31];
      }
    }
    return tx;
  }

  private static void writeHex(byte[] tx, long value) {
    for (int i = 0; i < 16; i++) {
      tx[1 + i] = HEX[(int) (value >>> (60 - 4 * i)) & 15];
    }
  }

  /** The finaliser of SplitMix64 behind an odd step: a bijection on 64 bits. */
  private static long mix(long value) {
    long z = value * 0x9E3779B97F4A7C15L + 0x9E3779B97F4A7C15L;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }

  private static byte[] ascii(String text) {
    return text.getBytes(java.nio.charset.StandardCharsets.US_ASCII);
  }
}
