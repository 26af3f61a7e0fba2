package dev.varve.ledger.commitment;

import java.util.Arrays;

/**
 * Sorted buckets of keys with a value each, in pages that never move.
 *
 * <p>A bucket of kind k is 32 x 2^k longs: a header (count, bits that tell it from others, kind),
 * up to 16 x 2^k - 1 keys in unsigned order, as many values. Practically all are of kind 0 and
 * share pages; others have a page of their own. Not thread-safe.
 */
final class BucketPages {
  /** Keys in a bucket of kind 0. */
  static final int KEYS = 15;

  private static final int NONE = -1;

  /** In place of a key: no key is above it. */
  private static final long UNUSED = -1;

  private static final int LENGTH_SHIFT = 5;
  private static final int PAGE_SHIFT = 12;
  private static final int PAGE_MASK = (1 << PAGE_SHIFT) - 1;

  /** One less than the shift allows: with header and padding the page fills a heap region. */
  private static final int PAGE_BUCKETS = PAGE_MASK;

  /** With the array's header a cache line. */
  private static final int PADDING = 6;

  private static final int DEPTH_SHIFT = 32;
  private static final int KIND_SHIFT = 40;
  private static final int LINE = 8;

  private long[][] pages = new long[4][];
  private int pageCount;
  private int[] freePages = new int[4];
  private int freePageCount;
  private int bumpPage;
  private int bumpBucket = PAGE_BUCKETS;

  /** Free buckets of kind 0, each with the next one's number for its header. */
  private int freeBucket = NONE;

  private final int[] fetched = new int[StateCommitment.RUN];

  /** Takes what a fetch read, so that the compiler cannot leave the loads out. */
  @SuppressWarnings("unused")
  private long sink;

  long[] page(int bucket) {
    return pages[bucket >>> PAGE_SHIFT];
  }

  /** Where in its page a bucket begins. */
  static int base(int bucket) {
    return PADDING + ((bucket & PAGE_MASK) << LENGTH_SHIFT);
  }

  static int count(long[] page, int base) {
    return (int) page[base];
  }

  static int depth(long[] page, int base) {
    return (int) (page[base] >>> DEPTH_SHIFT) & 0xff;
  }

  static int kind(long[] page, int base) {
    return (int) (page[base] >>> KIND_SHIFT);
  }

  static int capacity(int kind) {
    return ((KEYS + 1) << kind) - 1;
  }

  /** How many keys of the bucket are below {@code key}. */
  static int lowerBound(long[] page, int base, long key) {
    int first = base + 1;
    int low = 0;
    if (kind(page, base) == 0) {
      // Counting all, without their lowest bits, is faster than branches no one can predict.
      long half = key >>> 1;
      for (int i = first; i < first + KEYS; i++) {
        low += (int) (((page[i] >>> 1) - half) >>> (Long.SIZE - 1));
      }
      return low < KEYS && Long.compareUnsigned(page[first + low], key) < 0 ? low + 1 : low;
    }
    int high = count(page, base);
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (Long.compareUnsigned(page[first + middle], key) < 0) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /** As the other; {@code hint} is looked at first. */
  static int lowerBound(long[] page, int base, long key, int hint) {
    int count = count(page, base);
    if (hint <= count
        && (hint == count || Long.compareUnsigned(page[base + 1 + hint], key) >= 0)
        && (hint == 0 || Long.compareUnsigned(page[base + hint], key) < 0)) {
      return hint;
    }
    return lowerBound(page, base, key);
  }

  /** Reads the buckets that {@code directory} has for the upper bits of prefixes. */
  void fetch(int[] directory, int shift, long[] prefixes, int from, int to) {
    int count = to - from;
    for (int i = 0; i < count; i++) {
      fetched[i] = directory[(int) (prefixes[from + i] >>> 1 >>> shift)];
    }
    long sum = 0;
    for (int i = 0; i < count; i++) {
      long[] page = page(fetched[i]);
      int base = base(fetched[i]);
      sum += page[base] + page[base + LINE] + page[base + 2 * LINE] + page[base + 3 * LINE];
    }
    sink = sum;
  }

  /** Names the value of a bucket's key. */
  long place(int bucket, int index) {
    int base = base(bucket);
    int at = base + 1 + capacity(kind(page(bucket), base)) + index;
    return ((long) (bucket >>> PAGE_SHIFT) << Integer.SIZE) | at;
  }

  long value(long place) {
    return pages[(int) (place >>> Integer.SIZE)][(int) place];
  }

  void setValue(long place, long value) {
    pages[(int) (place >>> Integer.SIZE)][(int) place] = value;
  }

  /** A bucket without keys, of depth 0. */
  int allocate(int kind) {
    int bucket;
    if (kind > 0) {
      int number = nextPage(PADDING + (1 << (LENGTH_SHIFT + kind)));
      bucket = number << PAGE_SHIFT;
    } else if (freeBucket != NONE) {
      bucket = freeBucket;
      freeBucket = (int) page(bucket)[base(bucket)];
    } else {
      if (bumpBucket == PAGE_BUCKETS) {
        bumpPage = nextPage(PADDING + (PAGE_BUCKETS << LENGTH_SHIFT));
        bumpBucket = 0;
      }
      bucket = (bumpPage << PAGE_SHIFT) | bumpBucket++;
    }
    setHeader(page(bucket), base(bucket), kind, 0, 0);
    return bucket;
  }

  /** Makes room at {@code index} for a key; its value is undefined. */
  void insert(int bucket, int index, long key) {
    long[] page = page(bucket);
    int base = base(bucket);
    int count = count(page, base);
    int keys = base + 1;
    int values = keys + capacity(kind(page, base));
    System.arraycopy(page, keys + index, page, keys + index + 1, count - index);
    System.arraycopy(page, values + index, page, values + index + 1, count - index);
    page[keys + index] = key;
    page[base]++;
  }

  void remove(int bucket, int index) {
    long[] page = page(bucket);
    int base = base(bucket);
    int rest = count(page, base) - index - 1;
    int keys = base + 1;
    int values = keys + capacity(kind(page, base));
    System.arraycopy(page, keys + index + 1, page, keys + index, rest);
    System.arraycopy(page, values + index + 1, page, values + index, rest);
    page[base]--;
    page[keys + index + rest] = UNUSED;
  }

  /** Moves the keys with bit {@code depth}, from the top, to a new bucket; returns that. */
  int split(int lower, int depth) {
    long[] page = page(lower);
    int base = base(lower);
    int count = count(page, base);
    long bit = Long.MIN_VALUE >>> depth;
    int cut = 0;
    while (cut < count && (page[base + 1 + cut] & bit) == 0) {
      cut++;
    }
    int upper = allocate(kindFor(count - cut));
    copy(lower, cut, upper, 0, count - cut);
    setHeader(page, base, kind(page, base), depth + 1, cut);
    setHeader(page(upper), base(upper), kindFor(count - cut), depth + 1, count - cut);
    return upper;
  }

  /** Moves a bucket to one that its keys need; returns that. */
  int fit(int bucket) {
    return resize(bucket, kindFor(count(page(bucket), base(bucket))));
  }

  int resize(int bucket, int kind) {
    long[] page = page(bucket);
    int base = base(bucket);
    if (kind == kind(page, base)) {
      return bucket;
    }
    int resized = allocate(kind);
    int count = count(page, base);
    copy(bucket, 0, resized, 0, count);
    setHeader(page(resized), base(resized), kind, depth(page, base), count);
    free(bucket);
    return resized;
  }

  /** Merges two buckets of one depth, of which one is empty or both fit one; returns that. */
  int merge(int lower, int upper) {
    int lowerCount = count(page(lower), base(lower));
    int upperCount = count(page(upper), base(upper));
    int depth = depth(page(lower), base(lower)) - 1;
    int merged = lowerCount == 0 ? upper : lower;
    if (lowerCount > 0) {
      copy(upper, 0, lower, lowerCount, upperCount);
    }
    long[] page = page(merged);
    int base = base(merged);
    setHeader(page, base, kind(page, base), depth, lowerCount + upperCount);
    free(merged == lower ? upper : lower);
    return merged;
  }

  private void copy(int from, int fromIndex, int to, int toIndex, int count) {
    long[] source = page(from);
    int keys = base(from) + 1 + fromIndex;
    int values = keys + capacity(kind(source, base(from)));
    long[] target = page(to);
    int toKeys = base(to) + 1 + toIndex;
    int toValues = toKeys + capacity(kind(target, base(to)));
    System.arraycopy(source, keys, target, toKeys, count);
    System.arraycopy(source, values, target, toValues, count);
  }

  private static void setHeader(long[] page, int base, int kind, int depth, int count) {
    page[base] = ((long) kind << KIND_SHIFT) | ((long) depth << DEPTH_SHIFT) | count;
    Arrays.fill(page, base + 1 + count, base + 1 + capacity(kind), UNUSED);
  }

  private void free(int bucket) {
    long[] page = page(bucket);
    int base = base(bucket);
    if (kind(page, base) == 0) {
      page[base] = freeBucket;
      freeBucket = bucket;
      return;
    }
    int number = bucket >>> PAGE_SHIFT;
    pages[number] = null;
    if (freePageCount == freePages.length) {
      freePages = Arrays.copyOf(freePages, freePageCount * 2);
    }
    freePages[freePageCount++] = number;
  }

  private int nextPage(int length) {
    int number;
    if (freePageCount > 0) {
      number = freePages[--freePageCount];
    } else {
      number = pageCount++;
    }
    if (number == pages.length) {
      pages = Arrays.copyOf(pages, number * 2);
    }
    pages[number] = new long[length];
    return number;
  }

  private static int kindFor(int count) {
    int kind = 0;
    while (capacity(kind) < count) {
      kind++;
    }
    return kind;
  }
}
