package dev.varve.ledger;

import com.google.protobuf.ByteString;
import dev.varve.ledger.commitment.WriteDigests;
import dev.varve.storage.BlockBatch;
import dev.varve.storage.StateWrite;
import java.util.List;

/**
 * What executing a block gave, before it is committed to: a function of committed state, height and
 * transactions alone, so that it may be made as soon as they are known.
 *
 * @param height of the block
 * @param txs its transactions
 * @param hashes of the transactions, in order
 * @param writes the block's state writes, each key once
 * @param digests of the writes
 */
record ExecutedBlock(
    long height,
    List<ByteString> txs,
    List<ByteString> hashes,
    Outcomes outcomes,
    List<StateWrite> writes,
    WriteDigests digests) {

  /** {@code earlier}: writes that come before those of the first transaction. */
  static ExecutedBlock of(
      ReplayGuard guard, long height, List<ByteString> txs, List<StateWrite> earlier) {
    BlockExecutor executor = new BlockExecutor(guard, height, txs.size());
    executor.addFirst(earlier);
    executor.execute(txs);
    executor.purge();
    return new ExecutedBlock(
        height,
        txs,
        executor.hashes(),
        executor.outcomes(),
        executor.writes(),
        WriteDigests.of(executor.writes()));
  }

  /** What the engine may get ready of it; of its writes only what is known of keys may change. */
  BlockBatch draft() {
    return BlockBatch.draft(height, txs, hashes, outcomes.results(), outcomes.logs(), writes);
  }
}
