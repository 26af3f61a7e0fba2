package dev.varve.ledger.commitment;

import java.util.Arrays;

/**
 * Sorts a block's writes by the prefixes of their key hashes, unsigned, a put before a delete where
 * prefixes are equal.
 *
 * <p>Hashes spread evenly, so writes are dealt out to as many bins by their top bits and then are
 * nearly in order. Not thread-safe.
 */
final class WriteOrder {
  /** A bin with more was made by someone: an ordinary sort stays fast then. */
  private static final int CROWDED = 24;

  private int[] ends = new int[2];

  /** The prefix's upper bits with the highest one flipped, to be signed, and the write's number. */
  private long[] sorted = new long[64];

  private int bits;

  /** Sorts the first {@code count} writes. */
  void sort(long[] prefixes, boolean[] deletes, int count) {
    bits = Integer.SIZE - Integer.numberOfLeadingZeros(Math.max(count - 1, 1));
    if (sorted.length < count) {
      sorted = new long[count + count / 2];
    }
    if (deal(prefixes, count)) {
      Arrays.sort(sorted, 0, count);
    }
    for (int i = 1; i < count; i++) {
      long write = sorted[i];
      int to = i;
      while (to > 0 && isAfter(sorted[to - 1], write, prefixes, deletes)) {
        sorted[to] = sorted[to - 1];
        to--;
      }
      sorted[to] = write;
    }
  }

  /** The number of the write that is {@code rank}-th in order. */
  int write(int rank) {
    return (int) sorted[rank] & ((1 << bits) - 1);
  }

  /** Returns whether a bin got so many that nearly in order does not hold. */
  private boolean deal(long[] prefixes, int count) {
    int bins = 1 << bits;
    if (ends.length < bins) {
      ends = new int[bins];
    }
    Arrays.fill(ends, 0, bins, 0);
    for (int i = 0; i < count; i++) {
      ends[(int) (prefixes[i] >>> (Long.SIZE - bits))]++;
    }
    boolean crowded = false;
    int start = 0;
    for (int bin = 0; bin < bins; bin++) {
      int size = ends[bin];
      crowded |= size > CROWDED;
      ends[bin] = start;
      start += size;
    }
    long upper = -1L << bits;
    for (int i = 0; i < count; i++) {
      long prefix = prefixes[i];
      int at = ends[(int) (prefix >>> (Long.SIZE - bits))]++;
      sorted[at] = ((prefix ^ Long.MIN_VALUE) & upper) | i;
    }
    return crowded;
  }

  private boolean isAfter(long a, long b, long[] prefixes, boolean[] deletes) {
    if ((a ^ b) >>> bits != 0) {
      return a > b;
    }
    int mask = (1 << bits) - 1;
    int first = (int) a & mask;
    int second = (int) b & mask;
    int order = Long.compareUnsigned(prefixes[first], prefixes[second]);
    return order > 0 || (order == 0 && deletes[first] && !deletes[second]);
  }
}
