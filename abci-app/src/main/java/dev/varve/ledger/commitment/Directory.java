package dev.varve.ledger.commitment;

import java.util.Arrays;

/**
 * What is known of each bucket: where its entries lie, how many they are, and where it stands in
 * the log; side by side, because who needs one soon needs the other. Not thread-safe.
 */
final class Directory {
  /** The position of a bucket that stands nowhere. */
  static final long NONE = -1;

  private static final int PAGE_SHIFT = 13;
  private static final int PAGE_MASK = (1 << PAGE_SHIFT) - 1;

  /** Pages of two longs a bucket: block and count of entries, then the position. */
  private long[][] pages = new long[4][];

  /** Makes room for a bucket that is empty and stands nowhere, unless it has room. */
  void ensure(int bucket) {
    int page = bucket >>> PAGE_SHIFT;
    if (page >= pages.length) {
      pages = Arrays.copyOf(pages, Math.max(pages.length * 2, page + 1));
    }
    if (pages[page] == null) {
      long[] fresh = new long[2 * (PAGE_MASK + 1)];
      for (int i = 1; i < fresh.length; i += 2) {
        fresh[i] = NONE;
      }
      pages[page] = fresh;
    }
  }

  /** The block (upper half) and the count (lower half) of a bucket's entries. */
  long entries(int bucket) {
    return pages[bucket >>> PAGE_SHIFT][2 * (bucket & PAGE_MASK)];
  }

  void setEntries(int bucket, int block, int count) {
    pages[bucket >>> PAGE_SHIFT][2 * (bucket & PAGE_MASK)] = ((long) block << Integer.SIZE) | count;
  }

  long position(int bucket) {
    return pages[bucket >>> PAGE_SHIFT][2 * (bucket & PAGE_MASK) + 1];
  }

  void setPosition(int bucket, long position) {
    pages[bucket >>> PAGE_SHIFT][2 * (bucket & PAGE_MASK) + 1] = position;
  }

  static int block(long entries) {
    return (int) (entries >>> Integer.SIZE);
  }

  static int count(long entries) {
    return (int) entries;
  }
}
