package dev.varve.ledger.commitment;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The 64-byte entries (key hash, entry digest) of the live keys, a reference for each group of keys
 * with the same prefix.
 *
 * <p>A group of one key, that is practically every one, is a slot in chunks of 1 MiB that never
 * move; its reference is the slot's number. Larger groups have an array each; their references are
 * negative. Not thread-safe.
 */
final class Entries {
  static final int ENTRY_BYTES = 64;

  /** No reference: what is left of a group that lost its last key. */
  static final int NONE = Integer.MIN_VALUE;

  /** So many that a log of three positions a key is numbered by an int. */
  static final int MAX_SLOTS = 1 << 29;

  private static final int CHUNK_SHIFT = 14;
  private static final int CHUNK_MASK = (1 << CHUNK_SHIFT) - 1;

  /** One less than the shift allows: with header and padding the array has 1 MiB. */
  private static final int CHUNK_SLOTS = CHUNK_MASK;

  /** With the array's header a cache line: an entry then lies in one. */
  private static final int PADDING = 48;

  private byte[][] chunks = new byte[16][];
  private int chunkCount;
  private int bumpSlot = CHUNK_SLOTS;

  /** A stack beside the slots: a list within them would wait for memory at every insert. */
  private int[] freeSlots = new int[64];

  private int freeCount;

  /** Entries of groups of several keys, ascending by key hash; null where a reference is free. */
  private final List<byte[]> groups = new ArrayList<>();

  /** Takes what a fetch read, so that the compiler cannot leave the loads out. */
  @SuppressWarnings("unused")
  private int sink;

  /** The array with a group's entries, from {@link #offset} on. */
  byte[] bytes(int group) {
    return group >= 0 ? chunks[group >>> CHUNK_SHIFT] : groups.get(~group);
  }

  int offset(int group) {
    return group >= 0 ? PADDING + (group & CHUNK_MASK) * ENTRY_BYTES : 0;
  }

  int length(int group) {
    return group >= 0 ? ENTRY_BYTES : groups.get(~group).length;
  }

  int count(int group) {
    return group >= 0 ? 1 : length(group) / ENTRY_BYTES;
  }

  /** Reads from groups, to have them in the caches; the loads wait for nothing and overlap. */
  void fetch(int[] references, int from, int to) {
    int sum = 0;
    for (int i = from; i < to; i++) {
      int group = references[i];
      sum += bytes(group)[offset(group)];
    }
    sink = sum;
  }

  /** A new group of one key. */
  int add(byte[] entry, int at) {
    int slot = allocate();
    System.arraycopy(entry, at, chunks[slot >>> CHUNK_SHIFT], offset(slot), ENTRY_BYTES);
    return slot;
  }

  boolean contains(int group, byte[] hash, int at) {
    return find(group, hash, at) >= 0;
  }

  /** Sets an entry of a group; returns the reference it has from now on. */
  int put(int group, byte[] entry, int at) {
    if (group >= 0 && Bytes.equalHashes(bytes(group), offset(group), entry, at)) {
      int value = offset(group) + Sha256.LENGTH;
      System.arraycopy(entry, at + Sha256.LENGTH, bytes(group), value, Sha256.LENGTH);
      return group;
    }
    int index = find(group, entry, at);
    if (index >= 0) {
      int offset = offset(group) + index * ENTRY_BYTES;
      System.arraycopy(entry, at, bytes(group), offset, ENTRY_BYTES);
      return group;
    }
    byte[] grown = new byte[length(group) + ENTRY_BYTES];
    int split = ~index * ENTRY_BYTES;
    System.arraycopy(bytes(group), offset(group), grown, 0, split);
    System.arraycopy(entry, at, grown, split, ENTRY_BYTES);
    System.arraycopy(
        bytes(group),
        offset(group) + split,
        grown,
        split + ENTRY_BYTES,
        grown.length - split - ENTRY_BYTES);
    return replace(group, grown);
  }

  /** Removes the entry of a key that is there; returns the reference of the rest, or NONE. */
  int remove(int group, byte[] hash, int at) {
    if (group >= 0) {
      free(group);
      return NONE;
    }
    byte[] all = groups.get(~group);
    int split = find(group, hash, at) * ENTRY_BYTES;
    byte[] rest = Arrays.copyOf(all, all.length - ENTRY_BYTES);
    System.arraycopy(all, split + ENTRY_BYTES, rest, split, rest.length - split);
    return replace(group, rest);
  }

  /** A slot without a key hash, for {@link #expect} and {@link #fill}. */
  int reserve() {
    int slot = allocate();
    int offset = offset(slot);
    Arrays.fill(chunks[slot >>> CHUNK_SHIFT], offset, offset + ENTRY_BYTES, (byte) 0);
    return slot;
  }

  /** Sets the digest that the group of a reserved slot is to have. */
  void expect(int slot, byte[] digest, int at) {
    System.arraycopy(digest, at, bytes(slot), offset(slot) + Sha256.LENGTH, Sha256.LENGTH);
  }

  /** The digest that the group of a reserved slot is to have. */
  byte[] expected(int slot) {
    int digest = offset(slot) + Sha256.LENGTH;
    return Arrays.copyOfRange(bytes(slot), digest, digest + Sha256.LENGTH);
  }

  /** Whether an entry's digest is what the group of a reserved slot is to have. */
  boolean isExpected(int slot, byte[] entry) {
    return Bytes.equalHashes(bytes(slot), offset(slot) + Sha256.LENGTH, entry, Sha256.LENGTH);
  }

  boolean isReserved(int group) {
    return group >= 0 && Bytes.isZero(bytes(group), offset(group), Sha256.LENGTH);
  }

  void fill(int slot, byte[] entry) {
    System.arraycopy(entry, 0, bytes(slot), offset(slot), ENTRY_BYTES);
  }

  void free(int slot) {
    if (freeCount == freeSlots.length) {
      freeSlots = Arrays.copyOf(freeSlots, freeCount * 2);
    }
    freeSlots[freeCount++] = slot;
  }

  /** The index of a key's entry in its group, or {@code ~(where it belongs)}. */
  private int find(int group, byte[] hash, int at) {
    byte[] bytes = bytes(group);
    int start = offset(group);
    int end = start + length(group);
    for (int offset = start; offset < end; offset += ENTRY_BYTES) {
      int order = Bytes.compareHashes(bytes, offset, hash, at);
      if (order >= 0) {
        int index = (offset - start) / ENTRY_BYTES;
        return order == 0 ? index : ~index;
      }
    }
    return ~((end - start) / ENTRY_BYTES);
  }

  private int replace(int group, byte[] entries) {
    if (group >= 0) {
      free(group);
      int index = groups.indexOf(null);
      if (index < 0) {
        index = groups.size();
        groups.add(null);
      }
      groups.set(index, entries);
      return ~index;
    }
    if (entries.length > ENTRY_BYTES) {
      groups.set(~group, entries);
      return group;
    }
    groups.set(~group, null);
    return add(entries, 0);
  }

  private int allocate() {
    if (freeCount > 0) {
      return freeSlots[--freeCount];
    }
    if (bumpSlot == CHUNK_SLOTS) {
      if (chunkCount == MAX_SLOTS >>> CHUNK_SHIFT) {
        throw new IllegalStateException("the state has more keys than a commitment can hold");
      }
      if (chunkCount == chunks.length) {
        chunks = Arrays.copyOf(chunks, chunks.length * 2);
      }
      chunks[chunkCount++] = new byte[PADDING + CHUNK_SLOTS * ENTRY_BYTES];
      bumpSlot = 0;
    }
    return ((chunkCount - 1) << CHUNK_SHIFT) | bumpSlot++;
  }
}
