package dev.varve.storage.engine;

import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import dev.varve.fallback.FallbackLog;
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
import dev.varve.storage.record.BlockSeal;
import dev.varve.storage.record.LogSlice;
import dev.varve.storage.record.ResultSlice;
import dev.varve.storage.record.StateRecord;
import dev.varve.storage.record.TransactionSlice;
import dev.varve.storage.record.TxLocation;
import dev.varve.storage.record.TxLog;
import dev.varve.storage.record.TxResult;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * The engine over one disk store, the log in front of it, and one memory store.
 *
 * <p>{@link #commit} returns once the disk store or the log has forced the block; a thread named
 * {@code varve-memory-fill} copies it to memory afterwards, and {@code varve-disk-drain} from the
 * log to the store. Until then reads see the batch itself, or the log. {@code varve-memory-sync}
 * warms memory after a start and keeps it in step with disk.
 */
public final class TieredEngine implements StorageEngine {
  private final DiskTier disk;
  private final MemoryTier memory;
  private final Locator locator;
  private final SealedBlocks seals;
  private final SyncJob sync;
  // Odd while a commit is under way.
  private final AtomicLong commits = new AtomicLong();
  private volatile boolean closed;

  private TieredEngine(
      DiskTier disk,
      Supplier<MemoryStore> memory,
      Supplier<FallbackLog> memoryLog,
      EngineConfig config,
      LongSupplier clock,
      Random random) {
    Semaphore lacking = new Semaphore(0);
    this.disk = disk;
    this.memory =
        new MemoryTier(memory, memoryLog, disk.applied().getHeight(), config, lacking, clock);
    this.locator = new Locator(this.memory, disk);
    this.seals = new SealedBlocks(disk, this.memory);
    this.sync =
        new SyncJob(
            disk,
            new MemoryAccess(this.memory),
            lacking,
            commits::get,
            config.syncPeriod(),
            clock,
            random);
    sync.start();
  }

  /**
   * Opens the engine and takes stores and log over: {@link #close} closes them. Blocks that the log
   * has and the disk store lacks are given to it first.
   *
   * @param log the disk store's fallback log, forced
   * @param memory makes the memory store; called on the filling thread at first, so that a slow one
   *     delays nothing, and again from another thread whenever one has failed
   * @param memoryLog opens the log that takes what the memory store would while it is down;
   *     volatile; asked for when memory fails for the first time
   */
  public static TieredEngine open(
      DiskStore disk,
      FallbackLog log,
      Supplier<MemoryStore> memory,
      Supplier<FallbackLog> memoryLog,
      EngineConfig config) {
    return open(disk, log, memory, memoryLog, config, System::nanoTime, new Random());
  }

  /**
   * As above, with the clock of the breaker's pauses and the sync job's period, and what picks the
   * records that are compared.
   */
  static TieredEngine open(
      DiskStore disk,
      FallbackLog log,
      Supplier<MemoryStore> memory,
      Supplier<FallbackLog> memoryLog,
      EngineConfig config,
      LongSupplier clock,
      Random random) {
    Elapsed nanos = new Elapsed(clock);
    DiskTier tier = new DiskTier(disk, log, config, nanos);
    return new TieredEngine(tier, memory, memoryLog, config, nanos, random);
  }

  @Override
  public AppliedHeight applied() {
    return disk.applied();
  }

  @Override
  public void prepare(BlockBatch draft) {
    disk.prepare(draft);
  }

  @Override
  public void commit(BlockBatch batch) {
    requireOpen();
    commits.incrementAndGet();
    try {
      long before = disk.applied().getHeight();
      disk.commit(batch);
      if (disk.applied().getHeight() > before) {
        memory.publish(batch);
      }
    } finally {
      commits.incrementAndGet();
    }
  }

  @Override
  public void seal(List<BlockSeal> blockSeals) {
    requireOpen();
    seals.seal(blockSeals);
  }

  @Override
  public long sealable() {
    return disk.height();
  }

  @Override
  public long sealed() {
    return disk.sealed();
  }

  @Override
  public Optional<BlockRecord> block(long height) {
    requireOpen();
    requireKept(height);
    View view = memory.view();
    return partial(view, height).map(block -> seals.complete(view, block));
  }

  private Optional<BlockRecord> partial(View view, long height) {
    BlockBatch recent = view.batch(height);
    if (recent != null) {
      return Optional.of(recent.block());
    }
    Optional<BlockRecord> cached = cached(view, RecordType.BLOCK, height, 0, BlockRecord.parser());
    if (cached.isPresent()) {
      return cached;
    }
    Optional<BlockRecord> stored = disk.block(height);
    if (stored.isEmpty()) {
      requireKept(height);
    }
    byte[] key = Keys.chain(height, RecordType.BLOCK, 0);
    stored.ifPresent(block -> memory.putBack(to -> to.put(RecordType.BLOCK, key, block)));
    return stored;
  }

  @Override
  public Optional<TxLocation> locate(ByteString txHash) {
    requireOpen();
    return locator.locate(txHash);
  }

  @Override
  public Optional<ByteString> transaction(long height, int index) {
    return item(
        height,
        index,
        BlockBatch::txs,
        (view, slice) ->
            cached(
                    view,
                    RecordType.TRANSACTION,
                    height,
                    slice,
                    one(TransactionSlice.parser(), index))
                .map(TransactionSlice::getTxsList),
        slice -> disk.transactions(height, slice),
        (slice, stored) -> memory.putBack(to -> to.putTransactions(height, slice, stored)));
  }

  @Override
  public Optional<TxResult> result(long height, int index) {
    return item(
        height,
        index,
        BlockBatch::results,
        (view, slice) ->
            cached(view, RecordType.RESULT, height, slice, one(ResultSlice.parser(), index))
                .map(ResultSlice::getResultsList),
        slice -> disk.results(height, slice),
        (slice, stored) ->
            memory.putBack(to -> to.putSlice(RecordType.RESULT, height, slice, stored)));
  }

  @Override
  public Optional<TxLog> log(long height, int index) {
    return item(
        height,
        index,
        BlockBatch::logs,
        (view, slice) ->
            cached(view, RecordType.LOG, height, slice, one(LogSlice.parser(), index))
                .map(LogSlice::getLogsList),
        slice -> disk.logs(height, slice),
        (slice, stored) ->
            memory.putBack(to -> to.putSlice(RecordType.LOG, height, slice, stored)));
  }

  /** One element of a list that a batch holds whole and the tiers hold in slices. */
  private <T> Optional<T> item(
      long height,
      int index,
      Function<BlockBatch, List<T>> batchItems,
      BiFunction<View, Integer, Optional<List<T>>> cachedElement,
      IntFunction<List<T>> storedSlice,
      BiConsumer<Integer, List<T>> putBack) {
    requireOpen();
    requireKept(height);
    View view = memory.view();
    BlockBatch recent = view.batch(height);
    if (recent != null) {
      return at(batchItems.apply(recent), index);
    }
    if (index < 0) {
      return Optional.empty();
    }
    int slice = index / DiskStore.SLICE_LENGTH;
    Optional<List<T>> cached = cachedElement.apply(view, slice);
    if (cached.isPresent()) {
      return at(cached.get(), 0);
    }
    List<T> stored = storedSlice.apply(slice);
    if (stored.isEmpty()) {
      requireKept(height);
    } else {
      putBack.accept(slice, stored);
    }
    return at(stored, index % DiskStore.SLICE_LENGTH);
  }

  private static <M extends MessageLite> Parser<M> one(Parser<M> slice, int index) {
    return new SliceElement<>(slice, index % DiskStore.SLICE_LENGTH);
  }

  @Override
  public Optional<StateRecord> state(ByteString key) {
    requireOpen();
    View view = memory.view();
    boolean hidden = false;
    for (RecentBatch recent : view.recent()) {
      StateWrite write = recent.write(key);
      if (write != null) {
        return write.isDelete() ? Optional.empty() : Optional.of(write.record());
      }
      if (recent.hides(key)) {
        hidden = true;
        break;
      }
    }
    byte[] typed = Keys.typed(RecordType.STATE, key);
    Optional<StateRecord> cached =
        hidden ? Optional.empty() : memory.get(view, RecordType.STATE, typed, StateRecord.parser());
    if (cached.isPresent()) {
      return cached;
    }
    Optional<StateRecord> stored = disk.state(key);
    stored.ifPresent(
        record ->
            memory.putBackMutable(view, to -> to.put(RecordType.STATE, key.toByteArray(), record)));
    return stored;
  }

  /** Answered from disk and its log: memory has the latest records only. */
  @Override
  public Optional<StateRecord> stateAt(ByteString key, long height) {
    requireOpen();
    long last = disk.applied().getHeight();
    if (height > last) {
      throw new IllegalArgumentException("height " + height + " is above the last, " + last);
    }
    return disk.stateAt(key, height);
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
        disk.applied().getHeight(),
        disk.height(),
        disk.chainFloor(),
        disk.sealed(),
        disk.state(),
        memory.state(),
        memory.stats(),
        disk.bytes(),
        disk.logBytes() + memory.logBytes(),
        disk.forces(),
        sync.status(memory.passedOver()));
  }

  @Override
  public long diskHeight() {
    requireOpen();
    return disk.height();
  }

  /** How many reads met a damaged record in memory; disk answered them. */
  public long memoryCorruptions() {
    return memory.corruptions();
  }

  /** Returns when memory holds, or has passed over, what was committed and read before. */
  void awaitFilled() {
    memory.awaitIdle();
  }

  void lookAtClock() {
    sync.look();
  }

  private <M extends MessageLite> Optional<M> cached(
      View view, RecordType type, long height, int slice, Parser<M> parser) {
    return memory.get(view, type, Keys.typed(type, Keys.chain(height, type, slice)), parser);
  }

  private static <T> Optional<T> at(List<T> items, int index) {
    return index >= 0 && index < items.size() ? Optional.of(items.get(index)) : Optional.empty();
  }

  /** Memory may have what disk dropped, and must not answer with it: it is to be gone. */
  private void requireKept(long height) {
    long floor = disk.chainFloor();
    if (height < floor) {
      throw StorageException.Pruned.ofBlock(height, floor);
    }
  }

  private void requireOpen() {
    if (closed) {
      throw new StorageException.Closed("storage engine was closed");
    }
  }

  @Override
  public void close() {
    closed = true;
    sync.close();
    try {
      memory.close();
    } finally {
      disk.close();
    }
  }
}
