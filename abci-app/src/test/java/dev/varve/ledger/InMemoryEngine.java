package dev.varve.ledger;

import com.google.protobuf.ByteString;
import dev.varve.storage.BlockBatch;
import dev.varve.storage.DiskStore;
import dev.varve.storage.EngineStatus;
import dev.varve.storage.MemoryStore;
import dev.varve.storage.StateWrite;
import dev.varve.storage.StorageEngine;
import dev.varve.storage.StorageException;
import dev.varve.storage.SyncStatus;
import dev.varve.storage.record.AppliedHeight;
import dev.varve.storage.record.BlockRecord;
import dev.varve.storage.record.StateRecord;
import dev.varve.storage.record.TxLocation;
import dev.varve.storage.record.TxLog;
import dev.varve.storage.record.TxResult;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/** A storage engine of maps, for tests of the ledger and of the gateway; fails when told. */
public final class InMemoryEngine implements StorageEngine {
  final NavigableMap<Long, BlockBatch> batches = new TreeMap<>();
  final NavigableMap<ByteString, StateRecord> state =
      new TreeMap<>(Comparator.comparing(ByteString::toByteArray, Arrays::compareUnsigned));
  private final Map<ByteString, TxLocation> locations = new HashMap<>();
  final Map<String, ByteString> meta = new HashMap<>();
  private AppliedHeight applied = AppliedHeight.getDefaultInstance();

  /** Thrown by every call but {@link #applied} while it is set. */
  public StorageException failure;

  /** Thrown by every read while it is set. */
  StorageException readFailure;

  long diskHeight = Long.MAX_VALUE;
  long historyFloor = 1;
  public long chainFloor;

  @Override
  public AppliedHeight applied() {
    return applied;
  }

  @Override
  public void commit(BlockBatch batch) {
    check();
    if (applied.getHeight() > 0 && batch.height() != applied.getHeight() + 1) {
      throw new IllegalStateException("height " + batch.height());
    }
    for (StateWrite write : batch.stateWrites()) {
      if (write.isDelete()) {
        state.remove(write.key());
      } else {
        state.put(
            write.key(),
            StateRecord.newBuilder().setHeight(write.height()).setValue(write.value()).build());
      }
    }
    for (int i = 0; i < batch.txs().size(); i++) {
      TxLocation at =
          TxLocation.newBuilder()
              .setHeight(batch.height())
              .setIndex(i)
              .setSuccess(batch.results().get(i).getCode() == 0)
              .build();
      TxLocation earlier = locations.get(batch.txHashes().get(i));
      if (earlier == null || at.getSuccess() || !earlier.getSuccess()) {
        locations.put(batch.txHashes().get(i), at);
      }
    }
    batches.put(batch.height(), batch);
    meta.putAll(batch.meta());
    applied = batch.marker();
  }

  @Override
  public Optional<BlockRecord> block(long height) {
    return batch(height).map(BlockBatch::block);
  }

  @Override
  public Optional<TxLocation> locate(ByteString txHash) {
    checkRead();
    return Optional.ofNullable(locations.get(txHash));
  }

  @Override
  public Optional<ByteString> transaction(long height, int index) {
    return batch(height).map(batch -> batch.txs().get(index));
  }

  @Override
  public Optional<TxResult> result(long height, int index) {
    return batch(height).map(batch -> batch.results().get(index));
  }

  @Override
  public Optional<TxLog> log(long height, int index) {
    return batch(height).map(batch -> batch.logs().get(index));
  }

  @Override
  public Optional<StateRecord> state(ByteString key) {
    checkRead();
    return Optional.ofNullable(state.get(key));
  }

  @Override
  public Optional<StateRecord> stateAt(ByteString key, long height) {
    checkRead();
    long floor = batches.isEmpty() ? 0 : Math.max(historyFloor, batches.firstKey());
    if (height < floor) {
      throw new StorageException.Pruned(height, floor, applied.getHeight());
    }
    for (BlockBatch batch : batches.headMap(height, true).descendingMap().values()) {
      for (StateWrite write : batch.stateWrites()) {
        if (write.key().equals(key)) {
          return write.isDelete()
              ? Optional.empty()
              : Optional.of(
                  StateRecord.newBuilder()
                      .setHeight(write.height())
                      .setValue(write.value())
                      .build());
        }
      }
    }
    return Optional.empty();
  }

  @Override
  public void scanState(ByteString from, ByteString to, DiskStore.StateVisitor visitor) {
    checkRead();
    for (Map.Entry<ByteString, StateRecord> entry : state.subMap(from, to).entrySet()) {
      if (!visitor.visit(entry.getKey(), entry.getValue())) {
        return;
      }
    }
  }

  @Override
  public void scanCommitments(DiskStore.CommitmentVisitor visitor) {
    checkRead();
    batches.forEach((height, batch) -> visitor.visit(height, batch.commitment()));
  }

  @Override
  public Optional<ByteString> meta(String name) {
    checkRead();
    return Optional.ofNullable(meta.get(name));
  }

  @Override
  public EngineStatus status() {
    long height = applied.getHeight();
    MemoryStore.MemoryStats memory = new MemoryStore.MemoryStats(0, 0, 0, 0, 0, 0);
    return new EngineStatus(
        height,
        Math.min(height, diskHeight),
        chainFloor,
        "up",
        "up",
        memory,
        0,
        0,
        0,
        SyncStatus.none());
  }

  @Override
  public void close() {}

  private Optional<BlockBatch> batch(long height) {
    checkRead();
    if (height < chainFloor) {
      throw StorageException.Pruned.ofBlock(height, chainFloor);
    }
    return Optional.ofNullable(batches.get(height));
  }

  private void checkRead() {
    check();
    if (readFailure != null) {
      throw readFailure;
    }
  }

  private void check() {
    if (failure != null) {
      throw failure;
    }
  }
}
