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
  static final int LOAD = 2;

  /** The most keys whose buckets an int can number. */
  static final long MAX_KEYS = (long) LOAD * Integer.MAX_VALUE;

  private static final int ENTRY = Arena.ENTRY_BYTES;

  /** How many entries {@link #fetch} takes at most at once. */
  static final int FETCH_LENGTH = 64;

  /** Twice the load: most buckets have no more. */
  private static final int FETCH_ENTRIES = 2 * LOAD;

  private final long[] fetched = new long[FETCH_LENGTH];

  /** Takes what a fetch read, so that the compiler cannot leave the loads out. */
  @SuppressWarnings("unused")
  private int sink;

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
   * the caches for what follows.
   */
  void fetch(byte[] entries, int from, int to) {
    if (buckets == 0) {
      return;
    }
    for (int i = from; i < to; i++) {
      int bucket = address(Bytes.getLong(entries, i * ENTRY), buckets);
      fetched[i - from] = directory.entries(bucket);
    }
    fetch(to - from);
  }

  /** As the other, for the buckets {@code numbers[from]} to {@code numbers[to - 1]}. */
  void fetch(int[] numbers, int from, int to) {
    for (int i = from; i < to; i++) {
      fetched[i - from] = directory.entries(numbers[i]);
    }
    fetch(to - from);
  }

  /** No branch here waits for memory, so the loads of many buckets overlap. */
  private void fetch(int count) {
    if (keys == 0) {
      return;
    }
    int sum = 0;
    for (int i = 0; i < count; i++) {
      byte[] chunk = arena.chunk(Directory.block(fetched[i]));
      int offset = Arena.offset(Directory.block(fetched[i]));
      int last = Math.max(Directory.count(fetched[i]) - 1, 0);
      for (int entry = 0; entry < FETCH_ENTRIES; entry++) {
        sum += chunk[offset + Math.min(entry, last) * ENTRY];
      }
    }
    sink = sum;
  }

  /** Sets the entry at {@code offset}; {@link #resize} once the block's entries are in. */
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
    int ahead = 1;
    while (buckets < target) {
      if (buckets >= ahead) {
        // Below twice the buckets every parent is there already.
        ahead = Math.min(target, buckets + Math.min(buckets, FETCH_LENGTH));
        fetchParents(ahead);
      }
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

  private void fetchParents(int end) {
    for (int bucket = buckets; bucket < end; bucket++) {
      fetched[bucket - buckets] = directory.entries(parent(bucket));
    }
    fetch(end - buckets);
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
    long slot = directory.entries(source);
    int count = Directory.count(slot);
    if (count == 0) {
      return;
    }
    int bit = bucket - source;
    byte[] from = arena.chunk(Directory.block(slot));
    int start = Arena.offset(Directory.block(slot));
    int moves = 0;
    for (int i = 0; i < count; i++) {
      moves += hasBit(from, start + i * ENTRY, bit);
    }
    if (moves == count) {
      directory.setEntries(bucket, Directory.block(slot), count);
      directory.setEntries(source, 0, 0);
    } else if (moves > 0) {
      divide(source, bucket, bit, moves);
    }
  }

  private static int hasBit(byte[] entries, int offset, int bit) {
    return ((int) Bytes.getLong(entries, offset) & bit) == 0 ? 0 : 1;
  }

  /** Moves {@code moves} of the source's entries, those with the bit, to an empty bucket. */
  private void divide(int source, int bucket, int bit, int moves) {
    long slot = directory.entries(source);
    int old = Directory.block(slot);
    int count = Directory.count(slot);
    int moved = arena.allocate(moves);
    int kept = old;
    if (Arena.capacity(count) != Arena.capacity(count - moves)) {
      kept = arena.allocate(count - moves);
    }
    byte[] from = arena.chunk(old);
    byte[] movedTo = arena.chunk(moved);
    byte[] keptTo = arena.chunk(kept);
    int at = Arena.offset(old);
    int movedAt = Arena.offset(moved);
    int keptAt = Arena.offset(kept);
    for (int i = 0; i < count; i++) {
      if (hasBit(from, at, bit) != 0) {
        System.arraycopy(from, at, movedTo, movedAt, ENTRY);
        movedAt += ENTRY;
      } else {
        System.arraycopy(from, at, keptTo, keptAt, ENTRY);
        keptAt += ENTRY;
      }
      at += ENTRY;
    }
    if (kept != old) {
      arena.free(old, count);
    }
    directory.setEntries(source, kept, count - moves);
    directory.setEntries(bucket, moved, moves);
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
