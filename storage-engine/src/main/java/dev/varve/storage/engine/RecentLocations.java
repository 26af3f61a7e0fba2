package dev.varve.storage.engine;

import com.google.protobuf.ByteString;
import dev.varve.storage.BlockBatch;
import dev.varve.storage.record.TxLocation;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Function;

/**
 * Where the transactions of the last blocks stand, by a part of their hash: 24 bytes of heap each,
 * bounded, the oldest go first. What it gives is a guess that the caller checks against the
 * transaction itself.
 *
 * <p>Invariant: it holds blocks that follow each other up to {@code last}, the lowest perhaps in
 * part; so the newest right guess is the newest place of all. Threads: any.
 */
final class RecentLocations {
  private static final int INDEX_BITS = 23;
  private static final int MAX_TXS = 1 << INDEX_BITS;

  // Entries form a ring; each names the one before it with the same head.
  private final int mask;
  private final int[] heads;
  private final int[] before;
  private final int[] tags;
  // Height, index, and in the lowest bit whether it succeeded.
  private final long[] places;
  private long next;
  private long first;
  private long last;

  /** {@code entries}: rounded down to a power of two. */
  RecentLocations(long entries) {
    int size = Integer.highestOneBit((int) Math.min(1 << 24, Math.max(16, entries)));
    mask = size - 1;
    heads = new int[2 * size];
    before = new int[size];
    tags = new int[size];
    places = new long[size];
    // The first entry is no other's end.
    next = size;
    first = next;
  }

  /** Takes a block; one that does not follow the last one makes it forget all before. */
  synchronized void add(BlockBatch batch) {
    if (batch.height() != last + 1) {
      first = next;
      Arrays.fill(heads, 0);
    }
    last = batch.height();
    int count = batch.txHashes().size();
    if (count > MAX_TXS) {
      first = next;
      return;
    }
    for (int i = 0; i < count; i++) {
      long hash = prefix(batch.txHashes().get(i));
      long success = batch.results().get(i).getCode() == 0 ? 1 : 0;
      int slot = (int) next & mask;
      before[slot] = heads[head(hash)];
      heads[head(hash)] = (int) next;
      tags[slot] = (int) hash;
      places[slot] = (last << INDEX_BITS | i) << 1 | success;
      next++;
    }
    first = Math.max(first, next - places.length);
  }

  private int head(long hash) {
    return (int) (hash >>> Integer.SIZE) & (heads.length - 1);
  }

  private static long prefix(ByteString hash) {
    long prefix = 0;
    for (int i = 0; i < Long.BYTES; i++) {
      prefix = prefix << Byte.SIZE | (hash.byteAt(i) & 0xff);
    }
    return prefix;
  }

  /**
   * The newest place of these bytes where they succeeded, or null.
   *
   * @param through the height up to which the blocks must be here, or the answer is null
   * @param hashAt the hash of what stands at a place; where that cannot be told, the answer is null
   */
  TxLocation success(
      ByteString txHash, long through, Function<TxLocation, Optional<ByteString>> hashAt) {
    long hash = prefix(txHash);
    for (long at = newest(hash, through); at >= 0; at = older(at, hash)) {
      long place = place(at);
      if ((place & 1) != 0) {
        TxLocation location =
            TxLocation.newBuilder()
                .setHeight(place >>> (INDEX_BITS + 1))
                .setIndex((int) (place >>> 1) & (MAX_TXS - 1))
                .setSuccess(true)
                .build();
        Optional<ByteString> there = hashAt.apply(location);
        if (there.isEmpty() || there.get().equals(txHash)) {
          return there.isEmpty() ? null : location;
        }
      }
    }
    return null;
  }

  private synchronized long newest(long hash, long through) {
    return last < through ? -1 : from(heads[head(hash)], next, hash);
  }

  private synchronized long older(long at, long hash) {
    return at < first ? -1 : from(before[(int) at & mask], at, hash);
  }

  /** Zero when the ring has gone over the entry: the caller finds nothing there, then the end. */
  private synchronized long place(long at) {
    return at < first ? 0 : places[(int) at & mask];
  }

  /** The first entry with the hash in a chain, below a position; -1 where there is none. */
  private long from(int lower, long below, long hash) {
    long at = position(lower, below);
    while (at >= first && tags[(int) at & mask] != (int) hash) {
      at = position(before[(int) at & mask], at);
    }
    return at >= first ? at : -1;
  }

  /** The highest position below another with these lower 32 bits. */
  private static long position(int lower, long below) {
    return below - 1 - Integer.toUnsignedLong((int) (below - 1) - lower);
  }
}
