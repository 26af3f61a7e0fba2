package dev.varve.ledger.commitment;

/**
 * The live keys in their groups: applies a block's writes to them and tells which groups it
 * touched. Not thread-safe.
 */
final class LiveKeys {
  private static final int ENTRY = Entries.ENTRY_BYTES;

  private final Sha256 sha;
  private final EntryHasher hasher;
  private final TwigLog log;

  /** All ones but in tests, which want groups of several keys. */
  private final long prefixMask;

  private final KeyIndex index = new KeyIndex();
  private final Entries entries = new Entries();
  private final WriteOrder order = new WriteOrder();
  private final Touched touched = new Touched();
  private final int[] near = new int[StateCommitment.RUN];
  private final int[] hints = new int[StateCommitment.RUN];

  /** The message of a group of several keys. */
  private byte[] group = {};

  /** The writes' entries, at turn. */
  private byte[] digests = {};

  /** The writes' prefixes, in the order given and in ascending order. */
  private long[] prefixes = new long[64];

  private long[] sorted = new long[64];

  /** Whether the key of a write, in the order given, did not live before. */
  private boolean[] fresh = new boolean[64];

  private long keys;
  private boolean changed;

  LiveKeys(Sha256 sha, TwigLog log, long prefixMask) {
    this.sha = sha;
    this.log = log;
    this.prefixMask = prefixMask;
    hasher = new EntryHasher(sha);
  }

  KeyIndex index() {
    return index;
  }

  Entries entries() {
    return entries;
  }

  EntryHasher hasher() {
    return hasher;
  }

  Touched touched() {
    return touched;
  }

  /** How many keys live. */
  long count() {
    return keys;
  }

  void setCount(long count) {
    keys = count;
  }

  /** The prefix of the key hash at {@code at}. */
  long prefix(byte[] hash, int at) {
    return Bytes.getLong(hash, at) & prefixMask;
  }

  /** The prefix of a group. */
  long prefix(int group) {
    return prefix(entries.bytes(group), entries.offset(group));
  }

  /** Writes the digest of a group. */
  void digest(int reference, byte[] out, int offset) {
    byte[] bytes = entries.bytes(reference);
    int digest = entries.offset(reference) + Sha256.LENGTH;
    int count = entries.count(reference);
    if (count == 1) {
      System.arraycopy(bytes, digest, out, offset, Sha256.LENGTH);
      return;
    }
    int length = count * Sha256.LENGTH;
    if (group.length < length) {
      group = new byte[length];
    }
    for (int i = 0; i < count; i++) {
      System.arraycopy(bytes, digest + i * ENTRY, group, i * Sha256.LENGTH, Sha256.LENGTH);
    }
    sha.hash(group, 0, length, Sha256.GROUP, out, offset);
  }

  /**
   * Applies the writes, turns the positions of groups that are no more inactive, and collects what
   * is touched; returns whether anything had an effect.
   */
  boolean apply(WriteDigests writes, Delta.Writer delta) {
    int count = writes.count();
    boolean[] deletes = writes.deletes();
    digests = writes.entries();
    ensure(count);
    for (int i = 0; i < count; i++) {
      prefixes[i] = prefix(digests, i * ENTRY);
    }
    order.sort(prefixes, deletes, count);
    for (int rank = 0; rank < count; rank++) {
      sorted[rank] = prefixes[order.write(rank)];
    }
    touched.clear();
    changed = false;
    for (int from = 0; from < count; from += StateCommitment.RUN) {
      int to = Math.min(count, from + StateCommitment.RUN);
      fetch(from, to);
      for (int rank = from; rank < to; rank++) {
        int write = order.write(rank);
        boolean found = index.seek(sorted[rank], hints[rank - from]);
        long before = keys;
        if (!deletes[write]) {
          put(found, sorted[rank], write * ENTRY);
          fresh[write] = keys > before;
        } else if (found && entries.contains(index.entries(), digests, write * ENTRY)) {
          remove(sorted[rank], write * ENTRY, delta);
          fresh[write] = false;
        } else {
          fresh[write] = true;
        }
      }
    }
    return changed;
  }

  /** Whether the key of a write of the last call did not live before it. */
  boolean wasFresh(int write) {
    return fresh[write];
  }

  private void ensure(int count) {
    if (prefixes.length < count) {
      int length = count + count / 2;
      prefixes = new long[length];
      sorted = new long[length];
      fresh = new boolean[length];
    }
  }

  /** First all buckets, then all entries: the cache misses of each kind overlap. */
  private void fetch(int from, int to) {
    if (index.size() == 0) {
      return;
    }
    index.fetch(sorted, from, to);
    for (int rank = from; rank < to; rank++) {
      index.seek(sorted[rank]);
      near[rank - from] = index.nearEntries();
      hints[rank - from] = index.hint();
    }
    entries.fetch(near, 0, to - from);
  }

  private void put(boolean found, long prefix, int at) {
    changed = true;
    if (found) {
      int group = index.entries();
      keys -= entries.count(group);
      int now = entries.put(group, digests, at);
      keys += entries.count(now);
      if (now != group) {
        index.set(index.place(), now, index.position());
      }
    } else {
      if (index.size() > 0) {
        touched.addBefore(index.predecessor(), Math.max(index.hint() - 1, 0), prefix);
      }
      // The position of the next leaf of all stands for none.
      index.insert(prefix, entries.add(digests, at), (int) log.next());
      keys++;
    }
    touched.add(prefix, index.hint());
  }

  private void remove(long prefix, int at, Delta.Writer delta) {
    changed = true;
    keys--;
    int rest = entries.remove(index.entries(), digests, at);
    if (rest != Entries.NONE) {
      index.set(index.place(), rest, index.position());
      touched.add(prefix, index.hint());
      return;
    }
    log.remove(log.position(index.position()));
    delta.addVanished(prefix);
    touched.drop(prefix);
    if (index.size() > 1) {
      touched.addBefore(index.predecessor(), Math.max(index.hint() - 1, 0), prefix);
    }
    index.remove();
  }
}
