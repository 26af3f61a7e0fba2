package dev.varve.storage;

import com.google.protobuf.ByteString;
import dev.varve.storage.record.AppliedHeight;
import dev.varve.storage.record.BlockRecord;
import dev.varve.storage.record.TxLog;
import dev.varve.storage.record.TxResult;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * All writes of one block: applied whole, in height order, idempotently. Immutable.
 *
 * <p>Invariants, checked here: {@code txs}, {@code txHashes}, {@code results} and {@code logs} have
 * the block's {@code tx_count} elements, one a transaction in block order; {@code stateWrites} has
 * each key at most once.
 *
 * @param block the block's own record, app hash included
 * @param txs the transactions' bytes
 * @param txHashes their SHA-256, 32 bytes each, as the node computes them
 * @param results what executing each gave
 * @param logs the events of each
 * @param stateWrites the state's changes, at most one a key
 * @param commitment what the state commitment appends at this height, opaque to the engine
 * @param commitmentFloor the lowest height whose commitment bytes are still needed; what lies below
 *     may be deleted
 * @param meta named values of the ledger to set with this block (chain id, scheme)
 */
public record BlockBatch(
    BlockRecord block,
    List<ByteString> txs,
    List<ByteString> txHashes,
    List<TxResult> results,
    List<TxLog> logs,
    List<StateWrite> stateWrites,
    ByteString commitment,
    long commitmentFloor,
    Map<String, ByteString> meta) {

  /** Lists are taken over, not copied: the caller must not change them afterwards. */
  public BlockBatch {
    Objects.requireNonNull(commitment, "commitment");
    Objects.requireNonNull(stateWrites, "stateWrites");
    meta = Map.copyOf(meta);
    int count = block.getTxCount();
    requireCount("txs", txs, count);
    requireCount("txHashes", txHashes, count);
    requireCount("results", results, count);
    requireCount("logs", logs, count);
  }

  /** What is known of a block before its record and commitment are. */
  public static BlockBatch draft(
      long height,
      List<ByteString> txs,
      List<ByteString> txHashes,
      List<TxResult> results,
      List<TxLog> logs,
      List<StateWrite> stateWrites) {
    BlockRecord block = BlockRecord.newBuilder().setHeight(height).setTxCount(txs.size()).build();
    return new BlockBatch(
        block, txs, txHashes, results, logs, stateWrites, ByteString.EMPTY, 0, Map.of());
  }

  /** Whether this has become of a draft: its hashes are the draft's own list. */
  public boolean isOf(BlockBatch draft) {
    return height() == draft.height() && txHashes == draft.txHashes;
  }

  /** The block's height. */
  public long height() {
    return block.getHeight();
  }

  /** The applied-height marker of this block, without the checksum that each store adds. */
  public AppliedHeight marker() {
    return AppliedHeight.newBuilder()
        .setHeight(height())
        .setBlockHash(block.getHash())
        .setAppHash(block.getAppHash())
        .setTime(block.getTime())
        .build();
  }

  private static void requireCount(String name, List<?> list, int count) {
    if (list.size() != count) {
      throw new IllegalArgumentException(
          name + " has " + list.size() + " elements, the block has " + count + " transactions");
    }
  }
}
