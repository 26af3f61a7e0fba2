package dev.varve.ledger;

import com.google.protobuf.ByteString;
import dev.varve.abci.CallOrderException;
import dev.varve.abci.types.RequestFinalizeBlock;
import dev.varve.abci.types.RequestInitChain;
import dev.varve.abci.types.ResponseCommit;
import dev.varve.abci.types.ResponseFinalizeBlock;
import dev.varve.abci.types.ResponseInitChain;
import dev.varve.ledger.commitment.StateCommitment;
import dev.varve.storage.BlockBatch;
import dev.varve.storage.StateWrite;
import dev.varve.storage.StorageEngine;
import dev.varve.storage.record.AppliedHeight;
import java.util.List;
import java.util.Map;

/**
 * The consensus calls in their order: InitChain, then FinalizeBlock and Commit, block by block.
 *
 * <p>Invariant: {@code commitment} stands at the engine's height, or, while {@code ahead}, may
 * stand past it and is read anew before another block is executed.
 *
 * <p>Threads: {@link #nextHeight} from any; the rest exclude each other, since the node may end one
 * connection and open another at any moment.
 */
final class BlockPipeline implements AutoCloseable {
  private final StorageEngine engine;
  private final ReplayGuard guard;
  private final long retainBlocks;
  private final EarlyExecution early;

  private StateCommitment commitment;
  private boolean ahead;
  private Genesis genesis;
  private Pending pending;
  private volatile long nextHeight;

  /** A block that was executed and is not durable yet. */
  private record Pending(
      RequestFinalizeBlock request, ResponseFinalizeBlock response, BlockBatch batch) {}

  BlockPipeline(StorageEngine engine, ReplayGuard guard, long retainBlocks) {
    this.engine = engine;
    this.guard = guard;
    this.retainBlocks = retainBlocks;
    this.early = new EarlyExecution(executed -> engine.prepare(executed.draft()));
    AppliedHeight applied = engine.applied();
    if (applied.getHeight() > 0) {
      Genesis.requireSameScheme(engine);
    }
    this.commitment = restore(applied);
    this.nextHeight = applied.getHeight() + 1;
  }

  /** The height of the next block to commit: what a transaction checked now may stand in. */
  long nextHeight() {
    return nextHeight;
  }

  synchronized ResponseInitChain initChain(RequestInitChain request) {
    long height = engine.applied().getHeight();
    if (height > 0) {
      throw new CallOrderException(
          "InitChain for " + request.getChainId() + ", but the store holds height " + height);
    }
    pending = null;
    genesis = Genesis.of(request);
    nextHeight = genesis.initialHeight();
    return ResponseInitChain.newBuilder().setAppHash(genesis.appHash()).build();
  }

  /**
   * Executes the block that is proposed next already; the first one's state comes with InitChain.
   */
  synchronized void proposed(long height, List<ByteString> txs) {
    long applied = engine.applied().getHeight();
    if (applied > 0 && height == applied + 1 && pending == null && !txs.isEmpty()) {
      early.begin(height, txs, () -> execute(height, txs, List.of()));
    }
  }

  synchronized ResponseFinalizeBlock finalizeBlock(RequestFinalizeBlock request) {
    AppliedHeight applied = engine.applied();
    requireNext(request.getHeight(), applied.getHeight());
    if (pending != null && pending.request.equals(request)) {
      return pending.response;
    }
    pending = null;
    if (ahead) {
      commitment = restore(applied);
      ahead = false;
    }
    boolean first = applied.getHeight() == 0;
    List<ByteString> txs = request.getTxsList();
    ExecutedBlock executed =
        early
            .take(request.getHeight(), txs)
            .orElseGet(
                () -> execute(request.getHeight(), txs, first ? genesis.writes() : List.of()));
    pending = commitTo(request, executed, first ? genesis.meta() : Map.of());
    return pending.response;
  }

  private ExecutedBlock execute(long height, List<ByteString> txs, List<StateWrite> earlier) {
    return ExecutedBlock.of(guard, height, txs, earlier);
  }

  private Pending commitTo(
      RequestFinalizeBlock request, ExecutedBlock executed, Map<String, ByteString> meta) {
    List<StateWrite> writes = executed.writes();
    ahead = true;
    StateCommitment.Update update = commitment.apply(request.getHeight(), executed.digests());
    // A store that keeps history would have to look up each key; the commitment just did.
    for (int i = 0; i < writes.size(); i++) {
      if (commitment.wasFresh(i)) {
        writes.set(i, writes.get(i).asFresh());
      }
    }
    BlockBatch batch =
        new BlockBatch(
            BlockRecords.of(request, update.root()),
            executed.txs(),
            executed.hashes(),
            executed.outcomes().results(),
            executed.outcomes().logs(),
            writes,
            update.delta(),
            update.floorHeight(),
            meta);
    ResponseFinalizeBlock response =
        ResponseFinalizeBlock.newBuilder()
            .addAllTxResults(executed.outcomes().responses())
            .setAppHash(update.root())
            .build();
    return new Pending(request, response, batch);
  }

  /** Keeps the block when the engine throws, so that Commit may be asked again. */
  synchronized ResponseCommit commit() {
    if (pending == null) {
      throw new CallOrderException(
          "Commit without FinalizeBlock; the last durable height is "
              + engine.applied().getHeight());
    }
    engine.commit(pending.batch);
    long height = pending.batch.height();
    guard.committed(pending.batch.stateWrites());
    pending = null;
    genesis = null;
    ahead = false;
    nextHeight = height + 1;
    return ResponseCommit.newBuilder().setRetainHeight(retainHeight(height)).build();
  }

  /** Ends the thread; the calls may go on without it. */
  @Override
  public void close() {
    early.close();
  }

  private long retainHeight(long height) {
    if (retainBlocks == 0 || height <= retainBlocks) {
      return 0;
    }
    // What the disk store lacks may have to be read from the node again.
    return Math.max(0, Math.min(height - retainBlocks, engine.diskHeight()));
  }

  private void requireNext(long height, long applied) {
    if (applied == 0 && genesis == null) {
      throw new CallOrderException(
          "FinalizeBlock for height " + height + " before InitChain, on an empty store");
    }
    long wanted = applied == 0 ? genesis.initialHeight() : applied + 1;
    if (height != wanted) {
      throw new CallOrderException(
          "FinalizeBlock for height "
              + height
              + ", the last durable height is "
              + applied
              + " and the next "
              + wanted);
    }
  }

  private StateCommitment restore(AppliedHeight applied) {
    return applied.getHeight() == 0 ? StateCommitment.empty() : StateCommitment.restore(engine);
  }
}
