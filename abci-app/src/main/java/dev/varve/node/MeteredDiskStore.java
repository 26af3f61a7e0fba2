package dev.varve.node;

import com.google.protobuf.ByteString;
import dev.varve.storage.BlockBatch;
import dev.varve.storage.DiskStore;
import dev.varve.storage.record.AppliedHeight;
import dev.varve.storage.record.BlockRecord;
import dev.varve.storage.record.BlockSeal;
import dev.varve.storage.record.StateRecord;
import dev.varve.storage.record.TxLocation;
import dev.varve.storage.record.TxLog;
import dev.varve.storage.record.TxResult;
import io.micrometer.core.instrument.Timer;
import java.util.List;
import java.util.Optional;

/** Times what a disk store is asked to do; scans and figures pass through unmeasured. */
final class MeteredDiskStore implements DiskStore {
  private final DiskStore store;
  private final Timer apply;
  private final Timer seal;
  private final Timer block;
  private final Timer transactions;
  private final Timer results;
  private final Timer logs;
  private final Timer locate;
  private final Timer state;

  MeteredDiskStore(DiskStore store, NodeMetrics metrics) {
    this.store = store;
    apply = metrics.storeCall("disk", "apply");
    seal = metrics.storeCall("disk", "seal");
    block = metrics.storeCall("disk", "block");
    transactions = metrics.storeCall("disk", "transactions");
    results = metrics.storeCall("disk", "results");
    logs = metrics.storeCall("disk", "logs");
    locate = metrics.storeCall("disk", "locate");
    state = metrics.storeCall("disk", "state");
  }

  @Override
  public AppliedHeight applied() {
    return store.applied();
  }

  @Override
  public void apply(List<BlockBatch> batches) {
    apply.record(() -> store.apply(batches));
  }

  @Override
  public long verify() {
    return store.verify();
  }

  @Override
  public void seal(List<BlockSeal> seals) {
    seal.record(() -> store.seal(seals));
  }

  @Override
  public Optional<BlockSeal> seal(long height) {
    return store.seal(height);
  }

  @Override
  public long sealed() {
    return store.sealed();
  }

  @Override
  public Optional<BlockRecord> block(long height) {
    return block.record(() -> store.block(height));
  }

  @Override
  public List<ByteString> transactions(long height, int slice) {
    return transactions.record(() -> store.transactions(height, slice));
  }

  @Override
  public List<TxResult> results(long height, int slice) {
    return results.record(() -> store.results(height, slice));
  }

  @Override
  public List<TxLog> logs(long height, int slice) {
    return logs.record(() -> store.logs(height, slice));
  }

  @Override
  public Optional<TxLocation> locate(ByteString txHash) {
    return locate.record(() -> store.locate(txHash));
  }

  @Override
  public Optional<StateRecord> state(ByteString key) {
    return state.record(() -> store.state(key));
  }

  @Override
  public Optional<StateRecord> stateAt(ByteString key, long height) {
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
    store.scanState(from, to, visitor);
  }

  @Override
  public void scanCommitments(CommitmentVisitor visitor) {
    store.scanCommitments(visitor);
  }

  @Override
  public Optional<ByteString> meta(String name) {
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
