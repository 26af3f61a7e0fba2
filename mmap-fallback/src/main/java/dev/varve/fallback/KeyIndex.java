package dev.varve.fallback;

import java.util.Arrays;

/**
 * The keys of one entry: pairs of a 64-bit key hash and an offset into the entry's payload.
 *
 * <p>Shapes: two growing arrays, no object for a pair; reusable after {@link #clear}. Any hash will
 * do, the log mixes it. The same hash may be added several times: all of them are hits, the last
 * one added counts as the newest. Errors: {@link IllegalArgumentException} for a negative offset.
 * Threads: one; the log reads it during append only.
 */
public final class KeyIndex {
  private long[] hashes;
  private int[] offsets;
  private int size;

  public KeyIndex() {
    this(16);
  }

  /** An index that grows beyond {@code pairs} only when it must. */
  public KeyIndex(int pairs) {
    hashes = new long[pairs];
    offsets = new int[pairs];
  }

  /** Adds a pair. */
  public void add(long keyHash, int payloadOffset) {
    if (payloadOffset < 0) {
      throw new IllegalArgumentException("payload offset " + payloadOffset + " is below 0");
    }
    if (size == hashes.length) {
      int larger = Math.max(16, size * 2);
      hashes = Arrays.copyOf(hashes, larger);
      offsets = Arrays.copyOf(offsets, larger);
    }
    hashes[size] = keyHash;
    offsets[size++] = payloadOffset;
  }

  /** Adds all pairs of another index, their offsets moved on by so many bytes. */
  public void addAll(KeyIndex other, int shift) {
    for (int i = 0; i < other.size; i++) {
      add(other.hashes[i], other.offsets[i] + shift);
    }
  }

  /** Forgets all pairs, keeps the memory. */
  public void clear() {
    size = 0;
  }

  /** The number of pairs. */
  public int pairs() {
    return size;
  }

  long hash(int pair) {
    return hashes[pair];
  }

  int offset(int pair) {
    return offsets[pair];
  }
}
