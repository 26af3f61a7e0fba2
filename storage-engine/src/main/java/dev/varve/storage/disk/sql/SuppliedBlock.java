package dev.varve.storage.disk.sql;

import com.google.protobuf.ByteString;
import dev.varve.storage.BlockBatch;
import dev.varve.storage.record.BlockRecord;
import dev.varve.storage.record.TxLog;
import dev.varve.storage.record.TxResult;
import java.util.List;
import java.util.Optional;

/**
 * A block from elsewhere, to mend what a cluster has of it.
 *
 * @param block the app hash may be missing, and is taken from what is known of the height then
 * @param batch the whole of what was applied, where that is known
 */
public record SuppliedBlock(
    BlockRecord block,
    List<ByteString> txs,
    List<TxResult> results,
    List<TxLog> logs,
    Optional<BlockBatch> batch) {
  public SuppliedBlock {
    txs = List.copyOf(txs);
    results = List.copyOf(results);
    logs = List.copyOf(logs);
  }

  /** A block of the fallback log. */
  public static SuppliedBlock of(BlockBatch batch) {
    return new SuppliedBlock(
        batch.block(), batch.txs(), batch.results(), batch.logs(), Optional.of(batch));
  }
}
