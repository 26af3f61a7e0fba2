package dev.varve.ledger.commitment;

import com.google.protobuf.ByteString;
import dev.varve.storage.BlockBatch;
import dev.varve.storage.DiskStore;
import dev.varve.storage.EngineStatus;
import dev.varve.storage.StateWrite;
import dev.varve.storage.StorageEngine;
import dev.varve.storage.record.AppliedHeight;
import dev.varve.storage.record.BlockRecord;
import dev.varve.storage.record.StateRecord;
import dev.varve.storage.record.TxLocation;
import dev.varve.storage.record.TxLog;
import dev.varve.storage.record.TxResult;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The part of an engine that a commitment is restored from, in maps that a test may damage. */
final class MemoryEngine implements StorageEngine {
  final TreeMap<ByteString, StateRecord> state =
      new TreeMap<>(ByteString.unsignedLexicographicalComparator());
  final TreeMap<Long, ByteString> commitments = new TreeMap<>();
  private AppliedHeight applied = AppliedHeight.getDefaultInstance();

  /** An engine that has committed this many blocks, always the same ones. */
  static MemoryEngine after(int blocks) {
    History history = new History(blocks, 2_000);
    MemoryEngine engine = new MemoryEngine();
    StateCommitment running = StateCommitment.empty();
    for (int block = 0; block < blocks; block++) {
      List<StateWrite> writes = history.next(500, 20);
      engine.commit(history.height(), writes, running.apply(history.height(), writes));
    }
    return engine;
  }

  void commit(long height, List<StateWrite> writes, StateCommitment.Update update) {
    for (StateWrite write : writes) {
      if (write.isDelete()) {
        state.remove(write.key());
      } else {
        state.put(
            write.key(),
            StateRecord.newBuilder().setHeight(write.height()).setValue(write.value()).build());
      }
    }
    if (!update.delta().isEmpty()) {
      commitments.put(height, update.delta());
    }
    commitments.headMap(update.floorHeight()).clear();
    applied = AppliedHeight.newBuilder().setHeight(height).setAppHash(update.root()).build();
  }

  @Override
  public AppliedHeight applied() {
    return applied;
  }

  @Override
  public void scanState(ByteString from, ByteString to, DiskStore.StateVisitor visitor) {
    for (Map.Entry<ByteString, StateRecord> entry : state.subMap(from, to).entrySet()) {
      if (!visitor.visit(entry.getKey(), entry.getValue())) {
        return;
      }
    }
  }

  @Override
  public void scanCommitments(DiskStore.CommitmentVisitor visitor) {
    commitments.forEach(visitor::visit);
  }

  @Override
  public void commit(BlockBatch batch) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Optional<BlockRecord> block(long height) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Optional<TxLocation> locate(ByteString txHash) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Optional<ByteString> transaction(long height, int index) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Optional<TxResult> result(long height, int index) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Optional<TxLog> log(long height, int index) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Optional<StateRecord> state(ByteString key) {
    return Optional.ofNullable(state.get(key));
  }

  @Override
  public Optional<StateRecord> stateAt(ByteString key, long height) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Optional<ByteString> meta(String name) {
    return Optional.empty();
  }

  @Override
  public EngineStatus status() {
    throw new UnsupportedOperationException();
  }

  @Override
  public void close() {}
}
