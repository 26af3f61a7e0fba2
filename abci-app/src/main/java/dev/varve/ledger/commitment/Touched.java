package dev.varve.ledger.commitment;

import java.util.Arrays;

/**
 * The prefixes of the groups that a block may have to rewrite, in ascending order, each once.
 *
 * <p>They come in that order but for the highest group, when a new lowest one changes what it links
 * to. Not thread-safe.
 */
final class Touched {
  private long[] prefixes = new long[64];

  /** Where in the index they were found. */
  private int[] hints = new int[64];

  private int count;
  private boolean hasWrapped;
  private long wrapped;

  void clear() {
    count = 0;
    hasWrapped = false;
  }

  /** Adds a prefix that none added before is above. */
  void add(long prefix, int hint) {
    if (count > 0 && prefixes[count - 1] == prefix) {
      return;
    }
    insert(count, prefix, hint);
  }

  /** Takes back the last prefix if it is this one: the group lost all its keys after all. */
  void drop(long prefix) {
    if (count > 0 && prefixes[count - 1] == prefix) {
      count--;
    }
  }

  /** Adds the neighbour below {@code prefix}, whose writes are at turn. */
  void addBefore(long neighbour, int hint, long prefix) {
    if (Long.compareUnsigned(neighbour, prefix) < 0) {
      add(neighbour, hint);
    } else {
      hasWrapped = true;
      wrapped = neighbour;
    }
  }

  /** Ends the collection; returns how many there are. */
  int end() {
    if (hasWrapped) {
      int at = count;
      while (at > 0 && Long.compareUnsigned(prefixes[at - 1], wrapped) > 0) {
        at--;
      }
      if (at == 0 || prefixes[at - 1] != wrapped) {
        insert(at, wrapped, 0);
      }
    }
    return count;
  }

  long[] prefixes() {
    return prefixes;
  }

  int[] hints() {
    return hints;
  }

  private void insert(int at, long prefix, int hint) {
    if (count == prefixes.length) {
      prefixes = Arrays.copyOf(prefixes, Math.multiplyExact(count, 2));
      hints = Arrays.copyOf(hints, prefixes.length);
    }
    System.arraycopy(hints, at, hints, at + 1, count - at);
    hints[at] = hint;
    System.arraycopy(prefixes, at, prefixes, at + 1, count - at);
    prefixes[at] = prefix;
    count++;
  }
}
