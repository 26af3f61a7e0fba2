package dev.varve.node;

import com.google.protobuf.ByteString;
import dev.varve.storage.BlockBatch;
import dev.varve.storage.DiskStore;
import dev.varve.storage.EngineStatus;
import dev.varve.storage.MemoryStore;
import dev.varve.storage.Seals;
import dev.varve.storage.StorageEngine;
import dev.varve.storage.SyncStatus;
import dev.varve.storage.record.AppliedHeight;
import dev.varve.storage.record.BlockRecord;
import dev.varve.storage.record.StateRecord;
import dev.varve.storage.record.TxLocation;
import dev.varve.storage.record.TxLog;
import dev.varve.storage.record.TxResult;
import java.util.List;
import java.util.Optional;

/** A disk store in the engine's clothes, for a check: no memory, no commits. */
final class ReadOnlyEngine implements StorageEngine {
  private final DiskStore store;

  ReadOnlyEngine(DiskStore store) {
    this.store = store;
  }

  @Override
  public AppliedHeight applied() {
    return store.applied();
  }

  @Override
  public void commit(BlockBatch batch) {
    throw new UnsupportedOperationException("opened for reading only");
  }

  @Override
  public Optional<BlockRecord> block(long height) {
    return store.block(height).map(block -> Seals.complete(block, store.seal(height)));
  }

  @Override
  public long sealed() {
    return store.sealed();
  }

  @Override
  public Optional<TxLocation> locate(ByteString txHash) {
    return store.locate(txHash);
  }

  @Override
  public Optional<ByteString> transaction(long height, int index) {
    return at(store.transactions(height, index / DiskStore.SLICE_LENGTH), index);
  }

  @Override
  public Optional<TxResult> result(long height, int index) {
    return at(store.results(height, index / DiskStore.SLICE_LENGTH), index);
  }

  @Override
  public Optional<TxLog> log(long height, int index) {
    return at(store.logs(height, index / DiskStore.SLICE_LENGTH), index);
  }

  @Override
  public Optional<StateRecord> state(ByteString key) {
    return store.state(key);
  }

  @Override
  public Optional<StateRecord> stateAt(ByteString key, long height) {
    return store.stateAt(key, height);
  }

  @Override
  public void scanState(ByteString from, ByteString to, DiskStore.StateVisitor visitor) {
    store.scanState(from, to, visitor);
  }

  @Override
  public void scanCommitments(DiskStore.CommitmentVisitor visitor) {
    store.scanCommitments(visitor);
  }

  @Override
  public Optional<ByteString> meta(String name) {
    return store.meta(name);
  }

  @Override
  public EngineStatus status() {
    long height = store.applied().getHeight();
    MemoryStore.MemoryStats none = new MemoryStore.MemoryStats(0, 0, 0, 0, 0, 0);
    return new EngineStatus(
        height,
        height,
        store.chainFloor(),
        store.sealed(),
        "up",
        "none",
        none,
        store.diskBytes(),
        0,
        store.forces(),
        SyncStatus.none());
  }

  /** The store belongs to the caller. */
  @Override
  public void close() {}

  private static <T> Optional<T> at(List<T> slice, int index) {
    int place = index % DiskStore.SLICE_LENGTH;
    return place < slice.size() ? Optional.of(slice.get(place)) : Optional.empty();
  }
}
