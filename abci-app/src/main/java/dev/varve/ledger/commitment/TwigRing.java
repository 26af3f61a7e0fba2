package dev.varve.ledger.commitment;

/**
 * The twigs of a window, {@value #LEAVES} positions each, by their number modulo the capacity, a
 * power of 2: which groups were appended there, and which are still active.
 *
 * <p>What a write touches, the active bits and their counts, lies in two flat arrays that fit the
 * second-level cache. Not thread-safe.
 */
final class TwigRing {
  static final int SHIFT = 12;
  static final int LEAVES = 1 << SHIFT;
  static final int MASK = LEAVES - 1;

  private static final int BITS_OFFSET = Sha256.LENGTH;
  private static final int BODY_BYTES = BITS_OFFSET + LEAVES / Byte.SIZE;

  private final int capacity;

  /** For each twig the root of its pages and its active bits: what its hash is taken of. */
  private final byte[] bodies;

  private final int[] active;
  private final int[][] groups;
  private final long[] firstHeights;

  TwigRing(int capacity) {
    this.capacity = capacity;
    bodies = new byte[Math.multiplyExact(capacity, BODY_BYTES)];
    active = new int[capacity];
    groups = new int[capacity][];
    firstHeights = new long[capacity];
  }

  int capacity() {
    return capacity;
  }

  /** The slot of the twig that has a position. */
  int slot(long position) {
    return (int) (position >>> SHIFT) & (capacity - 1);
  }

  /** Whether the slot has a twig, with active positions or still being filled. */
  boolean holds(int slot) {
    return groups[slot] != null;
  }

  void open(int slot, long height) {
    groups[slot] = new int[LEAVES];
    firstHeights[slot] = height;
  }

  /** Frees the slot of a twig without active positions. */
  void drop(int slot) {
    groups[slot] = null;
  }

  /** Takes over a twig of another ring. */
  void copy(TwigRing from, int fromSlot, int slot) {
    System.arraycopy(from.bodies, fromSlot * BODY_BYTES, bodies, slot * BODY_BYTES, BODY_BYTES);
    active[slot] = from.active[fromSlot];
    groups[slot] = from.groups[fromSlot];
    firstHeights[slot] = from.firstHeights[fromSlot];
  }

  int active(int slot) {
    return active[slot];
  }

  /** The height that appended the twig's first position. */
  long firstHeight(int slot) {
    return firstHeights[slot];
  }

  /** The entries of the group that was appended at a position. */
  int group(long position) {
    return groups[slot(position)][(int) position & MASK];
  }

  void add(long position, int group) {
    int slot = slot(position);
    int leaf = (int) position & MASK;
    groups[slot][leaf] = group;
    bodies[slot * BODY_BYTES + BITS_OFFSET + (leaf >>> 3)] |= (byte) (1 << (leaf & 7));
    active[slot]++;
  }

  /** Names other entries for an active position. */
  void replace(long position, int group) {
    groups[slot(position)][(int) position & MASK] = group;
  }

  void clear(long position) {
    int slot = slot(position);
    int leaf = (int) position & MASK;
    int at = slot * BODY_BYTES + BITS_OFFSET + (leaf >>> 3);
    int bit = 1 << (leaf & 7);
    if ((bodies[at] & bit) == 0) {
      throw new IllegalStateException("position " + position + " is cleared twice");
    }
    bodies[at] &= (byte) ~bit;
    active[slot]--;
  }

  /** The first active leaf of a slot from {@code leaf} on, or {@link #LEAVES}. */
  int nextActive(int slot, int leaf) {
    if (active[slot] == 0) {
      return LEAVES;
    }
    int word = leaf >>> 6;
    long bits = bits(slot, word) & (-1L << leaf);
    while (bits == 0) {
      if (++word == LEAVES / Long.SIZE) {
        return LEAVES;
      }
      bits = bits(slot, word);
    }
    return word * Long.SIZE + Long.numberOfTrailingZeros(bits);
  }

  void setPageRoot(int slot, byte[] hash) {
    System.arraycopy(hash, 0, bodies, slot * BODY_BYTES, Sha256.LENGTH);
  }

  /** Writes the hash of a twig with active positions. */
  void hash(int slot, Sha256 sha, byte[] out, int offset) {
    sha.hash(bodies, slot * BODY_BYTES, BODY_BYTES, Sha256.TWIG, out, offset);
  }

  private long bits(int slot, int word) {
    return Bytes.getBits(bodies, slot * BODY_BYTES + BITS_OFFSET + word * Long.BYTES);
  }
}
