package dev.varve.it;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.LongFunction;

/**
 * For each height up to the last a mix of good and bad transactions: texts, envelopes, replayed and
 * expired ones, ones from too far ahead, bytes in no grammar, the same bytes twice, and now and
 * then more than a storage slice holds.
 */
record ProposedTransactions(long lastHeight, long seed) implements LongFunction<List<byte[]>> {
  private static final int VALID_FOR = 3;
  private static final int TOO_FAR = 5_000;
  private static final int MANY = 150;
  private static final int MANY_EVERY = 50;
  private static final int NONE_EVERY = 10;

  @Override
  public List<byte[]> apply(long height) {
    List<byte[]> txs = new ArrayList<>();
    if (height > lastHeight || height % NONE_EVERY == 0) {
      return txs;
    }
    txs.add(("k" + height % 7 + "=" + height).getBytes(UTF_8));
    txs.add(envelope(height));
    if (height > 1) {
      txs.add(envelope(height - 1));
    }
    if (height > VALID_FOR + 1) {
      txs.add(envelope(height - VALID_FOR - 1));
    }
    txs.add(Envelopes.put("far", "x", height + TOO_FAR));
    txs.add(undecodable(height));
    txs.add("repeated=1".getBytes(UTF_8));
    txs.add("repeated=1".getBytes(UTF_8));
    if (height % MANY_EVERY == 1) {
      for (int i = 0; i < MANY; i++) {
        txs.add(("m" + i + "=" + height).getBytes(UTF_8));
      }
    }
    return txs;
  }

  private static byte[] envelope(long height) {
    return Envelopes.of(
        height + VALID_FOR,
        Envelopes.put(ByteString.copyFromUtf8("e" + height % 5), bytes(height)),
        Envelopes.put(ByteString.copyFrom(new byte[] {0, (byte) 0xff, '='}), ByteString.EMPTY),
        Envelopes.delete(ByteString.copyFromUtf8("e" + (height + 1) % 5)));
  }

  private static ByteString bytes(long height) {
    return ByteString.copyFrom(new byte[] {(byte) height, 0, (byte) 0x80});
  }

  /** Without "=" it is no text; with the first byte 0x01 and rubbish behind it no envelope. */
  private byte[] undecodable(long height) {
    byte[] tx = new byte[(int) (height % 40) + 1];
    new Random(seed + height).nextBytes(tx);
    for (int i = 0; i < tx.length; i++) {
      tx[i] = tx[i] == '=' ? 0 : tx[i];
    }
    if (height % 2 == 0) {
      tx[0] = 1;
    }
    return tx;
  }
}
