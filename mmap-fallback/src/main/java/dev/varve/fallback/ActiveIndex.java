package dev.varve.fallback;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;

/**
 * The index of a segment that still takes entries: a chained hash table in arrays.
 *
 * <p>Buckets are the top bits of the mixed hash, so that walking them in order gives the pairs in
 * the order of a footer. A chain has its newest pair first.
 *
 * <p>Threads: one writer; readers wait for nothing. A pair is written whole before its chain shows
 * it; a grown table is filled before it is shown.
 */
final class ActiveIndex {
  private static final VarHandle HEADS = MethodHandles.arrayElementVarHandle(int[].class);
  private static final int FIRST_CAPACITY = 1024;

  private volatile Table table;

  /** One that grows beyond so many pairs only when it must. */
  ActiveIndex(int pairs) {
    int capacity = FIRST_CAPACITY;
    while (capacity < pairs) {
      capacity *= 2;
    }
    table = new Table(capacity);
  }

  /** Takes one hit; false stops. */
  @FunctionalInterface
  interface Hits {
    boolean hit(int ordinal, int payloadOffset);
  }

  /** Takes all pairs in the order of a footer. */
  @FunctionalInterface
  interface Pairs {
    void pair(long mixed, int ordinal, int payloadOffset);
  }

  int pairs() {
    return table.size;
  }

  void add(long mixed, int ordinal, int payloadOffset) {
    Table now = table;
    if (now.size == now.hashes.length) {
      Table larger = new Table(now.size * 2);
      for (int i = 0; i < now.size; i++) {
        larger.add(now.hashes[i], now.ordinals[i], now.offsets[i]);
      }
      larger.add(mixed, ordinal, payloadOffset);
      table = larger;
    } else {
      now.add(mixed, ordinal, payloadOffset);
    }
  }

  /** Shows the places of a hash, newest first; false when the hits said stop. */
  boolean find(long mixed, Hits hits) {
    Table now = table;
    int at = (int) HEADS.getAcquire(now.heads, (int) (mixed >>> now.shift)) - 1;
    while (at >= 0) {
      if (now.hashes[at] == mixed && !hits.hit(now.ordinals[at], now.offsets[at])) {
        return false;
      }
      at = now.next[at] - 1;
    }
    return true;
  }

  /** Shows all pairs by rising hash, of the same hash the oldest first. By the writer only. */
  void sorted(Pairs pairs) {
    Table now = table;
    int[] chain = new int[16];
    for (int head : now.heads) {
      int length = 0;
      for (int at = head - 1; at >= 0; at = now.next[at] - 1) {
        if (length == chain.length) {
          chain = Arrays.copyOf(chain, length * 2);
        }
        chain[length++] = at;
      }
      sort(chain, length, now.hashes);
      for (int i = 0; i < length; i++) {
        int at = chain[i];
        pairs.pair(now.hashes[at], now.ordinals[at], now.offsets[at]);
      }
    }
  }

  /** Pairs are numbered by age; a chain is short but for pairs of one hash, which are in order. */
  private static void sort(int[] chain, int length, long[] hashes) {
    for (int i = 0, j = length - 1; i < j; i++, j--) {
      int swapped = chain[i];
      chain[i] = chain[j];
      chain[j] = swapped;
    }
    for (int i = 1; i < length; i++) {
      int moved = chain[i];
      int j = i;
      while (j > 0 && Long.compareUnsigned(hashes[chain[j - 1]], hashes[moved]) > 0) {
        chain[j] = chain[j - 1];
        j--;
      }
      chain[j] = moved;
    }
  }

  private static final class Table {
    final int shift;
    final int[] heads;
    final long[] hashes;
    final int[] ordinals;
    final int[] offsets;
    final int[] next;
    int size;

    Table(int capacity) {
      shift = 64 - Integer.numberOfTrailingZeros(capacity);
      heads = new int[capacity];
      hashes = new long[capacity];
      ordinals = new int[capacity];
      offsets = new int[capacity];
      next = new int[capacity];
    }

    void add(long mixed, int ordinal, int payloadOffset) {
      int bucket = (int) (mixed >>> shift);
      hashes[size] = mixed;
      ordinals[size] = ordinal;
      offsets[size] = payloadOffset;
      next[size] = heads[bucket];
      size++;
      HEADS.setRelease(heads, bucket, size);
    }
  }
}
