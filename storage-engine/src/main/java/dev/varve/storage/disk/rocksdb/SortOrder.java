package dev.varve.storage.disk.rocksdb;

import java.util.Arrays;
import java.util.Comparator;

/**
 * Sorts keys in unsigned byte order by numbers made of their heads, which is several times cheaper
 * than comparing arrays; keys with the same head are compared whole.
 */
final class SortOrder {
  private static final int HEAD_BYTES = 5;
  // Low bits hold the place, above them the head, shifted down by one to stay positive.
  private static final int PLACE_BITS = 24;
  private static final int PLACE_MASK = (1 << PLACE_BITS) - 1;

  private SortOrder() {}

  /** The places of the keys in order; equal keys keep theirs. */
  static int[] ofKeys(byte[][] keys) {
    if (keys.length > PLACE_MASK) {
      throw new IllegalArgumentException(
          keys.length + " records of one type in a block, allowed are " + PLACE_MASK);
    }
    int shared = sharedPrefix(keys);
    long[] heads = new long[keys.length];
    for (int i = 0; i < keys.length; i++) {
      heads[i] = ((head(keys[i], shared) >>> 1) << PLACE_BITS) | i;
    }
    Arrays.sort(heads);
    int[] order = new int[keys.length];
    for (int i = 0; i < order.length; i++) {
      order[i] = (int) heads[i] & PLACE_MASK;
    }
    sortRuns(keys, heads, order);
    return order;
  }

  private static void sortRuns(byte[][] keys, long[] heads, int[] order) {
    for (int from = 0; from < order.length; ) {
      int to = from + 1;
      while (to < order.length && heads[to] >> PLACE_BITS == heads[from] >> PLACE_BITS) {
        to++;
      }
      if (to - from > 1) {
        int[] run =
            Arrays.stream(order, from, to)
                .boxed()
                .sorted(Comparator.comparing(place -> keys[place], Arrays::compareUnsigned))
                .mapToInt(place -> place)
                .toArray();
        System.arraycopy(run, 0, order, from, run.length);
      }
      from = to;
    }
  }

  private static int sharedPrefix(byte[][] keys) {
    int shared = keys.length == 0 ? 0 : keys[0].length;
    for (byte[] key : keys) {
      int mismatch = Arrays.mismatch(keys[0], key);
      shared = mismatch < 0 ? shared : Math.min(shared, mismatch);
    }
    return shared;
  }

  private static long head(byte[] key, int from) {
    long head = 0;
    for (int i = from; i < from + HEAD_BYTES; i++) {
      head = (head << 8) | (i < key.length ? key[i] & 0xff : 0);
    }
    return head;
  }
}
