package dev.varve.ledger.commitment;

import java.util.Arrays;

/**
 * Memory for blocks of 64-byte entries: chunks of 1 MiB, never moved, with one free list for each
 * block length.
 *
 * <p>Growth adds a chunk and copies nothing. Few large chunks rather than many small ones: each
 * access also reads the array's header, and those should stay in the caches. A large block has an
 * array of its own. Blocks are named by the number of their first entry. Not thread-safe.
 */
final class Arena {
  static final int ENTRY_BYTES = 64;

  private static final int CHUNK_SHIFT = 14;
  private static final int CHUNK_MASK = (1 << CHUNK_SHIFT) - 1;

  /** One less than the shift allows: with its header the array fills a heap region, not two. */
  private static final int CHUNK_ENTRIES = CHUNK_MASK;

  /** Larger blocks have an array of their own. */
  private static final int MAX_SHARED_ENTRIES = 1 << (CHUNK_SHIFT - 1);

  /** Up to here a block has exactly the entries asked for, above it the next power of two. */
  private static final int EXACT_ENTRIES = 16;

  private static final int EXACT_SHIFT = 4;
  private static final int NONE = -1;

  private byte[][] chunks = new byte[16][];
  private int chunkCount;
  private int bumpChunk = NONE;
  private int bumpEntry = CHUNK_ENTRIES;
  private final int[] freeBlocks = new int[EXACT_ENTRIES + CHUNK_SHIFT - EXACT_SHIFT + 1];
  private int[] freeChunks = new int[4];
  private int freeChunkCount;

  Arena() {
    Arrays.fill(freeBlocks, NONE);
  }

  byte[] chunk(int block) {
    return chunks[block >>> CHUNK_SHIFT];
  }

  static int offset(int block) {
    return (block & CHUNK_MASK) * ENTRY_BYTES;
  }

  /** How many entries a block made for {@code entries} holds. */
  static int capacity(int entries) {
    return entries <= EXACT_ENTRIES ? entries : Integer.highestOneBit(entries - 1) << 1;
  }

  int allocate(int entries) {
    int capacity = capacity(entries);
    if (capacity > MAX_SHARED_ENTRIES) {
      int index = freeChunkCount > 0 ? freeChunks[--freeChunkCount] : nextChunkIndex();
      chunks[index] = new byte[Math.multiplyExact(capacity, ENTRY_BYTES)];
      return index << CHUNK_SHIFT;
    }
    int kind = kind(capacity);
    int block = freeBlocks[kind];
    if (block == NONE) {
      return bump(capacity);
    }
    freeBlocks[kind] = Bytes.getInt(chunk(block), offset(block));
    return block;
  }

  /** Gives back a block that was made for {@code entries} or for as many as have its capacity. */
  void free(int block, int entries) {
    int capacity = capacity(entries);
    if (capacity > MAX_SHARED_ENTRIES) {
      int index = block >>> CHUNK_SHIFT;
      chunks[index] = null;
      if (freeChunkCount == freeChunks.length) {
        freeChunks = Arrays.copyOf(freeChunks, freeChunks.length * 2);
      }
      freeChunks[freeChunkCount++] = index;
      return;
    }
    int kind = kind(capacity);
    Bytes.putInt(chunk(block), offset(block), freeBlocks[kind]);
    freeBlocks[kind] = block;
  }

  private int bump(int capacity) {
    if (CHUNK_ENTRIES - bumpEntry < capacity) {
      while (bumpEntry < CHUNK_ENTRIES) {
        int rest = Math.min(CHUNK_ENTRIES - bumpEntry, EXACT_ENTRIES);
        free((bumpChunk << CHUNK_SHIFT) | bumpEntry, rest);
        bumpEntry += rest;
      }
      bumpChunk = nextChunkIndex();
      chunks[bumpChunk] = new byte[CHUNK_ENTRIES * ENTRY_BYTES];
      bumpEntry = 0;
    }
    int block = (bumpChunk << CHUNK_SHIFT) | bumpEntry;
    bumpEntry += capacity;
    return block;
  }

  private int nextChunkIndex() {
    if (chunkCount == 1 << (Integer.SIZE - 1 - CHUNK_SHIFT)) {
      throw new IllegalStateException("the state has more keys than a commitment can hold");
    }
    if (chunkCount == chunks.length) {
      chunks = Arrays.copyOf(chunks, chunks.length * 2);
    }
    return chunkCount++;
  }

  private static int kind(int capacity) {
    return capacity <= EXACT_ENTRIES
        ? capacity
        : EXACT_ENTRIES + Integer.numberOfTrailingZeros(capacity) - EXACT_SHIFT;
  }
}
