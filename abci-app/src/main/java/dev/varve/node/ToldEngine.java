package dev.varve.node;

import com.google.protobuf.ByteString;
import dev.varve.storage.BlockBatch;
import dev.varve.storage.DiskStore;
import dev.varve.storage.EngineStatus;
import dev.varve.storage.StorageEngine;
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

/** An engine that has one told of each block, once its commit has returned. */
final class ToldEngine implements StorageEngine {
  private final StorageEngine engine;
  private final Consumer<BlockBatch> told;

  /**
   * Wraps an engine.
   *
   * @param told runs on the committing thread: it waits for nobody
   */
  ToldEngine(StorageEngine engine, Consumer<BlockBatch> told) {
    this.engine = engine;
    this.told = told;
  }

  @Override
  public void prepare(BlockBatch draft) {
    engine.prepare(draft);
  }

  @Override
  public void commit(BlockBatch batch) {
    engine.commit(batch);
    told.accept(batch);
  }

  @Override
  public void seal(List<BlockSeal> seals) {
    engine.seal(seals);
  }

  @Override
  public long sealable() {
    return engine.sealable();
  }

  @Override
  public long sealed() {
    return engine.sealed();
  }

  @Override
  public long diskHeight() {
    return engine.diskHeight();
  }

  @Override
  public AppliedHeight applied() {
    return engine.applied();
  }

  @Override
  public Optional<BlockRecord> block(long height) {
    return engine.block(height);
  }

  @Override
  public Optional<TxLocation> locate(ByteString txHash) {
    return engine.locate(txHash);
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

  @Override
  public Optional<StateRecord> state(ByteString key) {
    return engine.state(key);
  }

  @Override
  public Optional<StateRecord> stateAt(ByteString key, long height) {
    return engine.stateAt(key, height);
  }

  @Override
  public void scanState(ByteString from, ByteString to, DiskStore.StateVisitor visitor) {
    engine.scanState(from, to, visitor);
  }

  @Override
  public void scanCommitments(DiskStore.CommitmentVisitor visitor) {
    engine.scanCommitments(visitor);
  }

  @Override
  public Optional<ByteString> meta(String name) {
    return engine.meta(name);
  }

  @Override
  public EngineStatus status() {
    return engine.status();
  }

  @Override
  public void close() {
    engine.close();
  }
}
