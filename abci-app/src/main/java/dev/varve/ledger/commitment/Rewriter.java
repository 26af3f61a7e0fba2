package dev.varve.ledger.commitment;

/**
 * Appends records to the log: of the groups that a block touched, and of the oldest ones while the
 * log is too long. Not thread-safe.
 */
final class Rewriter {
  /** The log may be this many times as long as there are keys, plus the slack. */
  private static final int SPAN_FACTOR = 3;

  private static final int SPAN_SLACK = TwigLog.SETTLE_POSITIONS;

  private final LiveKeys keys;
  private final KeyIndex index;
  private final TwigLog log;
  private final Delta.Writer delta;

  /** Of each group to rewrite. */
  private long[] prefixes = new long[64];

  private long[] nexts = new long[64];
  private long[] places = new long[64];
  private int[] groups = new int[64];

  Rewriter(LiveKeys keys, TwigLog log, Delta.Writer delta) {
    this.keys = keys;
    this.index = keys.index();
    this.log = log;
    this.delta = delta;
  }

  /** Rewrites the groups that were touched and compacts the log. */
  void rewrite(Touched touched, long height) {
    int count = removeFormer(touched);
    for (int from = 0; from < count; from += StateCommitment.RUN) {
      int to = Math.min(count, from + StateCommitment.RUN);
      keys.entries().fetch(groups, from, to);
      for (int i = from; i < to; i++) {
        append(prefixes[i], nexts[i], places[i], groups[i], height);
      }
    }
    compact(count, height);
  }

  /**
   * Turns the former positions of all groups to rewrite inactive and keeps what their records need;
   * returns how many are still there. Without hashes between them the cache misses overlap.
   */
  private int removeFormer(Touched touched) {
    int candidates = touched.end();
    ensure(candidates);
    int count = 0;
    for (int from = 0; from < candidates; from += StateCommitment.RUN) {
      int to = Math.min(candidates, from + StateCommitment.RUN);
      index.fetch(touched.prefixes(), from, to);
      for (int i = from; i < to; i++) {
        long prefix = touched.prefixes()[i];
        if (index.seek(prefix, touched.hints()[i])) {
          prefixes[count] = prefix;
          nexts[count] = index.successor();
          places[count] = index.place();
          groups[count] = index.entries();
          log.remove(log.position(index.position()));
          count++;
        }
      }
    }
    return count;
  }

  /** Moves the oldest records to the end while the log is too long, at most {@code budget}. */
  private void compact(int budget, long height) {
    long limit = SPAN_FACTOR * keys.count() + SPAN_SLACK;
    for (int moved = 0; moved < budget && log.next() - log.oldest() > limit; moved++) {
      int group = log.groupAt(log.oldest());
      long prefix = keys.prefix(group);
      if (!index.seek(prefix)) {
        throw new IllegalStateException("position " + log.oldest() + " has no group");
      }
      log.remove(log.oldest());
      append(prefix, index.successor(), index.place(), group, height);
    }
  }

  private void append(long prefix, long next, long place, int group, long height) {
    int record = delta.add(prefix, next);
    keys.digest(group, delta.bytes(), record + Delta.DIGEST_OFFSET);
    index.set(place, group, (int) log.next());
    log.append(group, delta.bytes(), record, height);
  }

  private void ensure(int count) {
    if (prefixes.length < count) {
      int length = count + count / 2;
      prefixes = new long[length];
      nexts = new long[length];
      places = new long[length];
      groups = new int[length];
    }
  }
}
