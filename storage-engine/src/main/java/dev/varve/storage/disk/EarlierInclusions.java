package dev.varve.storage.disk;

import com.google.protobuf.ByteString;
import dev.varve.storage.DiskStore;
import dev.varve.storage.record.BlockRecord;
import dev.varve.storage.record.TxLocation;
import dev.varve.storage.record.TxResult;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongConsumer;

/**
 * Where some transactions' bytes were included before, by reading all blocks from the newest down:
 * the index has the last inclusion only, and telling it of those before would cost each block.
 */
final class EarlierInclusions {
  private final DiskStore store;
  private final Map<ByteString, List<TxLocation>> found = new HashMap<>();
  private final Set<ByteString> wanted;
  // At and below it the best inclusion is enough.
  private final long target;

  private EarlierInclusions(DiskStore store, Set<ByteString> txs, long target) {
    this.store = store;
    this.wanted = new HashSet<>(txs);
    this.target = target;
  }

  /**
   * Reads blocks below {@code newest}, down to the lowest that the store has.
   *
   * @param target the lowest height for which {@link #before} is asked, less one
   */
  static EarlierInclusions find(
      DiskStore store, Set<ByteString> txs, long newest, long target, LongConsumer progress) {
    EarlierInclusions inclusions = new EarlierInclusions(store, txs, target);
    // Below it the index has no entries either.
    long lowest = Math.max(1, store.chainFloor());
    for (long height = newest - 1; height >= lowest && !inclusions.wanted.isEmpty(); height--) {
      Optional<BlockRecord> block = store.block(height);
      if (block.isEmpty()) {
        break;
      }
      progress.accept(height);
      inclusions.read(height, block.get().getTxCount());
    }
    return inclusions;
  }

  private void read(long height, int count) {
    for (int slice = (count - 1) / DiskStore.SLICE_LENGTH; slice >= 0 && count > 0; slice--) {
      List<ByteString> txs = store.transactions(height, slice);
      for (int i = txs.size() - 1; i >= 0; i--) {
        if (wanted.contains(txs.get(i))) {
          TxResult result = store.results(height, slice).get(i);
          add(txs.get(i), height, slice * DiskStore.SLICE_LENGTH + i, result.getCode() == 0);
        }
      }
    }
  }

  private void add(ByteString tx, long height, int index, boolean success) {
    List<TxLocation> places = found.computeIfAbsent(tx, key -> new ArrayList<>());
    boolean known =
        !places.isEmpty() && !success && places.get(places.size() - 1).getHeight() <= target;
    if (!known) {
      places.add(
          TxLocation.newBuilder().setHeight(height).setIndex(index).setSuccess(success).build());
    }
    if (success && height <= target) {
      wanted.remove(tx);
    }
  }

  /** The last success below a height, else the last inclusion below it. */
  Optional<TxLocation> before(ByteString tx, long height) {
    TxLocation last = null;
    for (TxLocation place : found.getOrDefault(tx, List.of())) {
      if (place.getHeight() < height && place.getSuccess()) {
        return Optional.of(place);
      }
      last = last == null && place.getHeight() < height ? place : last;
    }
    return Optional.ofNullable(last);
  }
}
