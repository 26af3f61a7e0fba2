package dev.varve.fallback;

import java.io.IOException;
import java.util.List;

/**
 * The segments that readers see, oldest first. Each holds at least one entry; the last one may take
 * more.
 *
 * <p>Threads: changed by one at a time under the log's lock, read by any; a reader works on the
 * list as it was when it came.
 */
final class SegmentList {
  private volatile List<Segment> list = List.of();

  List<Segment> now() {
    return list;
  }

  void set(List<Segment> segments) {
    list = List.copyOf(segments);
  }

  boolean isEmpty() {
    return list.isEmpty();
  }

  Segment newest() {
    List<Segment> now = list;
    return now.get(now.size() - 1);
  }

  /** The oldest sequence, 0 for none. */
  long first() {
    List<Segment> now = list;
    return now.isEmpty() ? 0 : now.get(0).first();
  }

  /** The newest sequence, 0 for none. */
  long last() {
    List<Segment> now = list;
    return now.isEmpty() ? 0 : now.get(now.size() - 1).last();
  }

  /** How many segments hold nothing after a sequence, the newest one aside. */
  int countThrough(long sequence) {
    List<Segment> now = list;
    int count = 0;
    while (count < now.size() - 1 && now.get(count).last() <= sequence) {
      count++;
    }
    return count;
  }

  void removeOldest() {
    List<Segment> now = list;
    list = List.copyOf(now.subList(1, now.size()));
    now.get(0).release();
  }

  void removeNewest() {
    List<Segment> now = list;
    list = List.copyOf(now.subList(0, now.size() - 1));
    now.get(now.size() - 1).release();
  }

  /** Zeros what was removed from the newest segment, where that is still to be done. */
  void finishTruncation(boolean force) throws IOException {
    if (!isEmpty()) {
      newest().finishTruncation(force);
    }
  }

  /** Holds the segment that would have a sequence; null when there is none, or none any more. */
  Segment acquire(long sequence) {
    List<Segment> now = list;
    int low = 0;
    int high = now.size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (now.get(middle).first() <= sequence) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low > 0 && now.get(low - 1).acquire() ? now.get(low - 1) : null;
  }

  /** Shows the places of a key hash, newest first, until the visitor says stop. */
  void find(long keyHash, HitVisitor visitor) {
    List<Segment> now = list;
    for (int i = now.size() - 1; i >= 0; i--) {
      Segment segment = now.get(i);
      if (!segment.acquire()) {
        continue; // trimmed or truncated meanwhile
      }
      try {
        if (!segment.find(keyHash, visitor)) {
          return;
        }
      } finally {
        segment.release();
      }
    }
  }
}
