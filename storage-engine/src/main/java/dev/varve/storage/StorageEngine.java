package dev.varve.storage;

import com.google.protobuf.ByteString;
import dev.varve.storage.record.AppliedHeight;
import dev.varve.storage.record.BlockRecord;
import dev.varve.storage.record.BlockSeal;
import dev.varve.storage.record.StateRecord;
import dev.varve.storage.record.TxLocation;
import dev.varve.storage.record.TxLog;
import dev.varve.storage.record.TxResult;
import java.util.List;
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
   * Gets a block ready that may be committed next, as far as its {@link BlockBatch#draft} says what
   * it is. Harmless when another is committed. Threads: one at a time, beside {@link #commit} too.
   */
  default void prepare(BlockBatch draft) {}

  /**
   * Makes a block durable; the batch is readable when this returns.
   *
   * @throws IllegalStateException when the height does not follow the last one, or comes again with
   *     other content
   */
  void commit(BlockBatch batch);

  /**
   * Adds header and commit to blocks that the disk store holds already, in ascending order. What is
   * lost of them with a crash is lacking in {@link #sealed} then, and is to be given again.
   *
   * <p>From one thread at a time, beside commits; one that goes to the disk store at once may wait
   * for such a write.
   *
   * @throws StorageException.Unavailable while the disk store is down or lacks one of the blocks
   * @throws IllegalArgumentException when one is of another block; nothing was written
   */
  default void seal(List<BlockSeal> seals) {
    throw new UnsupportedOperationException("this engine does not seal blocks");
  }

  /** The highest block that {@link #seal} takes, while the disk store is not down. */
  default long sealable() {
    return 0;
  }

  /** The highest block that has header and commit, 0 where none has. */
  default long sealed() {
    return 0;
  }

  /**
   * A block, partial until it was sealed; also while its seal is on disk alone and the disk store
   * is down.
   */
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

  /** The last height that the disk store holds, as in {@link #status}; asks no store. */
  default long diskHeight() {
    return status().diskHeight();
  }

  @Override
  void close();
}
