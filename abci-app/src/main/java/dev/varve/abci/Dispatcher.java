package dev.varve.abci;

import dev.varve.abci.types.Request;
import dev.varve.abci.types.RequestEcho;
import dev.varve.abci.types.Response;
import dev.varve.abci.types.ResponseEcho;
import dev.varve.abci.types.ResponseFlush;

/** Turns a request envelope into the application's call and its answer into an envelope. */
final class Dispatcher {
  private final AbciApplication application;

  Dispatcher(AbciApplication application) {
    this.application = application;
  }

  /**
   * Answers one request; its envelope must hold one.
   *
   * @throws RuntimeException whatever the application throws
   */
  Response dispatch(Request request) {
    Response.Builder answer = Response.newBuilder();
    switch (request.getValueCase()) {
      case ECHO -> answer.setEcho(echo(request.getEcho()));
      case FLUSH -> answer.setFlush(ResponseFlush.getDefaultInstance());
      case INFO -> answer.setInfo(application.info(request.getInfo()));
      case QUERY -> answer.setQuery(application.query(request.getQuery()));
      case CHECK_TX -> answer.setCheckTx(application.checkTx(request.getCheckTx()));
      case INSERT_TX -> answer.setInsertTx(application.insertTx(request.getInsertTx()));
      case REAP_TXS -> answer.setReapTxs(application.reapTxs(request.getReapTxs()));
      case INIT_CHAIN -> answer.setInitChain(application.initChain(request.getInitChain()));
      case PREPARE_PROPOSAL ->
          answer.setPrepareProposal(application.prepareProposal(request.getPrepareProposal()));
      case PROCESS_PROPOSAL ->
          answer.setProcessProposal(application.processProposal(request.getProcessProposal()));
      case EXTEND_VOTE -> answer.setExtendVote(application.extendVote(request.getExtendVote()));
      case VERIFY_VOTE_EXTENSION ->
          answer.setVerifyVoteExtension(
              application.verifyVoteExtension(request.getVerifyVoteExtension()));
      case FINALIZE_BLOCK ->
          answer.setFinalizeBlock(application.finalizeBlock(request.getFinalizeBlock()));
      case COMMIT -> answer.setCommit(application.commit(request.getCommit()));
      case LIST_SNAPSHOTS ->
          answer.setListSnapshots(application.listSnapshots(request.getListSnapshots()));
      case OFFER_SNAPSHOT ->
          answer.setOfferSnapshot(application.offerSnapshot(request.getOfferSnapshot()));
      case LOAD_SNAPSHOT_CHUNK ->
          answer.setLoadSnapshotChunk(
              application.loadSnapshotChunk(request.getLoadSnapshotChunk()));
      case APPLY_SNAPSHOT_CHUNK ->
          answer.setApplySnapshotChunk(
              application.applySnapshotChunk(request.getApplySnapshotChunk()));
      default -> throw new IllegalStateException("no call for " + request.getValueCase());
    }
    return answer.build();
  }

  static ResponseEcho echo(RequestEcho request) {
    return ResponseEcho.newBuilder().setMessage(request.getMessage()).build();
  }
}
