package dev.varve.ledger.commitment;

import java.util.Arrays;

/**
 * The positions that turned inactive since the twigs were last hashed with them, as chains of
 * hashes that the root covers. Not thread-safe.
 */
final class Pending {
  private static final int HASH = Sha256.LENGTH;
  private static final int CHAINS = 64;

  private final byte[] chains = new byte[CHAINS * HASH];

  /** Of the current block. */
  private long[] positions = new long[64];

  private int count;

  /** The positions again, those of a chain side by side, behind the chain's hash. */
  private byte[] messages = new byte[0];

  private final int[] ends = new int[CHAINS];

  void add(long position) {
    if (count == positions.length) {
      positions = Arrays.copyOf(positions, Math.multiplyExact(count, 2));
    }
    positions[count++] = position;
  }

  /** Ends a block: its positions go into the chains. */
  void fold(Sha256 sha) {
    Arrays.fill(ends, 0);
    for (int i = 0; i < count; i++) {
      ends[chain(positions[i])] += Long.BYTES;
    }
    int length = 0;
    for (int chain = 0; chain < CHAINS; chain++) {
      int start = length + HASH;
      length = start + ends[chain];
      ends[chain] = start;
    }
    if (messages.length < length) {
      messages = new byte[Math.multiplyExact(length, 2)];
    }
    for (int i = 0; i < count; i++) {
      int chain = chain(positions[i]);
      Bytes.putLong(messages, ends[chain], positions[i]);
      ends[chain] += Long.BYTES;
    }
    int start = 0;
    for (int chain = 0; chain < CHAINS; chain++) {
      if (ends[chain] > start + HASH) {
        System.arraycopy(chains, chain * HASH, messages, start, HASH);
        sha.hash(messages, start, ends[chain] - start, Sha256.PENDING, chains, chain * HASH);
      }
      start = ends[chain];
    }
    count = 0;
  }

  /** Forgets all positions: the twigs are hashed with them now. */
  void clear() {
    count = 0;
    Arrays.fill(chains, (byte) 0);
  }

  /** The hashes of the chains, one after the other. */
  byte[] chains() {
    return chains;
  }

  private static int chain(long position) {
    return (int) position & (CHAINS - 1);
  }
}
