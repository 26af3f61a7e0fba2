package dev.varve.ledger.commitment;

import java.util.Arrays;

/**
 * The live keys by linear hashing: bucket {@code b} holds, sorted, the 64-byte entries (key hash,
 * value digest) whose key hashes have address {@code b}.
 *
 * <p>The content is a function of the set of entries and the number of buckets alone. A bucket is
 * found by arithmetic, its entries lie side by side: one access misses the caches, not a path of
 * them. Not thread-safe.
 */
final class BucketTable {
  /** Average entries a bucket: fewer make the log longer, more make a bucket's hash dearer. */
  static final int LOAD = 4;

  /** The most keys whose buckets an int can number. */
  static final long MAX_KEYS = (long) LOAD * Integer.MAX_VALUE;

  private static final int ENTRY = Arena.ENTRY_BYTES;

  /** How many entries {@link #fetch} takes at most at once. */
  static final int FETCH_LENGTH = 64;

  /** Half again the load: most buckets have no more. */
  private static final int FETCH_ENTRIES = LOAD + LOAD / 2;

  private final long[] fetched = new long[FETCH_LENGTH];
  private final Arena arena = new Arena();
  private final Sha256 sha;
  private final byte[] trailer = new byte[Integer.BYTES + 1];

  private final Directory directory;
  private int buckets;
  private long keys;
  private byte[] scratch = new byte[64 * ENTRY];

  BucketTable(Sha256 sha, Directory directory) {
    this.sha = sha;
    this.directory = directory;
    trailer[Integer.BYTES] = Sha256.BUCKET;
  }

  static int bucketsFor(long keys) {
    return Math.toIntExact((keys + LOAD - 1) / LOAD);
  }

  /** The bucket of a key among {@code buckets}; {@code prefix} is its hash's first 8 bytes. */
  static int address(long prefix, int buckets) {
    if (buckets == 1) {
      return 0;
    }
    int mask = -1 >>> Integer.numberOfLeadingZeros(buckets - 1);
    int bucket = (int) prefix & mask;
    return bucket < buckets ? bucket : bucket & (mask >>> 1);
  }

  /** The bucket that {@code bucket}, not 0, was split from and is merged into. */
  static int parent(int bucket) {
    return bucket ^ Integer.highestOneBit(bucket);
  }

  int buckets() {
    return buckets;
  }

  long keys() {
    return keys;
  }

  /**
   * Reads from the buckets of the 64-byte entries {@code from} to {@code to - 1}, to have them in
   * the caches for what follows; returns a sum of what was read.
   *
   * <p>No branch here waits for memory, so the loads of many buckets overlap.
   */
  int fetch(byte[] entries, int from, int to) {
    if (keys == 0) {
      return 0;
    }
    for (int i = from; i < to; i++) {
      int bucket = address(Bytes.getLong(entries, i * ENTRY), buckets);
      fetched[i - from] = directory.entries(bucket);
    }
    int sum = 0;
    for (int i = 0; i < to - from; i++) {
      byte[] chunk = arena.chunk(Directory.block(fetched[i]));
      int offset = Arena.offset(Directory.block(fetched[i]));
      int last = Math.max(Directory.count(fetched[i]) - 1, 0);
      for (int entry = 0; entry < FETCH_ENTRIES; entry++) {
        sum += chunk[offset + Math.min(entry, last) * ENTRY];
      }
    }
    return sum;
  }

  /** Sets the entry at {@code offset}; the number of buckets follows the keys when it must grow. */
  void put(byte[] entry, int offset) {
    if (buckets == 0) {
      resize(1);
    }
    int bucket = address(Bytes.getLong(entry, offset), buckets);
    long slot = directory.entries(bucket);
    int index = find(slot, entry, offset);
    if (index >= 0) {
      int block = Directory.block(slot);
      System.arraycopy(
          entry, offset, arena.chunk(block), Arena.offset(block) + index * ENTRY, ENTRY);
      return;
    }
    insert(bucket, -index - 1, entry, offset);
    keys++;
    resize(Math.max(buckets, bucketsFor(keys)));
  }

  /** Removes a key's entry; returns whether there was one. */
  boolean remove(byte[] hash, int offset) {
    if (buckets == 0) {
      return false;
    }
    int bucket = address(Bytes.getLong(hash, offset), buckets);
    int index = find(directory.entries(bucket), hash, offset);
    if (index < 0) {
      return false;
    }
    delete(bucket, index);
    keys--;
    return true;
  }

  /** Splits or merges buckets, one at a time, until there are {@code target}. */
  void resize(int target) {
    while (buckets < target) {
      split();
    }
    while (buckets > target) {
      merge();
    }
  }

  /** Writes the leaf hash of a bucket. */
  void hash(int bucket, byte[] out, int offset) {
    long slot = directory.entries(bucket);
    if (Directory.count(slot) > 0) {
      int block = Directory.block(slot);
      sha.update(arena.chunk(block), Arena.offset(block), Directory.count(slot) * ENTRY);
    }
    Bytes.putInt(trailer, 0, bucket);
    sha.update(trailer, 0, trailer.length);
    sha.finish(out, offset);
  }

  /** The index of a key's entry, or {@code -(where it belongs) - 1}. */
  private int find(long slot, byte[] hash, int offset) {
    int low = 0;
    int high = Directory.count(slot) - 1;
    if (high < 0) {
      return -1;
    }
    byte[] chunk = arena.chunk(Directory.block(slot));
    int base = Arena.offset(Directory.block(slot));
    while (low <= high) {
      int middle = (low + high) >>> 1;
      int order = Bytes.compareHashes(chunk, base + middle * ENTRY, hash, offset);
      if (order == 0) {
        return middle;
      }
      if (order < 0) {
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    return -low - 1;
  }

  private void insert(int bucket, int index, byte[] entry, int offset) {
    long slot = directory.entries(bucket);
    int count = Directory.count(slot);
    int old = Directory.block(slot);
    int block = old;
    if (count == 0 || Arena.capacity(count) != Arena.capacity(count + 1)) {
      block = arena.allocate(count + 1);
    }
    byte[] to = arena.chunk(block);
    int start = Arena.offset(block);
    if (count > 0) {
      byte[] from = arena.chunk(old);
      int oldStart = Arena.offset(old);
      int at = index * ENTRY;
      System.arraycopy(from, oldStart + at, to, start + at + ENTRY, count * ENTRY - at);
      if (block != old) {
        System.arraycopy(from, oldStart, to, start, at);
        arena.free(old, count);
      }
    }
    System.arraycopy(entry, offset, to, start + index * ENTRY, ENTRY);
    directory.setEntries(bucket, block, count + 1);
  }

  private void delete(int bucket, int index) {
    long slot = directory.entries(bucket);
    int count = Directory.count(slot);
    int old = Directory.block(slot);
    if (count == 1) {
      arena.free(old, 1);
      directory.setEntries(bucket, 0, 0);
      return;
    }
    int block = old;
    if (Arena.capacity(count) != Arena.capacity(count - 1)) {
      block = arena.allocate(count - 1);
    }
    byte[] from = arena.chunk(old);
    int oldStart = Arena.offset(old);
    byte[] to = arena.chunk(block);
    int start = Arena.offset(block);
    int at = index * ENTRY;
    if (block != old) {
      System.arraycopy(from, oldStart, to, start, at);
    }
    System.arraycopy(from, oldStart + at + ENTRY, to, start + at, (count - 1) * ENTRY - at);
    if (block != old) {
      arena.free(old, count);
    }
    directory.setEntries(bucket, block, count - 1);
  }

  private void split() {
    int bucket = buckets;
    directory.ensure(bucket);
    directory.setEntries(bucket, 0, 0);
    buckets = bucket + 1;
    if (bucket == 0) {
      return;
    }
    int source = parent(bucket);
    int bit = bucket - source;
    int count = load(source, 0);
    int stay = 0;
    int move = 0;
    reserve(2 * count);
    for (int i = 0; i < count; i++) {
      boolean moves = ((int) Bytes.getLong(scratch, i * ENTRY) & bit) != 0;
      int target = moves ? count + move++ : stay++;
      System.arraycopy(scratch, i * ENTRY, scratch, target * ENTRY, ENTRY);
    }
    if (move > 0) {
      store(source, 0, stay);
      store(bucket, count * ENTRY, move);
    }
  }

  private void merge() {
    int bucket = buckets - 1;
    if (bucket == 0) {
      store(0, 0, 0);
      buckets = 0;
      return;
    }
    int target = parent(bucket);
    int left = load(target, 0);
    int total = left + load(bucket, left);
    reserve(2 * total);
    int a = 0;
    int b = left;
    for (int i = total; i < 2 * total; i++) {
      boolean takeLeft =
          b == total
              || (a < left && Bytes.compareHashes(scratch, a * ENTRY, scratch, b * ENTRY) < 0);
      int from = takeLeft ? a++ : b++;
      System.arraycopy(scratch, from * ENTRY, scratch, i * ENTRY, ENTRY);
    }
    store(target, total * ENTRY, total);
    store(bucket, 0, 0);
    buckets = bucket;
  }

  /** Copies a bucket's entries to {@code scratch} from entry {@code at} on; returns their count. */
  private int load(int bucket, int at) {
    long slot = directory.entries(bucket);
    int count = Directory.count(slot);
    reserve(at + count);
    if (count > 0) {
      System.arraycopy(
          arena.chunk(Directory.block(slot)),
          Arena.offset(Directory.block(slot)),
          scratch,
          at * ENTRY,
          count * ENTRY);
    }
    return count;
  }

  private void store(int bucket, int from, int count) {
    long slot = directory.entries(bucket);
    if (Directory.count(slot) > 0) {
      arena.free(Directory.block(slot), Directory.count(slot));
    }
    int block = 0;
    if (count > 0) {
      block = arena.allocate(count);
      System.arraycopy(scratch, from, arena.chunk(block), Arena.offset(block), count * ENTRY);
    }
    directory.setEntries(bucket, block, count);
  }

  private void reserve(int entries) {
    if (scratch.length / ENTRY < entries) {
      scratch = Arrays.copyOf(scratch, Arena.capacity(entries) * ENTRY);
    }
  }
}
