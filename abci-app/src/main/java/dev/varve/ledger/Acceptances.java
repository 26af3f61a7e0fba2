package dev.varve.ledger;

import com.google.protobuf.ByteString;
import dev.varve.storage.StateWrite;
import dev.varve.storage.StorageEngine;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * The accepted envelopes of committed state, kept in memory, so that neither CheckTx nor
 * FinalizeBlock asks a store for them.
 *
 * <p>Invariant: what {@link StateKeys#ACCEPTED} keys the engine's state has at its last height. The
 * bound on its size stands in the package's description. Threads: any.
 */
final class Acceptances {
  private static final int LOAD_HASHES = 1 << 16;

  // By valid_until_height; none is empty. Guarded by this.
  private final TreeMap<Long, SortedHashes> byHeight = new TreeMap<>();

  /**
   * Reads them from the engine's state.
   *
   * @throws dev.varve.storage.StorageException when that cannot be read
   */
  static Acceptances load(StorageEngine engine) {
    Acceptances acceptances = new Acceptances();
    Map<Long, List<byte[]>> found = new TreeMap<>();
    engine.scanState(
        StateKeys.acceptedFrom(0),
        StateKeys.ACCEPTED_END,
        (key, state) -> {
          List<byte[]> same = found.get(StateKeys.validUntilHeight(key));
          if (same == null || same.size() == LOAD_HASHES) {
            acceptances.add(found);
          }
          collect(found, key);
          return true;
        });
    acceptances.add(found);
    return acceptances;
  }

  private static void collect(Map<Long, List<byte[]>> into, ByteString key) {
    into.computeIfAbsent(StateKeys.validUntilHeight(key), height -> new ArrayList<>())
        .add(StateKeys.acceptedHash(key));
  }

  private synchronized void add(Map<Long, List<byte[]>> found) {
    found.forEach(
        (height, hashes) ->
            byHeight.computeIfAbsent(height, unused -> new SortedHashes()).addAll(hashes));
    found.clear();
  }

  synchronized boolean contains(ByteString acceptedKey) {
    SortedHashes hashes = byHeight.get(StateKeys.validUntilHeight(acceptedKey));
    return hashes != null && hashes.contains(StateKeys.acceptedHash(acceptedKey));
  }

  /** Visits keys of lower heights, in their order in the state, until the visitor says stop. */
  synchronized void visitBelow(long validUntilHeight, Predicate<ByteString> visitor) {
    for (Map.Entry<Long, SortedHashes> entry : byHeight.headMap(validUntilHeight).entrySet()) {
      long height = entry.getKey();
      if (!entry.getValue().visit(hash -> visitor.test(StateKeys.accepted(height, hash)))) {
        return;
      }
    }
  }

  /** Follows the writes of a block that was committed. */
  synchronized void committed(List<StateWrite> writes) {
    Map<Long, List<byte[]>> added = new TreeMap<>();
    for (StateWrite write : writes) {
      if (write.key().byteAt(0) != StateKeys.ACCEPTED) {
        continue;
      }
      if (write.isDelete()) {
        removeLowest(write.key());
      } else {
        collect(added, write.key());
      }
    }
    add(added);
  }

  private void removeLowest(ByteString acceptedKey) {
    Map.Entry<Long, SortedHashes> lowest = byHeight.firstEntry();
    if (lowest == null || lowest.getKey() != StateKeys.validUntilHeight(acceptedKey)) {
      throw new IllegalStateException("an acceptance is removed that is not the lowest one");
    }
    lowest.getValue().removeLowest(StateKeys.acceptedHash(acceptedKey));
    if (lowest.getValue().isEmpty()) {
      byHeight.remove(lowest.getKey());
    }
  }
}
