package dev.varve.storage.pending;

import dev.varve.storage.StorageException;

/**
 * Ids of tasks: the gateway's number, 17 bits, and a count, 36 bits. Together they fit into the 53
 * bits that a JSON number holds everywhere. Threads: any.
 */
final class TaskIds {
  static final int MAX_NUMBER = (1 << 17) - 1;
  private static final int COUNT_BITS = 36;
  private static final long MAX_COUNT = (1L << COUNT_BITS) - 1;

  private long last;
  private int number;

  /** Goes on with a number, after an id that was given with it or before. */
  synchronized void begin(int gateway, long lastId) {
    number = gateway;
    last = Math.max(last, Math.max((long) gateway << COUNT_BITS, lastId));
  }

  synchronized long next() {
    if (last >= ((long) number << COUNT_BITS) + MAX_COUNT) {
      throw new StorageException.Unavailable(
          "gateway " + number + " has given all its ids: restart it, for another number", null);
    }
    return ++last;
  }

  /** A task of this id was written. */
  synchronized void wrote(long id) {
    last = Math.max(last, id);
  }

  /** Whether a number is so much used that another should be taken at the next start. */
  static boolean isWorn(int gateway, long lastId) {
    return lastId - ((long) gateway << COUNT_BITS) > MAX_COUNT / 2;
  }
}
