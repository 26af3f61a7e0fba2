package dev.varve.node;

import dev.varve.abci.AbciApplication;
import dev.varve.abci.CallOrderException;
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
import io.micrometer.core.instrument.Timer;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Times every call of an application, counts committed transactions, and tells the owner of a
 * node's first words, Info, and of an exception: the connection it came from ends, and the node
 * with it.
 */
final class MeteredApplication implements AbciApplication {
  private final AbciApplication application;
  private final Function<RequestQuery, ResponseQuery> queries;
  private final NodeMetrics metrics;
  private final Runnable onContact;
  private final Consumer<RuntimeException> onFailure;

  private final Timer info;
  private final Timer query;
  private final Timer checkTx;
  private final Timer insertTx;
  private final Timer reapTxs;
  private final Timer initChain;
  private final Timer prepareProposal;
  private final Timer processProposal;
  private final Timer extendVote;
  private final Timer verifyVoteExtension;
  private final Timer finalizeBlock;
  private final Timer commit;
  private final Timer listSnapshots;
  private final Timer offerSnapshot;
  private final Timer loadSnapshotChunk;
  private final Timer applySnapshotChunk;

  // Consensus calls come one at a time: finalizeBlock writes, commit reads and clears.
  private volatile Outcome finalized = new Outcome(0, 0);

  MeteredApplication(
      AbciApplication application,
      Function<RequestQuery, ResponseQuery> queries,
      NodeMetrics metrics,
      Runnable onContact,
      Consumer<RuntimeException> onFailure) {
    this.application = application;
    this.queries = queries;
    this.metrics = metrics;
    this.onContact = onContact;
    this.onFailure = onFailure;
    info = metrics.abciCall("info");
    query = metrics.abciCall("query");
    checkTx = metrics.abciCall("check_tx");
    insertTx = metrics.abciCall("insert_tx");
    reapTxs = metrics.abciCall("reap_txs");
    initChain = metrics.abciCall("init_chain");
    prepareProposal = metrics.abciCall("prepare_proposal");
    processProposal = metrics.abciCall("process_proposal");
    extendVote = metrics.abciCall("extend_vote");
    verifyVoteExtension = metrics.abciCall("verify_vote_extension");
    finalizeBlock = metrics.abciCall("finalize_block");
    commit = metrics.abciCall("commit");
    listSnapshots = metrics.abciCall("list_snapshots");
    offerSnapshot = metrics.abciCall("offer_snapshot");
    loadSnapshotChunk = metrics.abciCall("load_snapshot_chunk");
    applySnapshotChunk = metrics.abciCall("apply_snapshot_chunk");
  }

  @Override
  public ResponseInfo info(RequestInfo request) {
    onContact.run();
    return timed(info, application::info, request);
  }

  @Override
  public ResponseQuery query(RequestQuery request) {
    return timed(query, queries, request);
  }

  @Override
  public ResponseCheckTx checkTx(RequestCheckTx request) {
    return timed(checkTx, application::checkTx, request);
  }

  @Override
  public ResponseInsertTx insertTx(RequestInsertTx request) {
    return timed(insertTx, application::insertTx, request);
  }

  @Override
  public ResponseReapTxs reapTxs(RequestReapTxs request) {
    return timed(reapTxs, application::reapTxs, request);
  }

  @Override
  public ResponseInitChain initChain(RequestInitChain request) {
    return timed(initChain, application::initChain, request);
  }

  @Override
  public ResponsePrepareProposal prepareProposal(RequestPrepareProposal request) {
    return timed(prepareProposal, application::prepareProposal, request);
  }

  @Override
  public ResponseProcessProposal processProposal(RequestProcessProposal request) {
    return timed(processProposal, application::processProposal, request);
  }

  @Override
  public ResponseExtendVote extendVote(RequestExtendVote request) {
    return timed(extendVote, application::extendVote, request);
  }

  @Override
  public ResponseVerifyVoteExtension verifyVoteExtension(RequestVerifyVoteExtension request) {
    return timed(verifyVoteExtension, application::verifyVoteExtension, request);
  }

  @Override
  public ResponseFinalizeBlock finalizeBlock(RequestFinalizeBlock request) {
    ResponseFinalizeBlock response = timed(finalizeBlock, application::finalizeBlock, request);
    int failed = 0;
    for (int i = 0; i < response.getTxResultsCount(); i++) {
      failed += response.getTxResults(i).getCode() == 0 ? 0 : 1;
    }
    finalized = new Outcome(response.getTxResultsCount() - failed, failed);
    return response;
  }

  @Override
  public ResponseCommit commit(RequestCommit request) {
    ResponseCommit response = timed(commit, application::commit, request);
    metrics.committed(finalized.ok(), finalized.failed());
    finalized = new Outcome(0, 0);
    return response;
  }

  @Override
  public ResponseListSnapshots listSnapshots(RequestListSnapshots request) {
    return timed(listSnapshots, application::listSnapshots, request);
  }

  @Override
  public ResponseOfferSnapshot offerSnapshot(RequestOfferSnapshot request) {
    return timed(offerSnapshot, application::offerSnapshot, request);
  }

  @Override
  public ResponseLoadSnapshotChunk loadSnapshotChunk(RequestLoadSnapshotChunk request) {
    return timed(loadSnapshotChunk, application::loadSnapshotChunk, request);
  }

  @Override
  public ResponseApplySnapshotChunk applySnapshotChunk(RequestApplySnapshotChunk request) {
    return timed(applySnapshotChunk, application::applySnapshotChunk, request);
  }

  private <Q, R> R timed(Timer timer, Function<Q, R> call, Q request) {
    long start = System.nanoTime();
    try {
      return call.apply(request);
    } catch (CallOrderException e) {
      throw e;
    } catch (RuntimeException e) {
      onFailure.accept(e);
      throw e;
    } finally {
      timer.record(System.nanoTime() - start, TimeUnit.NANOSECONDS);
    }
  }

  /** How the transactions of a finalized block went. */
  private record Outcome(int ok, int failed) {}
}
