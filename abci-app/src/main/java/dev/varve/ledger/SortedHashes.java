package dev.varve.ledger;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;

/**
 * A set of hashes of 32 bytes in unsigned byte order, which lets go of the lowest ones first.
 *
 * <p>It holds sorted runs, each at least twice as long as the next one, so that it takes 32 bytes a
 * hash, a look-up halves a few runs, and nobody who chooses hashes can make it slower. Not
 * thread-safe.
 */
final class SortedHashes {
  private static final int LENGTH = Sha256.LENGTH_BYTES;

  /** A run as long as this is not joined with others. */
  private static final int MAX_RUN_BYTES = 1 << 30;

  private final List<Run> runs = new ArrayList<>();

  private static final class Run {
    private final byte[] bytes;
    private int first;

    Run(byte[] bytes) {
      this.bytes = bytes;
    }

    int length() {
      return bytes.length - first;
    }

    int compare(int at, byte[] hash) {
      return Arrays.compareUnsigned(bytes, at, at + LENGTH, hash, 0, LENGTH);
    }

    boolean contains(byte[] hash) {
      int low = first / LENGTH;
      int high = bytes.length / LENGTH;
      while (low < high) {
        int middle = (low + high) >>> 1;
        int order = compare(middle * LENGTH, hash);
        if (order == 0) {
          return true;
        }
        if (order < 0) {
          low = middle + 1;
        } else {
          high = middle;
        }
      }
      return false;
    }
  }

  /** Adds hashes that it does not hold, none twice; orders the list. */
  void addAll(List<byte[]> hashes) {
    hashes.sort(Arrays::compareUnsigned);
    byte[] bytes = new byte[Math.multiplyExact(hashes.size(), LENGTH)];
    for (int i = 0; i < hashes.size(); i++) {
      System.arraycopy(hashes.get(i), 0, bytes, i * LENGTH, LENGTH);
    }
    runs.add(new Run(bytes));
    for (int last = runs.size() - 1; last > 0 && mayJoin(last); last--) {
      runs.set(last - 1, join(runs.get(last - 1), runs.remove(last)));
    }
  }

  private boolean mayJoin(int last) {
    long before = runs.get(last - 1).length();
    long length = runs.get(last).length();
    return before < 2 * length && before + length <= MAX_RUN_BYTES;
  }

  private static Run join(Run a, Run b) {
    byte[] joined = new byte[a.length() + b.length()];
    int left = a.first;
    int right = b.first;
    for (int at = 0; at < joined.length; at += LENGTH) {
      boolean fromLeft =
          right == b.bytes.length || (left < a.bytes.length && compare(a, left, b, right) < 0);
      System.arraycopy(fromLeft ? a.bytes : b.bytes, fromLeft ? left : right, joined, at, LENGTH);
      left += fromLeft ? LENGTH : 0;
      right += fromLeft ? 0 : LENGTH;
    }
    return new Run(joined);
  }

  private static int compare(Run a, int left, Run b, int right) {
    return Arrays.compareUnsigned(a.bytes, left, left + LENGTH, b.bytes, right, right + LENGTH);
  }

  boolean contains(byte[] hash) {
    for (Run run : runs) {
      if (run.contains(hash)) {
        return true;
      }
    }
    return false;
  }

  boolean isEmpty() {
    return runs.isEmpty();
  }

  /** Visits hashes, lowest first, until the visitor says stop; returns whether it did not. */
  boolean visit(Predicate<ByteString> visitor) {
    int[] at = runs.stream().mapToInt(run -> run.first).toArray();
    for (int lowest = lowest(at); lowest >= 0; lowest = lowest(at)) {
      byte[] bytes = runs.get(lowest).bytes;
      if (!visitor.test(UnsafeByteOperations.unsafeWrap(bytes, at[lowest], LENGTH))) {
        return false;
      }
      at[lowest] += LENGTH;
    }
    return true;
  }

  /** The run whose hash at its place is the lowest, or -1 where all are at their end. */
  private int lowest(int[] at) {
    int lowest = -1;
    for (int i = 0; i < at.length; i++) {
      Run run = runs.get(i);
      if (at[i] < run.bytes.length
          && (lowest < 0 || compare(run, at[i], runs.get(lowest), at[lowest]) < 0)) {
        lowest = i;
      }
    }
    return lowest;
  }

  /**
   * Removes the lowest hash.
   *
   * @throws IllegalStateException when it is another one
   */
  void removeLowest(byte[] hash) {
    int lowest = lowest(runs.stream().mapToInt(run -> run.first).toArray());
    if (lowest < 0 || runs.get(lowest).compare(runs.get(lowest).first, hash) != 0) {
      throw new IllegalStateException("a hash is removed that is not the lowest one");
    }
    Run run = runs.get(lowest);
    run.first += LENGTH;
    if (run.first == run.bytes.length) {
      runs.remove(lowest);
    }
  }
}
