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
import java.util.function.Consumer;
import java.util.function.LongConsumer;

/**
 * A durable home for all records of a chain; RocksDB, LevelDB and SQL are such stores.
 *
 * <p>Threads: {@link #apply} from one thread at a time, reads from any, at the same time. Errors:
 * {@link StorageException}, never another exception for a fault of the disk or the network.
 */
public interface DiskStore extends AutoCloseable {
  /** Transactions, results and logs are kept in slices of this many consecutive ones. */
  int SLICE_LENGTH = 64;

  /**
   * The last height held whole, or the default instance (height 0) of an empty store.
   *
   * <p>It falls where less is held than was applied, as when a replica that lags becomes primary;
   * what is missing is applied again then. Answers at once, also while the store is away.
   */
  AppliedHeight applied();

  /**
   * The last height that was durable here before it was opened, as far as the store can tell: above
   * {@link #applied} where blocks were lost since, which only damage can do.
   */
  default long durableBefore() {
    return applied().getHeight();
  }

  /**
   * Applies batches of consecutive heights; durable when it returns.
   *
   * <p>A height at or below {@link #applied()} is skipped when its content is the same as before.
   *
   * @throws IllegalStateException when a height does not follow the last one, or comes again with
   *     other content: the chain and the store disagree, and the node must stop
   */
  void apply(List<BlockBatch> batches);

  /**
   * Makes sure, at any cost, that what was applied can be read after a restart, and returns the
   * height up to which it can; a log in front may be trimmed up to there and no further.
   *
   * <p>A store whose {@link #apply} is durable beyond doubt answers at once. Called by the thread
   * that applies; may take seconds, in which reads wait.
   *
   * @throws StorageException.Corruption when less is held than was applied; {@link #applied()}
   *     tells afterwards what is
   */
  default long verify() {
    return applied().getHeight();
  }

  /**
   * Writes header and commit of blocks that are held, once or again; passes over blocks below
   * {@link #chainFloor}. They have no force of their own: when the machine fails the last ones may
   * be lost, and {@link #sealed} falls.
   *
   * <p>From one thread at a time, beside {@link #apply}.
   *
   * @throws StorageException.Unavailable for a block above {@link #applied}, too
   * @throws IllegalArgumentException when one is of another block; nothing was written
   */
  void seal(List<BlockSeal> seals);

  /** Header and commit of a block, once they were written. */
  Optional<BlockSeal> seal(long height);

  /**
   * The highest block that has header and commit, or 0; falls where some were lost. Answers at
   * once, also while the store is away.
   */
  long sealed();

  /** As its batch gave it. Empty below {@link #chainFloor}, as are transactions, results, logs. */
  Optional<BlockRecord> block(long height);

  /** Transactions {@code [64 n, 64 n + 64)} of a block; empty past its end. */
  List<ByteString> transactions(long height, int slice);

  /** Results {@code [64 n, 64 n + 64)} of a block; empty past its end. */
  List<TxResult> results(long height, int slice);

  /** Logs {@code [64 n, 64 n + 64)} of a block; empty past its end. */
  List<TxLog> logs(long height, int slice);

  /** Where a transaction's bytes stand, by their SHA-256. */
  Optional<TxLocation> locate(ByteString txHash);

  Optional<StateRecord> state(ByteString key);

  /**
   * The key's record as it was after the block at {@code height}, or now if that is not yet
   * applied.
   *
   * @throws StorageException.Pruned when the height lies below {@link #historyFloor}
   */
  Optional<StateRecord> stateAt(ByteString key, long height);

  /**
   * Takes blocks back, newest first and each as a whole, until {@code height} is the last one; they
   * can be applied again then, or others. A tool's call: nobody else uses the store meanwhile.
   *
   * @param progress told heights that are read, as it may take long
   * @throws StorageException.Pruned when the height lies below {@link #historyFloor} or {@link
   *     #chainFloor}; nothing was changed
   * @throws IllegalArgumentException when it lies above the last one
   */
  default void rollBack(long height, LongConsumer progress) {
    throw new UnsupportedOperationException("this store does not take blocks back");
  }

  /**
   * Reads all that is kept of what a block replaced; a tool's call.
   *
   * @throws StorageException.Corruption when some of it is damaged or missing
   */
  default void verifyHistory(long height) {
    throw new UnsupportedOperationException("this store does not verify its history");
  }

  /**
   * Reads all that says when keys were deleted; a tool's call.
   *
   * @param damaged told of each that is damaged, or cannot be
   */
  default void verifyDeletions(Consumer<StorageException.Corruption> damaged) {
    throw new UnsupportedOperationException("this store does not verify its history");
  }

  /**
   * Reads every record there is, of whatever kind, on the node's own disk, and verifies its
   * checksum; a tool's call.
   *
   * @param damaged told of each that is damaged
   */
  default void verifyRecords(Consumer<StorageException.Corruption> damaged) {
    throw new UnsupportedOperationException("this store does not verify all records at once");
  }

  /**
   * Drops a bounded part of what is not to be kept: history below {@link #historyFloor}, and blocks
   * with their transactions, results, logs and index entries, for which {@link #chainFloor} rises.
   *
   * <p>From one thread at a time, beside {@link #apply}; broken off at any moment, it is taken up
   * again by the next call.
   *
   * @return whether there may be more
   */
  boolean prune();

  /** The lowest height as of which the state can be read; rises as blocks are applied. */
  long historyFloor();

  /**
   * The lowest height whose block, transactions, results and logs are kept, 0 while none was ever
   * dropped. Not above {@link #historyFloor}, unless that was lowered since.
   */
  long chainFloor();

  /** Visits keys in {@code [from, to)} in byte order (unsigned) until the visitor says stop. */
  void scanState(ByteString from, ByteString to, StateVisitor visitor);

  /** Visits the commitment bytes of every height still kept, in height order. */
  void scanCommitments(CommitmentVisitor visitor);

  Optional<ByteString> meta(String name);

  /** How often the operating system was asked to force bytes to disk since the store was opened. */
  long forces();

  /** Bytes on disk, as far as the store knows. */
  long diskBytes();

  @Override
  void close();

  /** Receives one key of the state; returns whether to go on. */
  @FunctionalInterface
  interface StateVisitor {
    boolean visit(ByteString key, StateRecord state);
  }

  /** Receives one height's commitment bytes. */
  @FunctionalInterface
  interface CommitmentVisitor {
    void visit(long height, ByteString commitment);
  }
}
