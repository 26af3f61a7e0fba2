package dev.varve.ledger;

import com.google.protobuf.ByteString;
import dev.varve.storage.StateWrite;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The state writes of one block, in the order in which their keys were first written; the last
 * write of a key wins.
 */
final class WriteSet {
  private final List<StateWrite> writes;
  private final Map<Key, Key> keys;

  WriteSet(int expectedKeys) {
    writes = new ArrayList<>(expectedKeys);
    keys = new HashMap<>(expectedKeys * 4 / 3 + 1);
  }

  /**
   * Adds a write, or replaces the earlier one of its key.
   *
   * @param keyBytes the bytes of the write's key, not changed afterwards
   */
  void add(byte[] keyBytes, StateWrite write) {
    Key key = new Key(keyBytes, writes.size());
    Key earlier = keys.putIfAbsent(key, key);
    if (earlier == null) {
      writes.add(write);
    } else {
      writes.set(earlier.position, write);
    }
  }

  void add(StateWrite write) {
    add(write.key().toByteArray(), write);
  }

  boolean contains(ByteString key) {
    return keys.containsKey(new Key(key.toByteArray(), -1));
  }

  int size() {
    return writes.size();
  }

  /** The writes; the set must not be changed afterwards. */
  List<StateWrite> writes() {
    return writes;
  }

  /** Comparable, so that keys chosen to collide in their hash cost a tree's walk, not a list's. */
  private static final class Key implements Comparable<Key> {
    private final byte[] bytes;
    private final int hash;
    private final int position;

    private Key(byte[] bytes, int position) {
      this.bytes = bytes;
      this.hash = Arrays.hashCode(bytes);
      this.position = position;
    }

    @Override
    public int hashCode() {
      return hash;
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Key key && key.hash == hash && Arrays.equals(key.bytes, bytes);
    }

    @Override
    public int compareTo(Key other) {
      return Arrays.compareUnsigned(bytes, other.bytes);
    }
  }
}
