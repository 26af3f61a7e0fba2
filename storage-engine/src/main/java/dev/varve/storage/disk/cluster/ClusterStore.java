package dev.varve.storage.disk.cluster;

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
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.LongConsumer;

/**
 * A cluster with, on the node's own disk, what the ledger needs of it.
 *
 * <p>Threads and errors: as {@link DiskStore}. While the cluster is away blocks, transactions,
 * results and logs are {@link StorageException.Unavailable}; the rest is answered.
 */
public final class ClusterStore implements DiskStore {
  private final DiskStore cluster;
  private final BooleanSupplier reached;
  private final DiskStore local;
  private final Runnable disconnect;

  /**
   * Takes over both stores, and closes them.
   *
   * @param reached whether what the cluster tells as applied was read from it since it was opened
   * @param disconnect ends the cluster's connections, once both stores are closed
   */
  public ClusterStore(
      DiskStore cluster, BooleanSupplier reached, DiskStore local, Runnable disconnect) {
    this.cluster = cluster;
    this.reached = reached;
    this.local = local;
    this.disconnect = disconnect;
  }

  @Override
  public AppliedHeight applied() {
    AppliedHeight held = local.applied();
    if (reached.getAsBoolean()) {
      AppliedHeight remote = cluster.applied();
      return remote.getHeight() < held.getHeight() ? remote : held;
    }
    return held;
  }

  @Override
  public long durableBefore() {
    return local.durableBefore();
  }

  @Override
  public void apply(List<BlockBatch> batches) {
    cluster.apply(batches);
    local.apply(batches.stream().map(ClusterStore::forLedger).toList());
  }

  /** What the ledger needs of a block. */
  private static BlockBatch forLedger(BlockBatch batch) {
    return new BlockBatch(
        batch.block().toBuilder().setTxCount(0).build(),
        List.of(),
        List.of(),
        List.of(),
        List.of(),
        batch.stateWrites(),
        batch.commitment(),
        batch.commitmentFloor(),
        batch.meta());
  }

  @Override
  public long verify() {
    return Math.min(local.verify(), cluster.verify());
  }

  @Override
  public void seal(List<BlockSeal> seals) {
    cluster.seal(seals);
  }

  @Override
  public Optional<BlockSeal> seal(long height) {
    return cluster.seal(height);
  }

  @Override
  public long sealed() {
    return cluster.sealed();
  }

  @Override
  public Optional<BlockRecord> block(long height) {
    return cluster.block(height);
  }

  @Override
  public List<ByteString> transactions(long height, int slice) {
    return cluster.transactions(height, slice);
  }

  @Override
  public List<TxResult> results(long height, int slice) {
    return cluster.results(height, slice);
  }

  @Override
  public List<TxLog> logs(long height, int slice) {
    return cluster.logs(height, slice);
  }

  @Override
  public Optional<TxLocation> locate(ByteString txHash) {
    return cluster.locate(txHash);
  }

  @Override
  public Optional<StateRecord> state(ByteString key) {
    return local.state(key);
  }

  @Override
  public Optional<StateRecord> stateAt(ByteString key, long height) {
    return local.stateAt(key, height);
  }

  /** Takes blocks back in the cluster first, so that broken off it can be done again. */
  @Override
  public void rollBack(long height, LongConsumer progress) {
    if (height < local.historyFloor()) {
      throw new StorageException.Pruned(height, local.historyFloor(), local.applied().getHeight());
    }
    if (cluster.applied().getHeight() > height) {
      cluster.rollBack(height, progress);
    }
    local.rollBack(height, progress);
  }

  @Override
  public void verifyHistory(long height) {
    local.verifyHistory(height);
  }

  @Override
  public void verifyDeletions(Consumer<StorageException.Corruption> damaged) {
    local.verifyDeletions(damaged);
  }

  @Override
  public void verifyRecords(Consumer<StorageException.Corruption> damaged) {
    local.verifyRecords(damaged);
  }

  @Override
  public boolean prune() {
    boolean more = local.prune();
    return cluster.prune() || more;
  }

  @Override
  public long historyFloor() {
    return local.historyFloor();
  }

  @Override
  public long chainFloor() {
    return cluster.chainFloor();
  }

  @Override
  public void scanState(ByteString from, ByteString to, StateVisitor visitor) {
    local.scanState(from, to, visitor);
  }

  @Override
  public void scanCommitments(CommitmentVisitor visitor) {
    local.scanCommitments(visitor);
  }

  @Override
  public Optional<ByteString> meta(String name) {
    return local.meta(name);
  }

  @Override
  public long forces() {
    return local.forces() + cluster.forces();
  }

  @Override
  public long diskBytes() {
    return local.diskBytes() + cluster.diskBytes();
  }

  @Override
  public void close() {
    try {
      cluster.close();
    } finally {
      try {
        local.close();
      } finally {
        disconnect.run();
      }
    }
  }
}
