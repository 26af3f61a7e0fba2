package dev.varve.ledger.commitment;

import java.util.Arrays;
import java.util.BitSet;

/**
 * The log of bucket leaves: every rewritten bucket takes the next position, its former one turns
 * inactive; positions form twigs, and twigs the leaves of a tree.
 *
 * <p>Invariant: each bucket has exactly one active position. Memory follows the window between the
 * oldest active position and the next one, not the length of the log. Not thread-safe.
 */
final class TwigLog {
  private static final int HASH = Sha256.LENGTH;
  private static final int PAGE_SHIFT = 14;
  private static final int PAGE_MASK = (1 << PAGE_SHIFT) - 1;
  private static final long NONE = -1;

  private final Sha256 sha;

  /** Leaf hashes of the twig being filled. */
  private final QuadTree fresh = new QuadTree(Twig.LEAVES, Sha256.TWIG_NODE);

  /** Twigs by their number modulo the length; those without an active position are null. */
  private Twig[] twigs = new Twig[1];

  private QuadTree upper = new QuadTree(1, Sha256.UPPER_NODE);
  private final BitSet stale = new BitSet();

  /** The active position of each bucket. */
  private long[][] pages = new long[4][];

  private long next;
  private long oldest;

  TwigLog(Sha256 sha) {
    this.sha = sha;
  }

  /** The position the next leaf takes. */
  long next() {
    return next;
  }

  /** The lowest active position, or {@link #next} where there is none. */
  long oldest() {
    while (oldest < next) {
      Twig twig = twigs[slot(oldest)];
      int leaf = (int) oldest & Twig.MASK;
      int found = twig == null ? Twig.LEAVES : twig.nextActive(leaf);
      oldest = Math.min(next, oldest - leaf + found);
      if (found < Twig.LEAVES) {
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
    return twigs[slot(position)].buckets[(int) position & Twig.MASK];
  }

  /** The height that appended the first position of the window, or {@code height} for none. */
  long windowHeight(long height) {
    Twig first = twigs[slot(oldest())];
    return first == null ? height : first.firstHeight;
  }

  /** Appends a bucket's leaf hash at {@code height}; its former position turns inactive. */
  void append(int bucket, byte[] hash, int offset, long height) {
    remove(bucket);
    int leaf = (int) next & Twig.MASK;
    Twig twig = twigs[slot(next)];
    if (leaf == 0 || twig == null) {
      twig = open(height);
    }
    System.arraycopy(hash, offset, fresh.leaves(), leaf * HASH, HASH);
    fresh.mark(leaf);
    twig.add(leaf, bucket);
    stale.set(slot(next));
    setPosition(bucket, next++);
    if (leaf == Twig.MASK) {
      twig.setLeafRoot(fresh.root(sha), 0);
      fresh.clear();
    }
  }

  /** Turns a bucket's position inactive, if it has one. */
  void remove(int bucket) {
    long position = position(bucket);
    if (position == NONE) {
      return;
    }
    int slot = slot(position);
    Twig twig = twigs[slot];
    twig.clear((int) position & Twig.MASK);
    stale.set(slot);
    if (twig.active() == 0 && position >>> Twig.SHIFT != next >>> Twig.SHIFT) {
      twigs[slot] = null;
    }
    setPosition(bucket, NONE);
  }

  /** The root over all twigs in the window, which {@link #oldest} opens. */
  byte[] root() {
    long first = oldest() >>> Twig.SHIFT;
    resize(capacity((next >>> Twig.SHIFT) - first + 1));
    Twig filling = twigs[slot(next)];
    if ((next & Twig.MASK) != 0) {
      filling.setLeafRoot(fresh.root(sha), 0);
    }
    for (int slot = stale.nextSetBit(0); slot >= 0; slot = stale.nextSetBit(slot + 1)) {
      Twig twig = twigs[slot];
      if (twig == null || twig.active() == 0) {
        Arrays.fill(upper.leaves(), slot * HASH, slot * HASH + HASH, (byte) 0);
      } else {
        twig.hash(sha, upper.leaves(), slot * HASH);
      }
      upper.mark(slot);
    }
    stale.clear();
    return upper.root(sha);
  }

  private Twig open(long height) {
    if ((next & Twig.MASK) != 0 && next != oldest) {
      throw new IllegalStateException("the log has no twig at position " + next);
    }
    long window = (next >>> Twig.SHIFT) - (oldest() >>> Twig.SHIFT) + 1;
    if (window > twigs.length) {
      resize(capacity(window));
    }
    Twig twig = new Twig(height);
    twigs[slot(next)] = twig;
    return twig;
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
    if (capacity == twigs.length) {
      return;
    }
    Twig[] old = twigs;
    QuadTree oldUpper = upper;
    BitSet oldStale = (BitSet) stale.clone();
    twigs = new Twig[capacity];
    upper = new QuadTree(capacity, Sha256.UPPER_NODE);
    stale.clear();
    long last = (next - 1) >> Twig.SHIFT;
    for (long number = oldest >>> Twig.SHIFT; number <= last; number++) {
      int from = (int) (number & (old.length - 1));
      int to = (int) (number & (capacity - 1));
      if (old[from] != null) {
        twigs[to] = old[from];
        System.arraycopy(oldUpper.leaves(), from * HASH, upper.leaves(), to * HASH, HASH);
        upper.mark(to);
        stale.set(to, oldStale.get(from));
      }
    }
  }

  private int slot(long position) {
    return (int) ((position >>> Twig.SHIFT) & (twigs.length - 1));
  }

  private long position(int bucket) {
    int page = bucket >>> PAGE_SHIFT;
    return page < pages.length && pages[page] != null ? pages[page][bucket & PAGE_MASK] : NONE;
  }

  private void setPosition(int bucket, long position) {
    int page = bucket >>> PAGE_SHIFT;
    if (page >= pages.length) {
      pages = Arrays.copyOf(pages, Math.max(pages.length * 2, page + 1));
    }
    if (pages[page] == null) {
      pages[page] = new long[PAGE_MASK + 1];
      Arrays.fill(pages[page], NONE);
    }
    pages[page][bucket & PAGE_MASK] = position;
  }
}
