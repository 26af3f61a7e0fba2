package dev.varve.abci;

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
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;

/**
 * Keeps the application's promise that consensus calls come one at a time, whatever peers do: those
 * calls share one lock, the others pass through.
 */
final class SerialConsensus implements AbciApplication {
  private final AbciApplication application;
  private final ReentrantLock consensus = new ReentrantLock();

  SerialConsensus(AbciApplication application) {
    this.application = application;
  }

  private <Q, R> R alone(Function<Q, R> call, Q request) {
    consensus.lock();
    try {
      return call.apply(request);
    } finally {
      consensus.unlock();
    }
  }

  @Override
  public ResponseInfo info(RequestInfo request) {
    return application.info(request);
  }

  @Override
  public ResponseQuery query(RequestQuery request) {
    return application.query(request);
  }

  @Override
  public ResponseCheckTx checkTx(RequestCheckTx request) {
    return application.checkTx(request);
  }

  @Override
  public ResponseInsertTx insertTx(RequestInsertTx request) {
    return application.insertTx(request);
  }

  @Override
  public ResponseReapTxs reapTxs(RequestReapTxs request) {
    return application.reapTxs(request);
  }

  @Override
  public ResponseInitChain initChain(RequestInitChain request) {
    return alone(application::initChain, request);
  }

  @Override
  public ResponsePrepareProposal prepareProposal(RequestPrepareProposal request) {
    return alone(application::prepareProposal, request);
  }

  @Override
  public ResponseProcessProposal processProposal(RequestProcessProposal request) {
    return alone(application::processProposal, request);
  }

  @Override
  public ResponseExtendVote extendVote(RequestExtendVote request) {
    return alone(application::extendVote, request);
  }

  @Override
  public ResponseVerifyVoteExtension verifyVoteExtension(RequestVerifyVoteExtension request) {
    return alone(application::verifyVoteExtension, request);
  }

  @Override
  public ResponseFinalizeBlock finalizeBlock(RequestFinalizeBlock request) {
    return alone(application::finalizeBlock, request);
  }

  @Override
  public ResponseCommit commit(RequestCommit request) {
    return alone(application::commit, request);
  }

  @Override
  public ResponseListSnapshots listSnapshots(RequestListSnapshots request) {
    return application.listSnapshots(request);
  }

  @Override
  public ResponseOfferSnapshot offerSnapshot(RequestOfferSnapshot request) {
    return application.offerSnapshot(request);
  }

  @Override
  public ResponseLoadSnapshotChunk loadSnapshotChunk(RequestLoadSnapshotChunk request) {
    return application.loadSnapshotChunk(request);
  }

  @Override
  public ResponseApplySnapshotChunk applySnapshotChunk(RequestApplySnapshotChunk request) {
    return application.applySnapshotChunk(request);
  }
}
