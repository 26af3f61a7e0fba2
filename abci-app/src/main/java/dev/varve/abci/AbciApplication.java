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

/**
 * An ABCI 2.0 application: what the node asks, in the messages of the 0.38 to 0.40 dialect; the
 * server turns those of 1.0 into these and back.
 *
 * <p>Threads: the consensus calls (InitChain to Commit) come one at a time, in order. CheckTx,
 * Query, Info and the snapshot calls come from other threads at the same time. An exception closes
 * the connection, which ends the node: a bad transaction or query is a response with a code. A call
 * out of order is refused with {@link CallOrderException}.
 */
public interface AbciApplication {
  ResponseInfo info(RequestInfo request);

  ResponseQuery query(RequestQuery request);

  ResponseCheckTx checkTx(RequestCheckTx request);

  ResponseInsertTx insertTx(RequestInsertTx request);

  ResponseReapTxs reapTxs(RequestReapTxs request);

  ResponseInitChain initChain(RequestInitChain request);

  ResponsePrepareProposal prepareProposal(RequestPrepareProposal request);

  ResponseProcessProposal processProposal(RequestProcessProposal request);

  ResponseExtendVote extendVote(RequestExtendVote request);

  ResponseVerifyVoteExtension verifyVoteExtension(RequestVerifyVoteExtension request);

  ResponseFinalizeBlock finalizeBlock(RequestFinalizeBlock request);

  ResponseCommit commit(RequestCommit request);

  ResponseListSnapshots listSnapshots(RequestListSnapshots request);

  ResponseOfferSnapshot offerSnapshot(RequestOfferSnapshot request);

  ResponseLoadSnapshotChunk loadSnapshotChunk(RequestLoadSnapshotChunk request);

  ResponseApplySnapshotChunk applySnapshotChunk(RequestApplySnapshotChunk request);
}
