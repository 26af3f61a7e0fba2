package dev.varve.storage;

import com.google.protobuf.ByteString;
import dev.varve.storage.record.AppliedHeight;
import dev.varve.storage.record.BlockRecord;
import dev.varve.storage.record.StateRecord;
import dev.varve.storage.record.TxLocation;
import dev.varve.storage.record.TxLog;
import dev.varve.storage.record.TxResult;
import java.util.Optional;

/**
 * The tiered store of a chain: reads come from the committed batch, memory, then disk; a block is
 * durable when {@link #commit} returns.
 *
 * <p>An empty answer means that no tier has the record. Threads: {@link #commit} from one thread at
 * a time, reads from any. Errors: {@link StorageException}; {@link StorageException.Pruned} for a
 * block, or something in it, below {@link EngineStatus#chainFloor}.
 */
public interface StorageEngine extends AutoCloseable {
  /** The last durable height, or the default instance (height 0) before the first block. */
  AppliedHeight applied();

  /**
   * Makes a block durable; the batch is readable when this returns.
   *
   * @throws IllegalStateException when the height does not follow the last one, or comes again with
   *     other content
   */
  void commit(BlockBatch batch);

  Optional<BlockRecord> block(long height);

  Optional<TxLocation> locate(ByteString txHash);

  Optional<ByteString> transaction(long height, int index);

  Optional<TxResult> result(long height, int index);

  Optional<TxLog> log(long height, int index);

  Optional<StateRecord> state(ByteString key);

  /**
   * The key's record as it was after the block at {@code height}, at most {@link #applied}.
   *
   * @throws StorageException.Pruned when state is not kept as of a height that low
   * @throws IllegalArgumentException when the height lies above the last one
   */
  Optional<StateRecord> stateAt(ByteString key, long height);

  /** Visits committed keys in {@code [from, to)} in unsigned byte order; beside no commit. */
  void scanState(ByteString from, ByteString to, DiskStore.StateVisitor visitor);

  /** Visits the commitment bytes of every height still kept, in height order; beside no commit. */
  void scanCommitments(DiskStore.CommitmentVisitor visitor);

  Optional<ByteString> meta(String name);

  EngineStatus status();

  @Override
  void close();
}
