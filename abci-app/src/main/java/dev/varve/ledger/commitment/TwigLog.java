package dev.varve.ledger.commitment;

import java.util.Arrays;
import java.util.BitSet;

/**
 * The log of bucket leaves: every rewritten bucket takes the next position, its former one turns
 * inactive; positions form twigs, and twigs the leaves of a tree.
 *
 * <p>Invariant: each bucket has at most one active position, exactly one between blocks. Memory
 * follows the window between the oldest active position and the next one, not the length of the
 * log. Not thread-safe.
 */
final class TwigLog {
  private static final int HASH = Sha256.LENGTH;

  private final Sha256 sha;
  private final Directory directory;

  /** Leaf hashes of the twig being filled. */
  private final QuadTree fresh = new QuadTree(TwigRing.LEAVES, Sha256.TWIG_NODE);

  private TwigRing ring = new TwigRing(1);
  private QuadTree upper = new QuadTree(1, Sha256.UPPER_NODE);

  /** Slots of the twigs to hash again. */
  private final BitSet stale = new BitSet();

  private long next;
  private long oldest;

  TwigLog(Sha256 sha, Directory directory) {
    this.sha = sha;
    this.directory = directory;
  }

  /** The position the next leaf takes. */
  long next() {
    return next;
  }

  /** The lowest active position, or {@link #next} where there is none. */
  long oldest() {
    while (oldest < next) {
      int leaf = (int) oldest & TwigRing.MASK;
      int found = ring.nextActive(ring.slot(oldest), leaf);
      oldest = Math.min(next, oldest - leaf + found);
      if (found < TwigRing.LEAVES) {
        break;
      }
    }
    return oldest;
  }

  /** Starts an empty log at a position other than 0. */
  void startAt(long position) {
    next = position;
    oldest = position;
  }

  /** The bucket that stands at an active position. */
  int bucketAt(long position) {
    return ring.bucket(position);
  }

  /** The height that appended the first position of the window, or {@code height} for none. */
  long windowHeight(long height) {
    int first = ring.slot(oldest());
    return ring.holds(first) ? ring.firstHeight(first) : height;
  }

  /** Appends a bucket's leaf hash at {@code height}; its former position turns inactive. */
  void append(int bucket, byte[] hash, int offset, long height) {
    remove(bucket);
    int leaf = (int) next & TwigRing.MASK;
    if (leaf == 0 || !ring.holds(ring.slot(next))) {
      open(height);
    }
    System.arraycopy(hash, offset, fresh.leaves(), leaf * HASH, HASH);
    fresh.mark(leaf);
    ring.add(next, bucket);
    int slot = ring.slot(next);
    stale.set(slot);
    directory.setPosition(bucket, next++);
    if (leaf == TwigRing.MASK) {
      ring.setLeafRoot(slot, fresh.root(sha));
      fresh.clear();
    }
  }

  /** Turns a bucket's position inactive, if it has one. */
  void remove(int bucket) {
    long position = directory.position(bucket);
    if (position == Directory.NONE) {
      return;
    }
    ring.clear(position);
    int slot = ring.slot(position);
    stale.set(slot);
    if (ring.active(slot) == 0 && position >>> TwigRing.SHIFT != next >>> TwigRing.SHIFT) {
      ring.drop(slot);
    }
    directory.setPosition(bucket, Directory.NONE);
  }

  /** The root over all twigs in the window, which {@link #oldest} opens. */
  byte[] root() {
    resize(capacity((next >>> TwigRing.SHIFT) - (oldest() >>> TwigRing.SHIFT) + 1));
    if ((next & TwigRing.MASK) != 0 && ring.holds(ring.slot(next))) {
      ring.setLeafRoot(ring.slot(next), fresh.root(sha));
    }
    for (int slot = stale.nextSetBit(0); slot >= 0; slot = stale.nextSetBit(slot + 1)) {
      if (ring.active(slot) == 0) {
        Arrays.fill(upper.leaves(), slot * HASH, slot * HASH + HASH, (byte) 0);
      } else {
        ring.hash(slot, sha, upper.leaves(), slot * HASH);
      }
      upper.mark(slot);
    }
    stale.clear();
    return upper.root(sha);
  }

  private void open(long height) {
    long window = (next >>> TwigRing.SHIFT) - (oldest() >>> TwigRing.SHIFT) + 1;
    resize(Math.max(ring.capacity(), capacity(window)));
    ring.open(ring.slot(next), height);
  }

  /** The least power of 4 that holds {@code window} twigs. */
  private static int capacity(long window) {
    int capacity = 1;
    while (capacity < window) {
      capacity = Math.multiplyExact(capacity, 4);
    }
    return capacity;
  }

  /** Moves the window's twigs to a ring of another length. */
  private void resize(int capacity) {
    if (capacity == ring.capacity()) {
      return;
    }
    TwigRing from = ring;
    QuadTree fromUpper = upper;
    BitSet fromStale = (BitSet) stale.clone();
    ring = new TwigRing(capacity);
    upper = new QuadTree(capacity, Sha256.UPPER_NODE);
    stale.clear();
    long last = (next - 1) >> TwigRing.SHIFT;
    for (long number = oldest >>> TwigRing.SHIFT; number <= last; number++) {
      int fromSlot = from.slot(number << TwigRing.SHIFT);
      int slot = ring.slot(number << TwigRing.SHIFT);
      if (from.holds(fromSlot)) {
        ring.copy(from, fromSlot, slot);
        System.arraycopy(fromUpper.leaves(), fromSlot * HASH, upper.leaves(), slot * HASH, HASH);
        upper.mark(slot);
        stale.set(slot, fromStale.get(fromSlot));
      }
    }
  }
}
