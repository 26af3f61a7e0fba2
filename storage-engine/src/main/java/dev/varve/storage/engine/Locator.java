package dev.varve.storage.engine;

import com.google.protobuf.ByteString;
import dev.varve.storage.DiskStore;
import dev.varve.storage.Keys;
import dev.varve.storage.RecordType;
import dev.varve.storage.disk.Sha256;
import dev.varve.storage.engine.MemoryTier.View;
import dev.varve.storage.record.TransactionSlice;
import dev.varve.storage.record.TxLocation;
import java.util.Optional;

/**
 * Finds where a transaction's bytes stand: in batches that memory does not hold yet, in the memory
 * store, then in the disk tier. Threads: any.
 */
final class Locator {
  private final MemoryTier memory;
  private final DiskTier disk;

  Locator(MemoryTier memory, DiskTier disk) {
    this.memory = memory;
    this.disk = disk;
  }

  /** The last success of these bytes, else their last inclusion. */
  Optional<TxLocation> locate(ByteString txHash) {
    View view = memory.view();
    TxLocation failed = null;
    long next = view.height();
    for (RecentBatch recent : view.recent()) {
      if (recent.isPassedOver()) {
        break;
      }
      TxLocation location = recent.locate(txHash);
      if (location != null && location.getSuccess()) {
        return Optional.of(location);
      }
      failed = failed == null ? location : failed;
      next = recent.height() - 1;
    }
    // Without this the disk would be asked for each transaction that memory holds.
    TxLocation held = memory.locations().success(txHash, next, location -> hashAt(view, location));
    if (held != null) {
      return Optional.of(held);
    }
    Optional<TxLocation> older = disk.locate(txHash);
    boolean olderWins = failed == null || older.map(TxLocation::getSuccess).orElse(false);
    return olderWins ? older : Optional.of(failed);
  }

  private Optional<ByteString> hashAt(View view, TxLocation location) {
    long height = location.getHeight();
    if (height < disk.chainFloor()) {
      return Optional.empty();
    }
    int slice = location.getIndex() / DiskStore.SLICE_LENGTH;
    byte[] key =
        Keys.typed(RecordType.TRANSACTION, Keys.chain(height, RecordType.TRANSACTION, slice));
    SliceElement<TransactionSlice> element =
        new SliceElement<>(TransactionSlice.parser(), location.getIndex() % DiskStore.SLICE_LENGTH);
    return memory
        .get(view, RecordType.TRANSACTION, key, element)
        .filter(held -> held.getTxsCount() == 1)
        .map(held -> Sha256.of(held.getTxs(0)));
  }
}
