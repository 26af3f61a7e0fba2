package dev.varve.ledger.commitment;

import java.util.Arrays;

/**
 * The groups by prefix, in unsigned order: where each has its entries and where it stands in the
 * log.
 *
 * <p>A directory by the prefixes' top bits leads to sorted buckets ({@link BucketPages}). A full
 * bucket is split in two; for that the directory may have to double, which copies ints and nothing
 * else. It does so only while it has at most one slot for {@value #DOUBLING_KEYS} groups: a bucket
 * that is full beyond that grows. Of two buckets that a split would make from one, at least one is
 * not empty: so the search for a neighbour passes no more than a few empty ones.
 *
 * <p>All calls but {@link #seek} and those that take a place are about the cursor, which an insert
 * or remove leaves undefined. Not thread-safe.
 */
final class KeyIndex {
  private static final int DOUBLING_KEYS = 7;
  private static final int MAX_DEPTH = 28;

  /** Two buckets with together so many are merged when one has at most {@link #SPARSE}. */
  private static final int MERGED = 8;

  private static final int SPARSE = 3;

  private final BucketPages buckets = new BucketPages();
  private int[] directory = {buckets.allocate(0)};

  /** The directory has 2 to this many slots. */
  private int depth;

  /** How many buckets are told apart by so many bits. */
  private final int[] depthCounts = new int[MAX_DEPTH + 1];

  private long size;

  private int slot;
  private int bucket;
  private long[] page;
  private int base;
  private int at;

  /** 1 where the last seek found nothing. */
  private int missing;

  KeyIndex() {
    depthCounts[0] = 1;
    enter(0);
  }

  /** How many groups there are. */
  long size() {
    return size;
  }

  /** How many slots the directory has. */
  int slots() {
    return directory.length;
  }

  /** Reads the buckets of prefixes, to have them in the caches; the loads overlap. */
  void fetch(long[] prefixes, int from, int to) {
    buckets.fetch(directory, Long.SIZE - 1 - depth, prefixes, from, to);
  }

  /** Puts the cursor where a prefix is or belongs; returns whether it is there. */
  boolean seek(long prefix) {
    // Two shifts: one by 64 would do nothing.
    enter((int) (prefix >>> 1 >>> (Long.SIZE - 1 - depth)));
    return seekHere(prefix, BucketPages.lowerBound(page, base, prefix));
  }

  /** As the other, faster where an earlier {@link #hint} for the prefix still holds. */
  boolean seek(long prefix, int hint) {
    enter((int) (prefix >>> 1 >>> (Long.SIZE - 1 - depth)));
    return seekHere(prefix, BucketPages.lowerBound(page, base, prefix, hint));
  }

  private boolean seekHere(long prefix, int index) {
    at = index;
    boolean found = index < BucketPages.count(page, base) && page[base + 1 + index] == prefix;
    missing = found ? 0 : 1;
    return found;
  }

  /** What makes a later seek of the same prefix fast. */
  int hint() {
    return at;
  }

  /** The place of the group at the cursor, good until the next insert or remove. */
  long place() {
    return buckets.place(bucket, at);
  }

  /** The entries of the group at the cursor. */
  int entries() {
    return (int) (buckets.value(place()) >>> Integer.SIZE);
  }

  /** The lower 32 bits of the position of the group at the cursor. */
  int position() {
    return (int) buckets.value(place());
  }

  /** The entries of the group at the cursor or, where none is, probably of the one before it. */
  int nearEntries() {
    int count = BucketPages.count(page, base);
    if (count == 0) {
      return 0;
    }
    int near = Math.max(at - missing, 0);
    return (int) (buckets.value(buckets.place(bucket, near)) >>> Integer.SIZE);
  }

  void set(long place, int entries, int position) {
    buckets.setValue(place, ((long) entries << Integer.SIZE) | Integer.toUnsignedLong(position));
  }

  /** The greatest prefix below the cursor, or the highest where none is. */
  long predecessor() {
    if (at > 0) {
      return page[base + at];
    }
    int from = slot;
    long[] otherPage = page;
    int otherBase = base;
    do {
      int run = 1 << (depth - BucketPages.depth(otherPage, otherBase));
      from = ((from & -run) - 1) & (directory.length - 1);
      otherPage = buckets.page(directory[from]);
      otherBase = BucketPages.base(directory[from]);
    } while (BucketPages.count(otherPage, otherBase) == 0);
    return otherPage[otherBase + BucketPages.count(otherPage, otherBase)];
  }

  /** The least prefix above that of the group at the cursor, or the lowest where none is. */
  long successor() {
    if (at + 1 < BucketPages.count(page, base)) {
      return page[base + 2 + at];
    }
    int from = slot;
    long[] otherPage = page;
    int otherBase = base;
    do {
      int run = 1 << (depth - BucketPages.depth(otherPage, otherBase));
      from = ((from & -run) + run) & (directory.length - 1);
      otherPage = buckets.page(directory[from]);
      otherBase = BucketPages.base(directory[from]);
    } while (BucketPages.count(otherPage, otherBase) == 0);
    return otherPage[otherBase + 1];
  }

  /** Adds a group at the cursor, which a {@link #seek} of its prefix just left there. */
  void insert(long prefix, int entries, int position) {
    while (BucketPages.count(page, base) >= BucketPages.KEYS && split()) {
      seek(prefix);
    }
    int kind = BucketPages.kind(page, base);
    if (BucketPages.count(page, base) == BucketPages.capacity(kind)) {
      point(buckets.resize(bucket, kind + 1));
      seek(prefix);
    }
    buckets.insert(bucket, at, prefix);
    set(place(), entries, position);
    size++;
  }

  /** Removes the group at the cursor. */
  void remove() {
    buckets.remove(bucket, at);
    size--;
    int kind = BucketPages.kind(page, base);
    if (kind > 0 && BucketPages.count(page, base) < BucketPages.capacity(kind) / 4) {
      point(buckets.resize(bucket, kind - 1));
      enter(slot);
    }
    while (BucketPages.count(page, base) <= SPARSE && merge()) {
      enter(slot);
    }
    while (depth > 0 && depthCounts[depth] == 0 && directory.length > size) {
      halve();
    }
  }

  private void enter(int number) {
    slot = number;
    bucket = directory[number];
    page = buckets.page(bucket);
    base = BucketPages.base(bucket);
  }

  /** Lets all slots of the bucket at the cursor have {@code to} in its place. */
  private void point(int to) {
    int run = 1 << (depth - BucketPages.depth(buckets.page(to), BucketPages.base(to)));
    int first = slot & -run;
    Arrays.fill(directory, first, first + run, to);
  }

  /** Splits the bucket at the cursor, if the directory can tell its halves apart. */
  private boolean split() {
    int local = BucketPages.depth(page, base);
    if (local == depth) {
      if (depth == MAX_DEPTH || (long) DOUBLING_KEYS * directory.length > size) {
        return false;
      }
      twice();
    }
    int run = 1 << (depth - local);
    int first = slot & -run;
    int lower = directory[first];
    int upper = buckets.split(lower, local);
    int left = buckets.fit(lower);
    Arrays.fill(directory, first, first + run / 2, left);
    Arrays.fill(directory, first + run / 2, first + run, upper);
    depthCounts[local]--;
    depthCounts[local + 1] += 2;
    return true;
  }

  private void twice() {
    int[] doubled = new int[directory.length * 2];
    for (int i = 0; i < doubled.length; i++) {
      doubled[i] = directory[i >>> 1];
    }
    directory = doubled;
    depth++;
    slot *= 2;
  }

  private void halve() {
    int[] half = new int[directory.length / 2];
    for (int i = 0; i < half.length; i++) {
      half[i] = directory[2 * i];
    }
    directory = half;
    depth--;
    slot /= 2;
  }

  /** Merges the bucket at the cursor with the one it was split from, if both are small. */
  private boolean merge() {
    int local = BucketPages.depth(page, base);
    if (local == 0) {
      return false;
    }
    int run = 1 << (depth - local);
    int other = directory[slot ^ run];
    long[] otherPage = buckets.page(other);
    int otherBase = BucketPages.base(other);
    int count = BucketPages.count(page, base);
    if (BucketPages.depth(otherPage, otherBase) != local
        || (count > 0 && count + BucketPages.count(otherPage, otherBase) > MERGED)) {
      return false;
    }
    boolean isLower = (slot & run) == 0;
    point(buckets.merge(isLower ? bucket : other, isLower ? other : bucket));
    depthCounts[local] -= 2;
    depthCounts[local - 1]++;
    return true;
  }
}
