package dev.varve.ledger;

import com.google.protobuf.ByteString;
import dev.varve.abci.AbciApplication;
import dev.varve.abci.types.RequestApplySnapshotChunk;
import dev.varve.abci.types.RequestCheckTx;
import dev.varve.abci.types.RequestCommit;
import dev.varve.abci.types.RequestExtendVote;
import dev.varve.abci.types.RequestFinalizeBlock;
import dev.varve.abci.types.RequestInfo;
import dev.varve.abci.types.RequestInitChain;
import dev.varve.abci.types.RequestInsertTx;
import dev.varve.abci.types.RequestListSnapshots;
import dev.varve.abci.types.RequestLoadSnapshotChunk;
import dev.varve.abci.types.RequestOfferSnapshot;
import dev.varve.abci.types.RequestPrepareProposal;
import dev.varve.abci.types.RequestProcessProposal;
import dev.varve.abci.types.RequestQuery;
import dev.varve.abci.types.RequestReapTxs;
import dev.varve.abci.types.RequestVerifyVoteExtension;
import dev.varve.abci.types.ResponseApplySnapshotChunk;
import dev.varve.abci.types.ResponseCheckTx;
import dev.varve.abci.types.ResponseCommit;
import dev.varve.abci.types.ResponseExtendVote;
import dev.varve.abci.types.ResponseFinalizeBlock;
import dev.varve.abci.types.ResponseInfo;
import dev.varve.abci.types.ResponseInitChain;
import dev.varve.abci.types.ResponseInsertTx;
import dev.varve.abci.types.ResponseListSnapshots;
import dev.varve.abci.types.ResponseLoadSnapshotChunk;
import dev.varve.abci.types.ResponseOfferSnapshot;
import dev.varve.abci.types.ResponsePrepareProposal;
import dev.varve.abci.types.ResponseProcessProposal;
import dev.varve.abci.types.ResponseQuery;
import dev.varve.abci.types.ResponseReapTxs;
import dev.varve.abci.types.ResponseVerifyVoteExtension;
import dev.varve.storage.StorageEngine;
import dev.varve.storage.record.AppliedHeight;
import java.util.Optional;

/**
 * The deterministic state machine of a chain: executes blocks on committed state, hands each as one
 * batch to the engine, and answers queries from what is durable.
 *
 * <p>Grammar of transactions, codes, key spaces and rules: the package's description. Threads: as
 * {@link AbciApplication} says. Errors: {@link IllegalStateException} for a call out of order,
 * {@link IllegalArgumentException} for a genesis state that cannot be read, and {@code
 * StorageException} from InitChain, FinalizeBlock, Commit and Info; never for a bad transaction or
 * query.
 */
public final class Ledger implements AbciApplication, AutoCloseable {
  /** The application's protocol version: in Info, in a new genesis, and in every header. */
  public static final long APP_VERSION = 1;

  private static final String NAME = "varve";

  private final StorageEngine engine;
  private final LedgerConfig config;
  private final BlockPipeline pipeline;
  private final TxChecker checker;
  private final QueryHandler queries;

  /**
   * Continues from the engine's last durable height.
   *
   * @throws IllegalStateException when the engine's state was committed to by another scheme
   * @throws dev.varve.storage.StorageException.Corruption when it does not give the app hash on
   *     record
   */
  public Ledger(StorageEngine engine, LedgerConfig config) {
    this.engine = engine;
    this.config = config;
    ReplayGuard guard = new ReplayGuard(engine);
    this.pipeline = new BlockPipeline(engine, guard, config.retainBlocks());
    this.checker = new TxChecker(guard);
    this.queries = new QueryHandler(engine);
  }

  /** The chain this ledger belongs to, once its first block is durable. */
  public Optional<String> chainId() {
    return engine.meta(Genesis.META_CHAIN_ID).map(ByteString::toStringUtf8);
  }

  @Override
  public ResponseInfo info(RequestInfo request) {
    AppliedHeight applied = engine.applied();
    return ResponseInfo.newBuilder()
        .setData(NAME)
        .setVersion(config.version())
        .setAppVersion(APP_VERSION)
        .setLastBlockHeight(applied.getHeight())
        .setLastBlockAppHash(applied.getAppHash())
        .build();
  }

  @Override
  public ResponseQuery query(RequestQuery request) {
    return queries.query(request);
  }

  @Override
  public ResponseCheckTx checkTx(RequestCheckTx request) {
    return checker.check(request.getTx(), pipeline.nextHeight());
  }

  /** Refuses for good: the node has to keep the mempool. */
  @Override
  public ResponseInsertTx insertTx(RequestInsertTx request) {
    return ResponseInsertTx.newBuilder().setCode(Code.NO_APPLICATION_MEMPOOL.number()).build();
  }

  @Override
  public ResponseReapTxs reapTxs(RequestReapTxs request) {
    return ResponseReapTxs.getDefaultInstance();
  }

  @Override
  public ResponseInitChain initChain(RequestInitChain request) {
    return pipeline.initChain(request);
  }

  @Override
  public ResponsePrepareProposal prepareProposal(RequestPrepareProposal request) {
    return Proposals.prepare(request);
  }

  /**
   * Accepts any transactions: a block must not stall on a bad one, which gets a code instead. The
   * block is executed meanwhile, should it be decided.
   */
  @Override
  public ResponseProcessProposal processProposal(RequestProcessProposal request) {
    pipeline.proposed(request.getHeight(), request.getTxsList());
    return ResponseProcessProposal.newBuilder()
        .setStatus(ResponseProcessProposal.ProposalStatus.ACCEPT)
        .build();
  }

  @Override
  public ResponseExtendVote extendVote(RequestExtendVote request) {
    return ResponseExtendVote.getDefaultInstance();
  }

  @Override
  public ResponseVerifyVoteExtension verifyVoteExtension(RequestVerifyVoteExtension request) {
    return ResponseVerifyVoteExtension.newBuilder()
        .setStatus(
            request.getVoteExtension().isEmpty()
                ? ResponseVerifyVoteExtension.VerifyStatus.ACCEPT
                : ResponseVerifyVoteExtension.VerifyStatus.REJECT)
        .build();
  }

  @Override
  public ResponseFinalizeBlock finalizeBlock(RequestFinalizeBlock request) {
    return pipeline.finalizeBlock(request);
  }

  @Override
  public ResponseCommit commit(RequestCommit request) {
    return pipeline.commit();
  }

  /** Ends the ledger's thread; the engine is its owner's. */
  @Override
  public void close() {
    pipeline.close();
  }

  @Override
  public ResponseListSnapshots listSnapshots(RequestListSnapshots request) {
    return ResponseListSnapshots.getDefaultInstance();
  }

  @Override
  public ResponseOfferSnapshot offerSnapshot(RequestOfferSnapshot request) {
    return ResponseOfferSnapshot.newBuilder()
        .setResult(ResponseOfferSnapshot.Result.REJECT)
        .build();
  }

  @Override
  public ResponseLoadSnapshotChunk loadSnapshotChunk(RequestLoadSnapshotChunk request) {
    return ResponseLoadSnapshotChunk.getDefaultInstance();
  }

  @Override
  public ResponseApplySnapshotChunk applySnapshotChunk(RequestApplySnapshotChunk request) {
    return ResponseApplySnapshotChunk.newBuilder()
        .setResult(ResponseApplySnapshotChunk.Result.ABORT)
        .build();
  }
}
