package dev.varve.ledger;

import com.google.protobuf.ByteString;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Reads a transaction's bytes by the grammar in the package's description; never throws. */
final class TxDecoder {
  static final byte ENVELOPE_MARK = 0x01;

  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long NON_ASCII = 0x8080808080808080L;

  private TxDecoder() {}

  static Tx decode(ByteString tx) {
    return decode(tx, tx.toByteArray());
  }

  /**
   * The same for bytes at hand.
   *
   * @param bytes starts with a copy of {@code tx}; it may be longer
   */
  static Tx decode(ByteString tx, byte[] bytes) {
    int length = tx.size();
    if (length == 0) {
      return new Tx.Undecodable("the transaction is empty");
    }
    if (bytes[0] == ENVELOPE_MARK) {
      return EnvelopeDecoder.decode(tx.substring(1));
    }
    int split = 0;
    while (split < length && bytes[split] != '=') {
      split++;
    }
    if (split == length) {
      return new Tx.Undecodable("neither key=value nor an envelope (first byte 0x01)");
    }
    if (split == 0 || split > Transactions.MAX_KEY_BYTES) {
      return new Tx.Undecodable(keyLength(split));
    }
    if (!isAscii(bytes, length) && !tx.isValidUtf8()) {
      return new Tx.Undecodable("the text is not valid UTF-8");
    }
    return new Tx.Text(tx.substring(0, split), tx.substring(split + 1));
  }

  static String keyLength(int length) {
    return "the key has " + length + " bytes, allowed are 1 to " + Transactions.MAX_KEY_BYTES;
  }

  private static boolean isAscii(byte[] bytes, int length) {
    int at = 0;
    for (; at <= length - Long.BYTES; at += Long.BYTES) {
      if (((long) LONGS.get(bytes, at) & NON_ASCII) != 0) {
        return false;
      }
    }
    for (; at < length; at++) {
      if (bytes[at] < 0) {
        return false;
      }
    }
    return true;
  }
}
