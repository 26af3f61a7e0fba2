package dev.varve.ledger.commitment;

import java.util.Arrays;
import java.util.BitSet;

/**
 * The log of records: every rewritten group takes the next position, its former one turns inactive;
 * positions form twigs, and twigs the leaves of a tree.
 *
 * <p>A position that turns inactive changes a twig far back. Such changes are collected until the
 * log has grown by {@value #SETTLE_POSITIONS} positions, so that a twig is hashed again for many of
 * them at once; until then the root covers their list.
 *
 * <p>Invariant: each group has at most one active position, exactly one between blocks. Memory
 * follows the window between the oldest active position and the next one, not the length of the
 * log. Not thread-safe.
 */
final class TwigLog {
  static final int SETTLE_POSITIONS = 4 * TwigRing.LEAVES;

  /** So many records are hashed at once. */
  private static final int PAGE = 16;

  private static final int RECORD = Delta.RECORD_BYTES;
  private static final int HASH = Sha256.LENGTH;
  private static final int TWIG_ARITY_SHIFT = 4;
  private static final int UPPER_ARITY_SHIFT = 2;

  private final Sha256 sha;

  /** Of the twig being filled; beyond the last one of another twig. */
  private final byte[] records = new byte[TwigRing.LEAVES * RECORD];

  /** Hashes of its pages. */
  private final HashTree pages =
      new HashTree(TwigRing.LEAVES / PAGE, TWIG_ARITY_SHIFT, Sha256.TWIG_NODE);

  private TwigRing ring = new TwigRing(1);
  private HashTree upper = new HashTree(1, UPPER_ARITY_SHIFT, Sha256.UPPER_NODE);

  /** Slots of the twigs that changed since the log was last settled. */
  private final BitSet stale = new BitSet();

  private final Pending pending = new Pending();

  private long next;
  private long oldest;

  /** {@link #next} after the last block, and {@link #oldest} when the log was last settled. */
  private long ended;

  private long base;

  TwigLog(Sha256 sha) {
    this.sha = sha;
  }

  /** The position the next record takes. */
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
    ended = position;
    base = position;
  }

  /** The entries of the group that stands at an active position. */
  int groupAt(long position) {
    return ring.group(position);
  }

  /** Names other entries for the group at an active position. */
  void replaceAt(long position, int group) {
    ring.replace(position, group);
  }

  /** The position with these lower 32 bits, of those that can be active; next is none. */
  long position(int lower) {
    return next - Integer.toUnsignedLong((int) next - lower);
  }

  /** The lowest position that was active when the log was last settled. */
  long base() {
    return base;
  }

  /** The height that appended the first position of the window, or {@code height} for none. */
  long windowHeight(long height) {
    int first = ring.slot(base);
    return ring.holds(first) ? ring.firstHeight(first) : height;
  }

  /** Appends a group's record at {@code height}. */
  void append(int group, byte[] record, int offset, long height) {
    int leaf = (int) next & TwigRing.MASK;
    if (leaf == 0 || !ring.holds(ring.slot(next))) {
      open(height);
    }
    System.arraycopy(record, offset, records, leaf * RECORD, RECORD);
    ring.add(next, group);
    int slot = ring.slot(next);
    stale.set(slot);
    next++;
    if (leaf % PAGE == PAGE - 1) {
      hashPage(leaf / PAGE);
    }
    if (leaf == TwigRing.MASK) {
      ring.setPageRoot(slot, pages.root(sha));
      pages.clear();
    }
  }

  /** Turns an active position inactive; one that is next is none. */
  void remove(long position) {
    if (position == next) {
      return;
    }
    ring.clear(position);
    stale.set(ring.slot(position));
    pending.add(position);
  }

  /** Ends a block: hashes what it appended, or all that changed when it is time to settle. */
  void endBlock() {
    resize(Math.max(ring.capacity(), capacity()));
    if (next > ended && (next & TwigRing.MASK) != 0) {
      hashLastPage();
      ring.setPageRoot(ring.slot(next), pages.root(sha));
    }
    if (next / SETTLE_POSITIONS != ended / SETTLE_POSITIONS) {
      settle();
    } else {
      if (next > ended) {
        hashAppended();
      }
      pending.fold(sha);
    }
    ended = next;
  }

  /** The root over all twigs in the window, which {@link #base} opens. */
  byte[] root() {
    return upper.root(sha);
  }

  /** The hashes over the positions that turned inactive since the log was last settled. */
  byte[] pending() {
    return pending.chains();
  }

  private void settle() {
    int filling = ring.slot(next);
    for (int slot = stale.nextSetBit(0); slot >= 0; slot = stale.nextSetBit(slot + 1)) {
      hash(slot);
      if (ring.active(slot) == 0 && slot != filling) {
        ring.drop(slot);
      }
    }
    stale.clear();
    pending.clear();
    base = oldest();
    resize(capacity());
  }

  /** Hashes the page with the last record, unless it is full and was. */
  private void hashLastPage() {
    int leaf = (int) next & TwigRing.MASK;
    if (leaf % PAGE != 0) {
      int end = (leaf / PAGE + 1) * PAGE;
      Arrays.fill(records, leaf * RECORD, end * RECORD, (byte) 0);
      hashPage(leaf / PAGE);
    }
  }

  private void hashPage(int page) {
    int length = PAGE * RECORD;
    sha.hash(records, page * length, length, Sha256.PAGE, pages.leaves(), page * HASH);
    pages.mark(page);
  }

  private void hashAppended() {
    for (long twig = ended >>> TwigRing.SHIFT; twig << TwigRing.SHIFT < next; twig++) {
      hash(ring.slot(twig << TwigRing.SHIFT));
    }
  }

  private void hash(int slot) {
    if (ring.active(slot) == 0) {
      Arrays.fill(upper.leaves(), slot * HASH, slot * HASH + HASH, (byte) 0);
    } else {
      ring.hash(slot, sha, upper.leaves(), slot * HASH);
    }
    upper.mark(slot);
  }

  private void open(long height) {
    resize(Math.max(ring.capacity(), capacity()));
    ring.open(ring.slot(next), height);
  }

  /** The least number of leaves a tree can have that holds the window's twigs. */
  private int capacity() {
    long window = (next >>> TwigRing.SHIFT) - (base >>> TwigRing.SHIFT) + 1;
    int capacity = 1;
    while (capacity < window) {
      capacity = Math.multiplyExact(capacity, 1 << UPPER_ARITY_SHIFT);
    }
    return capacity;
  }

  /** Moves the window's twigs to a ring of another length. */
  private void resize(int capacity) {
    if (capacity == ring.capacity()) {
      return;
    }
    TwigRing from = ring;
    HashTree fromUpper = upper;
    BitSet fromStale = (BitSet) stale.clone();
    ring = new TwigRing(capacity);
    upper = new HashTree(capacity, UPPER_ARITY_SHIFT, Sha256.UPPER_NODE);
    stale.clear();
    long last = (next - 1) >> TwigRing.SHIFT;
    for (long number = base >>> TwigRing.SHIFT; number <= last; number++) {
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
