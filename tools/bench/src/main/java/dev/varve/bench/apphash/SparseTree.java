package dev.varve.bench.apphash;

import java.security.DigestException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

/**
 * The baseline: a binary sparse Merkle tree over hashed keys, one-leaf subtrees collapsed to their
 * leaf as in Jellyfish, in memory, each changed path hashed once a block.
 *
 * <p>Nodes lie in flat arrays by number, so it pays for hashes and cache misses alone. It knows no
 * deletes. Not thread-safe.
 */
final class SparseTree {
  private static final int HASH = 32;
  private static final int CHUNK_SHIFT = 13;
  private static final int CHUNK_MASK = (1 << CHUNK_SHIFT) - 1;
  private static final int NONE = 0;

  private final MessageDigest sha;
  private final byte[] message = new byte[1 + 2 * HASH];

  /** A node's hash; a leaf's key and value hash as well. */
  private byte[][] hashes = new byte[4][];

  private byte[][] keys = new byte[4][];
  private byte[][] values = new byte[4][];
  private int[][] left = new int[4][];
  private int[][] right = new int[4][];
  private int count = 1;
  private int root = NONE;

  SparseTree() {
    try {
      sha = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform must provide SHA-256", e);
    }
  }

  /** Sets entries of 64 bytes (key hash, value digest) and hashes what changed. */
  void apply(byte[] entries, int size) {
    for (int i = 0; i < size; i++) {
      root = put(root, 0, entries, i * 2 * HASH);
    }
    if (root != NONE) {
      rehash(root);
    }
  }

  /** The root's hash, 32 bytes; zeros for an empty tree. */
  byte[] rootHash() {
    byte[] out = new byte[HASH];
    if (root != NONE) {
      System.arraycopy(hashes[root >>> CHUNK_SHIFT], at(root), out, 0, HASH);
    }
    return out;
  }

  private int put(int node, int depth, byte[] entries, int offset) {
    if (node == NONE) {
      return newLeaf(entries, offset);
    }
    if (isLeaf(node)) {
      byte[] chunk = keys[node >>> CHUNK_SHIFT];
      if (Arrays.equals(chunk, at(node), at(node) + HASH, entries, offset, offset + HASH)) {
        setValue(node, entries, offset);
        return node;
      }
      int inner = newNode();
      if (bit(chunk, at(node), depth)) {
        right[inner >>> CHUNK_SHIFT][inner & CHUNK_MASK] = node;
      } else {
        left[inner >>> CHUNK_SHIFT][inner & CHUNK_MASK] = node;
      }
      return put(inner, depth, entries, offset);
    }
    int[] side = (bit(entries, offset, depth) ? right : left)[node >>> CHUNK_SHIFT];
    side[node & CHUNK_MASK] = put(side[node & CHUNK_MASK], depth + 1, entries, offset);
    setDirty(node);
    return node;
  }

  private void rehash(int node) {
    byte[] chunk = hashes[node >>> CHUNK_SHIFT];
    if (isLeaf(node)) {
      message[0] = 0;
      System.arraycopy(keys[node >>> CHUNK_SHIFT], at(node), message, 1, HASH);
      System.arraycopy(values[node >>> CHUNK_SHIFT], at(node), message, 1 + HASH, HASH);
    } else {
      int leftChild = left[node >>> CHUNK_SHIFT][node & CHUNK_MASK];
      int rightChild = right[node >>> CHUNK_SHIFT][node & CHUNK_MASK];
      hashIfDirty(leftChild);
      hashIfDirty(rightChild);
      copyHash(leftChild, 1);
      copyHash(rightChild, 1 + HASH);
      message[0] = 1;
    }
    try {
      sha.update(message, 0, message.length);
      sha.digest(chunk, at(node), HASH);
    } catch (DigestException e) {
      throw new IllegalStateException("no room for the hash of node " + node, e);
    }
  }

  private void hashIfDirty(int node) {
    if (node != NONE && isDirty(node)) {
      rehash(node);
    }
  }

  private void copyHash(int node, int to) {
    if (node == NONE) {
      Arrays.fill(message, to, to + HASH, (byte) 0);
    } else {
      System.arraycopy(hashes[node >>> CHUNK_SHIFT], at(node), message, to, HASH);
    }
  }

  private int newLeaf(byte[] entries, int offset) {
    int node = newNode();
    int chunk = node >>> CHUNK_SHIFT;
    if (keys[chunk] == null) {
      keys[chunk] = new byte[(CHUNK_MASK + 1) * HASH];
      values[chunk] = new byte[(CHUNK_MASK + 1) * HASH];
    }
    System.arraycopy(entries, offset, keys[chunk], at(node), HASH);
    left[chunk][node & CHUNK_MASK] = -1;
    setValue(node, entries, offset);
    return node;
  }

  private void setValue(int node, byte[] entries, int offset) {
    System.arraycopy(entries, offset + HASH, values[node >>> CHUNK_SHIFT], at(node), HASH);
    setDirty(node);
  }

  private int newNode() {
    int chunk = count >>> CHUNK_SHIFT;
    if (chunk == hashes.length) {
      hashes = Arrays.copyOf(hashes, chunk * 2);
      keys = Arrays.copyOf(keys, chunk * 2);
      values = Arrays.copyOf(values, chunk * 2);
      left = Arrays.copyOf(left, chunk * 2);
      right = Arrays.copyOf(right, chunk * 2);
    }
    if (hashes[chunk] == null) {
      hashes[chunk] = new byte[(CHUNK_MASK + 1) * HASH];
      left[chunk] = new int[CHUNK_MASK + 1];
      right[chunk] = new int[CHUNK_MASK + 1];
    }
    return count++;
  }

  private boolean isLeaf(int node) {
    return left[node >>> CHUNK_SHIFT][node & CHUNK_MASK] < 0;
  }

  /** A zero first byte marks a node to hash again; one hash in 256 is hashed once too often. */
  private boolean isDirty(int node) {
    return hashes[node >>> CHUNK_SHIFT][at(node)] == 0;
  }

  private void setDirty(int node) {
    hashes[node >>> CHUNK_SHIFT][at(node)] = 0;
  }

  private static boolean bit(byte[] bytes, int offset, int depth) {
    return (bytes[offset + (depth >>> 3)] & (0x80 >>> (depth & 7))) != 0;
  }

  private static int at(int node) {
    return (node & CHUNK_MASK) * HASH;
  }
}
