package dev.varve.gateway;

import com.google.protobuf.ByteString;
import dev.varve.abci.types.RequestCheckTx;
import dev.varve.abci.types.RequestQuery;
import dev.varve.abci.types.ResponseCheckTx;
import dev.varve.abci.types.ResponseQuery;
import dev.varve.ledger.Transactions;
import dev.varve.storage.BlockBatch;
import dev.varve.storage.StorageEngine;
import dev.varve.storage.StorageException;
import dev.varve.storage.record.BlockRecord;
import dev.varve.storage.record.TxLocation;
import dev.varve.storage.record.TxLog;
import dev.varve.storage.record.TxResult;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;

/**
 * The chain of this process: its engine, and the application over it.
 *
 * <p>Threads: any. {@link #committed} is for the committing thread, after each commit; it waits for
 * nobody, and computes nothing that grows with the block.
 */
public final class EngineChain implements Chain {
  /** Followers are that near as a rule; others read the block from the engine. */
  private static final int RECENT_BLOCKS = 8;

  private static final long AWAIT_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final StorageEngine engine;
  private final Function<RequestQuery, ResponseQuery> query;
  private final Function<RequestCheckTx, ResponseCheckTx> check;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition grown = lock.newCondition();

  // Guarded by lock.
  private final Deque<Recent> recent = new ArrayDeque<>();
  private long visible;

  private record Recent(long height, List<ByteString> hashes, List<TxResult> results) {}

  /**
   * Made while nothing is committed.
   *
   * @param query answers as the application
   * @param check judges as the application
   */
  public EngineChain(
      StorageEngine engine,
      Function<RequestQuery, ResponseQuery> query,
      Function<RequestCheckTx, ResponseCheckTx> check) {
    this.engine = engine;
    this.query = query;
    this.check = check;
    this.visible = engine.applied().getHeight();
  }

  /** {@link StorageEngine#commit} of this batch has returned. */
  public void committed(BlockBatch batch) {
    lock.lock();
    try {
      if (batch.height() <= visible) {
        return;
      }
      visible = batch.height();
      recent.addLast(new Recent(batch.height(), batch.txHashes(), batch.results()));
      if (recent.size() > RECENT_BLOCKS) {
        recent.removeFirst();
      }
      grown.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** What the engine has applied: reads may see it a moment before its commit returns. */
  @Override
  public long height() {
    return engine.applied().getHeight();
  }

  /** What the engine's commits have returned for: before that, a read may not see it. */
  @Override
  public long await(long height) throws InterruptedException {
    long left = AWAIT_NANOS;
    lock.lockInterruptibly();
    try {
      while (visible <= height && left > 0) {
        left = grown.awaitNanos(left);
      }
      return visible;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public long floor() {
    return engine.status().chainFloor();
  }

  @Override
  public Optional<List<Included>> included(long height) {
    Optional<List<Included>> fresh = recent(height).map(EngineChain::included);
    if (fresh.isPresent()) {
      return fresh;
    }
    try {
      return engine.block(height).map(block -> stored(height, block.getTxCount()));
    } catch (StorageException.Pruned e) {
      return Optional.empty();
    }
  }

  private Optional<Recent> recent(long height) {
    lock.lock();
    try {
      return recent.stream().filter(each -> each.height == height).findFirst();
    } finally {
      lock.unlock();
    }
  }

  private static List<Included> included(Recent block) {
    List<Included> all = new ArrayList<>(block.hashes.size());
    for (int i = 0; i < block.hashes.size(); i++) {
      all.add(new Included(block.hashes.get(i), block.results.get(i).getCode()));
    }
    return all;
  }

  private List<Included> stored(long height, int count) {
    List<Included> all = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      ByteString tx = present(engine.transaction(height, i), "transaction", height, i);
      TxResult result = present(engine.result(height, i), "result", height, i);
      all.add(new Included(Transactions.hash(tx), result.getCode()));
    }
    return all;
  }

  private static <T> T present(Optional<T> record, String what, long height, int index) {
    return record.orElseThrow(
        () ->
            new StorageException.Unavailable(
                String.format("block %d lacks its %s %d", height, what, index), null));
  }

  @Override
  public ResponseQuery query(RequestQuery request) {
    return query.apply(request);
  }

  @Override
  public ResponseCheckTx check(ByteString tx) {
    return check.apply(RequestCheckTx.newBuilder().setTx(tx).build());
  }

  @Override
  public Optional<TxLocation> locate(ByteString hash) {
    return engine.locate(hash);
  }

  @Override
  public boolean hasRecords() {
    return true;
  }

  @Override
  public Optional<BlockRecord> block(long height) {
    return engine.block(height);
  }

  @Override
  public Optional<ByteString> transaction(long height, int index) {
    return engine.transaction(height, index);
  }

  @Override
  public Optional<TxResult> result(long height, int index) {
    return engine.result(height, index);
  }

  @Override
  public Optional<TxLog> log(long height, int index) {
    return engine.log(height, index);
  }
}
