package dev.varve.storage.engine;

import com.google.protobuf.ByteString;
import dev.varve.storage.BlockBatch;
import dev.varve.storage.StateWrite;
import dev.varve.storage.record.TxLocation;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A committed batch that memory does not hold yet. Its lookup tables are built by the first read
 * that needs them, never by the commit. Threads: any.
 */
final class RecentBatch {
  private final BlockBatch batch;
  private Map<ByteString, TxLocation> locations;
  private Map<ByteString, StateWrite> writes;

  RecentBatch(BlockBatch batch) {
    this.batch = batch;
  }

  BlockBatch batch() {
    return batch;
  }

  /** The last success of these bytes in this block, else their last inclusion in it, else null. */
  synchronized TxLocation locate(ByteString txHash) {
    if (locations == null) {
      locations = locations(batch);
    }
    return locations.get(txHash);
  }

  /** This block's change of a key, or null. */
  synchronized StateWrite write(ByteString key) {
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
