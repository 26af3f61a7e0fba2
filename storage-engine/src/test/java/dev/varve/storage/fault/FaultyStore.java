package dev.varve.storage.fault;

import com.google.protobuf.ByteString;
import dev.varve.storage.BlockBatch;
import dev.varve.storage.DiskStore;
import dev.varve.storage.StorageException;
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
 * A real store that fails on demand: before it writes, or after it wrote, or only slowly; or as one
 * that is gone, of which nothing can be read either.
 */
public final class FaultyStore implements DiskStore {
  /** What happens to a write, and to a read. */
  public enum Fault {
    NONE,
    /** Neither written nor read. */
    UNAVAILABLE,
    /** Not written; reads go on. */
    TAKES_NOTHING,
    DISK_FULL,
    /** Written, but the caller is told otherwise. */
    UNAVAILABLE_AFTERWARDS,
    SLOW
  }

  private final DiskStore store;
  private volatile Fault fault = Fault.NONE;
  private long writes;
  private long failAt;

  public FaultyStore(DiskStore store) {
    this.store = store;
  }

  /** From now on each write does this, and each read as it says. */
  public synchronized void set(Fault next) {
    fault = next;
  }

  /** The n-th write from now on fails once. */
  public synchronized void failOnce(int nth) {
    failAt = writes + nth;
  }

  /** No write is under way while the action runs. */
  public synchronized void paused(Runnable action) {
    action.run();
  }

  @Override
  public synchronized void apply(List<BlockBatch> batches) {
    Fault now = ++writes == failAt ? Fault.TAKES_NOTHING : fault;
    switch (now) {
      case UNAVAILABLE, TAKES_NOTHING -> throw new StorageException.Unavailable("injected", null);
      case DISK_FULL -> throw new StorageException.DiskFull("injected", null);
      case SLOW -> pause();
      default -> {}
    }
    store.apply(batches);
    if (now == Fault.UNAVAILABLE_AFTERWARDS) {
      throw new StorageException.Unavailable("injected after the write", null);
    }
  }

  private void requireReadable() {
    if (fault == Fault.UNAVAILABLE) {
      throw new StorageException.Unavailable("injected", null);
    }
  }

  private static void pause() {
    try {
      Thread.sleep(20);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public AppliedHeight applied() {
    return store.applied();
  }

  @Override
  public synchronized long verify() {
    return store.verify();
  }

  @Override
  public synchronized void seal(List<BlockSeal> seals) {
    switch (fault) {
      case UNAVAILABLE -> throw new StorageException.Unavailable("injected", null);
      case DISK_FULL -> throw new StorageException.DiskFull("injected", null);
      default -> store.seal(seals);
    }
  }

  @Override
  public Optional<BlockSeal> seal(long height) {
    requireReadable();
    return store.seal(height);
  }

  @Override
  public long sealed() {
    return store.sealed();
  }

  @Override
  public Optional<BlockRecord> block(long height) {
    requireReadable();
    return store.block(height);
  }

  @Override
  public List<ByteString> transactions(long height, int slice) {
    requireReadable();
    return store.transactions(height, slice);
  }

  @Override
  public List<TxResult> results(long height, int slice) {
    requireReadable();
    return store.results(height, slice);
  }

  @Override
  public List<TxLog> logs(long height, int slice) {
    requireReadable();
    return store.logs(height, slice);
  }

  @Override
  public Optional<TxLocation> locate(ByteString txHash) {
    requireReadable();
    return store.locate(txHash);
  }

  @Override
  public Optional<StateRecord> state(ByteString key) {
    requireReadable();
    return store.state(key);
  }

  @Override
  public Optional<StateRecord> stateAt(ByteString key, long height) {
    requireReadable();
    return store.stateAt(key, height);
  }

  @Override
  public boolean prune() {
    return store.prune();
  }

  @Override
  public long historyFloor() {
    return store.historyFloor();
  }

  @Override
  public long chainFloor() {
    return store.chainFloor();
  }

  @Override
  public void scanState(ByteString from, ByteString to, StateVisitor visitor) {
    requireReadable();
    store.scanState(from, to, visitor);
  }

  @Override
  public void scanCommitments(CommitmentVisitor visitor) {
    requireReadable();
    store.scanCommitments(visitor);
  }

  @Override
  public Optional<ByteString> meta(String name) {
    requireReadable();
    return store.meta(name);
  }

  @Override
  public long durableBefore() {
    return store.durableBefore();
  }

  @Override
  public long forces() {
    return store.forces();
  }

  @Override
  public long diskBytes() {
    return store.diskBytes();
  }

  @Override
  public void close() {
    store.close();
  }
}
