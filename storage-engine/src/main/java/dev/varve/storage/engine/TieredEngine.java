package dev.varve.storage.engine;

import com.google.protobuf.ByteString;
import dev.varve.storage.BlockBatch;
import dev.varve.storage.DiskStore;
import dev.varve.storage.EngineStatus;
import dev.varve.storage.Keys;
import dev.varve.storage.MemoryStore;
import dev.varve.storage.RecordType;
import dev.varve.storage.StateWrite;
import dev.varve.storage.StorageEngine;
import dev.varve.storage.StorageException;
import dev.varve.storage.engine.MemoryTier.View;
import dev.varve.storage.record.AppliedHeight;
import dev.varve.storage.record.BlockRecord;
import dev.varve.storage.record.LogSlice;
import dev.varve.storage.record.ResultSlice;
import dev.varve.storage.record.StateRecord;
import dev.varve.storage.record.TransactionSlice;
import dev.varve.storage.record.TxLocation;
import dev.varve.storage.record.TxLog;
import dev.varve.storage.record.TxResult;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The engine over one disk store and one memory store, with the write policy {@code through}.
 *
 * <p>{@link #commit} returns once the disk store has forced the block; a thread named {@code
 * varve-memory-fill} copies it to memory afterwards. Until then reads see the batch itself.
 */
public final class TieredEngine implements StorageEngine {
  private final DiskStore disk;
  private final MemoryTier memory;
  private volatile AppliedHeight applied;
  private volatile String diskState = "up";
  private volatile boolean closed;

  private TieredEngine(DiskStore disk, Supplier<MemoryStore> memory, EngineConfig config) {
    this.disk = disk;
    this.applied = disk.applied();
    this.memory = new MemoryTier(memory, applied.getHeight(), config);
  }

  /**
   * Opens the engine and takes both stores over: {@link #close} closes them.
   *
   * @param memory makes the memory store; called once on the filling thread, so that a slow one
   *     delays nothing. If it throws, the engine works without.
   */
  public static TieredEngine open(
      DiskStore disk, Supplier<MemoryStore> memory, EngineConfig config) {
    return new TieredEngine(disk, memory, config);
  }

  @Override
  public AppliedHeight applied() {
    return applied;
  }

  @Override
  public void commit(BlockBatch batch) {
    requireOpen();
    try {
      disk.apply(List.of(batch));
    } catch (StorageException e) {
      diskState = e.getMessage();
      throw e;
    }
    diskState = "up";
    AppliedHeight now = disk.applied();
    if (now.getHeight() > applied.getHeight()) {
      memory.publish(batch);
      applied = now;
    }
  }

  @Override
  public Optional<BlockRecord> block(long height) {
    requireOpen();
    View view = memory.view();
    BlockBatch recent = recent(view, height);
    if (recent != null) {
      return Optional.of(recent.block());
    }
    byte[] key = Keys.chain(height, RecordType.BLOCK, 0);
    Optional<BlockRecord> cached =
        memory.get(view, RecordType.BLOCK, Keys.typed(RecordType.BLOCK, key), BlockRecord.parser());
    if (cached.isPresent()) {
      return cached;
    }
    Optional<BlockRecord> stored = disk.block(height);
    stored.ifPresent(block -> memory.putBack(to -> to.put(RecordType.BLOCK, key, block)));
    return stored;
  }

  @Override
  public Optional<TxLocation> locate(ByteString txHash) {
    requireOpen();
    View view = memory.view();
    TxLocation failed = null;
    for (RecentBatch recent : view.recent()) {
      TxLocation location = recent.locate(txHash);
      if (location != null && location.getSuccess()) {
        return Optional.of(location);
      }
      failed = failed == null ? location : failed;
    }
    Optional<TxLocation> older = storedLocation(view, txHash);
    boolean olderWins = failed == null || older.map(TxLocation::getSuccess).orElse(false);
    return olderWins ? older : Optional.of(failed);
  }

  private Optional<TxLocation> storedLocation(View view, ByteString txHash) {
    byte[] key = Keys.typed(RecordType.INDEX, txHash);
    Optional<TxLocation> cached = memory.get(view, RecordType.INDEX, key, TxLocation.parser());
    if (cached.isPresent()) {
      return cached;
    }
    Optional<TxLocation> stored = disk.locate(txHash);
    stored.ifPresent(
        location ->
            memory.putBackMutable(
                view, to -> to.put(RecordType.INDEX, txHash.toByteArray(), location)));
    return stored;
  }

  @Override
  public Optional<ByteString> transaction(long height, int index) {
    requireOpen();
    View view = memory.view();
    BlockBatch recent = recent(view, height);
    if (recent != null) {
      return at(recent.txs(), index);
    }
    if (index < 0) {
      return Optional.empty();
    }
    int slice = index / DiskStore.SLICE_LENGTH;
    byte[] key = sliceKey(RecordType.TRANSACTION, height, slice);
    List<ByteString> items =
        memory
            .get(view, RecordType.TRANSACTION, key, TransactionSlice.parser())
            .map(TransactionSlice::getTxsList)
            .orElseGet(
                () -> {
                  List<ByteString> stored = disk.transactions(height, slice);
                  if (!stored.isEmpty()) {
                    memory.putBack(to -> to.putTransactions(height, slice, stored));
                  }
                  return stored;
                });
    return at(items, index % DiskStore.SLICE_LENGTH);
  }

  @Override
  public Optional<TxResult> result(long height, int index) {
    requireOpen();
    View view = memory.view();
    BlockBatch recent = recent(view, height);
    if (recent != null) {
      return at(recent.results(), index);
    }
    if (index < 0) {
      return Optional.empty();
    }
    int slice = index / DiskStore.SLICE_LENGTH;
    byte[] key = sliceKey(RecordType.RESULT, height, slice);
    List<TxResult> items =
        memory
            .get(view, RecordType.RESULT, key, ResultSlice.parser())
            .map(ResultSlice::getResultsList)
            .orElseGet(
                () -> {
                  List<TxResult> stored = disk.results(height, slice);
                  if (!stored.isEmpty()) {
                    memory.putBack(to -> to.putSlice(RecordType.RESULT, height, slice, stored));
                  }
                  return stored;
                });
    return at(items, index % DiskStore.SLICE_LENGTH);
  }

  @Override
  public Optional<TxLog> log(long height, int index) {
    requireOpen();
    View view = memory.view();
    BlockBatch recent = recent(view, height);
    if (recent != null) {
      return at(recent.logs(), index);
    }
    if (index < 0) {
      return Optional.empty();
    }
    int slice = index / DiskStore.SLICE_LENGTH;
    byte[] key = sliceKey(RecordType.LOG, height, slice);
    List<TxLog> items =
        memory
            .get(view, RecordType.LOG, key, LogSlice.parser())
            .map(LogSlice::getLogsList)
            .orElseGet(
                () -> {
                  List<TxLog> stored = disk.logs(height, slice);
                  if (!stored.isEmpty()) {
                    memory.putBack(to -> to.putSlice(RecordType.LOG, height, slice, stored));
                  }
                  return stored;
                });
    return at(items, index % DiskStore.SLICE_LENGTH);
  }

  @Override
  public Optional<StateRecord> state(ByteString key) {
    requireOpen();
    View view = memory.view();
    for (RecentBatch recent : view.recent()) {
      StateWrite write = recent.write(key);
      if (write != null) {
        return write.isDelete() ? Optional.empty() : Optional.of(stateRecord(write));
      }
    }
    byte[] typed = Keys.typed(RecordType.STATE, key);
    Optional<StateRecord> cached = memory.get(view, RecordType.STATE, typed, StateRecord.parser());
    if (cached.isPresent()) {
      return cached;
    }
    Optional<StateRecord> stored = disk.state(key);
    stored.ifPresent(
        record ->
            memory.putBackMutable(view, to -> to.put(RecordType.STATE, key.toByteArray(), record)));
    return stored;
  }

  @Override
  public void scanState(ByteString from, ByteString to, DiskStore.StateVisitor visitor) {
    requireOpen();
    disk.scanState(from, to, visitor);
  }

  @Override
  public void scanCommitments(DiskStore.CommitmentVisitor visitor) {
    requireOpen();
    disk.scanCommitments(visitor);
  }

  @Override
  public Optional<ByteString> meta(String name) {
    requireOpen();
    return disk.meta(name);
  }

  @Override
  public EngineStatus status() {
    requireOpen();
    return new EngineStatus(
        applied.getHeight(),
        disk.applied().getHeight(),
        diskState,
        memory.state(),
        memory.stats(),
        disk.diskBytes(),
        0,
        disk.forces());
  }

  /** How many reads met a damaged record in memory; disk answered them. */
  public long memoryCorruptions() {
    return memory.corruptions();
  }

  /** Returns when memory holds, or has passed over, what was committed and read before. */
  void awaitFilled() {
    memory.awaitIdle();
  }

  private static BlockBatch recent(View view, long height) {
    for (RecentBatch recent : view.recent()) {
      if (recent.batch().height() == height) {
        return recent.batch();
      }
    }
    return null;
  }

  private static byte[] sliceKey(RecordType type, long height, int slice) {
    return Keys.typed(type, Keys.chain(height, type, slice));
  }

  private static <T> Optional<T> at(List<T> items, int index) {
    return index >= 0 && index < items.size() ? Optional.of(items.get(index)) : Optional.empty();
  }

  private static StateRecord stateRecord(StateWrite write) {
    return StateRecord.newBuilder().setHeight(write.height()).setValue(write.value()).build();
  }

  private void requireOpen() {
    if (closed) {
      throw new StorageException.Closed("storage engine was closed");
    }
  }

  @Override
  public void close() {
    closed = true;
    memory.close();
    disk.close();
  }
}
