package dev.varve.storage.engine;

import com.google.protobuf.ByteString;
import dev.varve.storage.BlockBatch;
import dev.varve.storage.StateWrite;
import dev.varve.storage.record.TxLocation;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A committed batch that memory does not hold yet; or, where memory is too far behind to take it,
 * just the state keys that it wrote: what memory holds of them is too old. Its lookup tables are
 * built by the first read that needs them, never by the commit. Threads: any.
 */
final class RecentBatch {
  /** What a key that is kept alone takes on the heap beside its own bytes, its table's part too. */
  private static final int KEY_BYTES = 112;

  private final long height;
  private final BlockBatch batch;
  private final List<ByteString> keys;
  private Map<ByteString, TxLocation> locations;
  private Map<ByteString, StateWrite> writes;
  private Set<ByteString> stale;

  RecentBatch(BlockBatch batch) {
    this(batch.height(), batch, List.of());
  }

  private RecentBatch(long height, BlockBatch batch, List<ByteString> keys) {
    this.height = height;
    this.batch = batch;
    this.keys = keys;
  }

  /** The same without its content. */
  RecentBatch passedOver() {
    return new RecentBatch(
        height, null, batch.stateWrites().stream().map(StateWrite::key).toList());
  }

  boolean isPassedOver() {
    return batch == null;
  }

  long height() {
    return height;
  }

  /** Null when it is passed over. */
  BlockBatch batch() {
    return batch;
  }

  /** The state keys of a batch that is passed over. */
  List<ByteString> keys() {
    return keys;
  }

  /** About the bytes of heap that its keys take. */
  long keyBytes() {
    return keys.stream().mapToLong(key -> KEY_BYTES + key.size()).sum();
  }

  /** Whether what memory holds of a key is too old, since this batch was passed over. */
  synchronized boolean hides(ByteString key) {
    if (batch != null) {
      return false;
    }
    if (stale == null) {
      stale = new HashSet<>(keys);
    }
    return stale.contains(key);
  }

  /** The last success of these bytes in this block, else their last inclusion in it, else null. */
  synchronized TxLocation locate(ByteString txHash) {
    if (locations == null) {
      locations = locations(batch);
    }
    return locations.get(txHash);
  }

  /** This block's change of a key; null for none, and when it is passed over. */
  synchronized StateWrite write(ByteString key) {
    if (batch == null) {
      return null;
    }
    if (writes == null) {
      Map<ByteString, StateWrite> byKey = new HashMap<>(batch.stateWrites().size() * 2);
      batch.stateWrites().forEach(write -> byKey.put(write.key(), write));
      writes = byKey;
    }
    return writes.get(key);
  }

  static Map<ByteString, TxLocation> locations(BlockBatch batch) {
    List<ByteString> hashes = batch.txHashes();
    Map<ByteString, TxLocation> locations = new HashMap<>(hashes.size() * 2);
    for (int i = 0; i < hashes.size(); i++) {
      boolean success = batch.results().get(i).getCode() == 0;
      TxLocation before = locations.get(hashes.get(i));
      if (success || before == null || !before.getSuccess()) {
        locations.put(
            hashes.get(i),
            TxLocation.newBuilder()
                .setHeight(batch.height())
                .setIndex(i)
                .setSuccess(success)
                .build());
      }
    }
    return locations;
  }
}
