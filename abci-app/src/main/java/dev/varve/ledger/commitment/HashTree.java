package dev.varve.ledger.commitment;

import java.util.Arrays;

/**
 * A complete Merkle tree of so many children a node over a fixed number of hashes, kept level by
 * level in flat arrays; changed leaves are marked and their paths hashed together, each node once.
 *
 * <p>A node over zero hashes alone is zero, so what is not there costs nothing. Not thread-safe.
 */
final class HashTree {
  private static final int HASH = Sha256.LENGTH;

  private final byte tag;

  /** Children of a node, as a power of 2. */
  private final int shift;

  private final byte[][] levels;

  /** Marked nodes of each level, a bit a node. */
  private final long[][] marks;

  /** {@code leaves} must be a power of {@code 1 << shift}, the children of a node. */
  HashTree(int leaves, int shift, byte tag) {
    this.tag = tag;
    this.shift = shift;
    int height = Integer.numberOfTrailingZeros(leaves) / shift;
    levels = new byte[height + 1][];
    marks = new long[height + 1][];
    for (int level = 0; level <= height; level++) {
      int nodes = leaves >>> (shift * level);
      levels[level] = new byte[nodes * HASH];
      marks[level] = new long[(nodes + Long.SIZE - 1) / Long.SIZE];
    }
  }

  /** Leaf hashes; after writing one, {@link #mark} it. */
  byte[] leaves() {
    return levels[0];
  }

  void mark(int leaf) {
    marks[0][leaf >>> 6] |= 1L << leaf;
  }

  boolean isZero(int leaf) {
    return Bytes.isZero(levels[0], leaf * HASH, HASH);
  }

  /** Hashes the paths of all marked leaves. */
  byte[] root(Sha256 sha) {
    int top = levels.length - 1;
    for (int level = 0; level < top; level++) {
      long[] parents = marks[level + 1];
      long[] marked = marks[level];
      for (int word = 0; word < marked.length; word++) {
        for (long bits = marked[word]; bits != 0; bits &= bits - 1) {
          int parent = (word * Long.SIZE + Long.numberOfTrailingZeros(bits)) >>> shift;
          parents[parent >>> 6] |= 1L << parent;
        }
        marked[word] = 0;
      }
      rehash(sha, level + 1);
    }
    marks[top][0] = 0;
    return levels[top];
  }

  void clear() {
    for (byte[] level : levels) {
      Arrays.fill(level, (byte) 0);
    }
    for (long[] marked : marks) {
      Arrays.fill(marked, 0);
    }
  }

  private void rehash(Sha256 sha, int level) {
    int length = HASH << shift;
    byte[] children = levels[level - 1];
    byte[] nodes = levels[level];
    long[] marked = marks[level];
    for (int word = 0; word < marked.length; word++) {
      for (long bits = marked[word]; bits != 0; bits &= bits - 1) {
        int node = word * Long.SIZE + Long.numberOfTrailingZeros(bits);
        if (Bytes.isZero(children, node * length, length)) {
          Arrays.fill(nodes, node * HASH, node * HASH + HASH, (byte) 0);
        } else {
          sha.hash(children, node * length, length, tag, nodes, node * HASH);
        }
      }
    }
  }
}
