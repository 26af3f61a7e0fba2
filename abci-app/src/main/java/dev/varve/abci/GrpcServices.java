package dev.varve.abci;

import dev.varve.abci.types.RequestApplySnapshotChunk;
import dev.varve.abci.types.RequestCheckTx;
import dev.varve.abci.types.RequestCommit;
import dev.varve.abci.types.RequestEcho;
import dev.varve.abci.types.RequestExtendVote;
import dev.varve.abci.types.RequestFinalizeBlock;
import dev.varve.abci.types.RequestFlush;
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
import dev.varve.abci.types.ResponseEcho;
import dev.varve.abci.types.ResponseExtendVote;
import dev.varve.abci.types.ResponseFinalizeBlock;
import dev.varve.abci.types.ResponseFlush;
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
import dev.varve.abci.v1.CheckTxRequest;
import dev.varve.abci.v1.FinalizeBlockResponse;
import dev.varve.abci.v1.InitChainRequest;
import dev.varve.abci.v1.InitChainResponse;
import io.grpc.ServerServiceDefinition;

/**
 * The tables of gRPC methods; which service a node calls says its dialect. Written by hand: a table
 * says the same as generated stubs and lets both services share what is equal.
 */
final class GrpcServices {
  private GrpcServices() {}

  static ServerServiceDefinition v038(AbciApplication application) {
    return shared(new GrpcServiceBuilder("tendermint.abci.ABCI"), application)
        .add(
            "CheckTx",
            RequestCheckTx.getDefaultInstance(),
            ResponseCheckTx.getDefaultInstance(),
            application::checkTx)
        .add(
            "InsertTx",
            RequestInsertTx.getDefaultInstance(),
            ResponseInsertTx.getDefaultInstance(),
            application::insertTx)
        .add(
            "ReapTxs",
            RequestReapTxs.getDefaultInstance(),
            ResponseReapTxs.getDefaultInstance(),
            application::reapTxs)
        .add(
            "InitChain",
            RequestInitChain.getDefaultInstance(),
            ResponseInitChain.getDefaultInstance(),
            application::initChain)
        .add(
            "FinalizeBlock",
            RequestFinalizeBlock.getDefaultInstance(),
            ResponseFinalizeBlock.getDefaultInstance(),
            application::finalizeBlock)
        .build();
  }

  static ServerServiceDefinition v1(AbciApplication application) {
    return shared(new GrpcServiceBuilder("cometbft.abci.v1.ABCIService"), application)
        .add(
            "CheckTx",
            CheckTxRequest.getDefaultInstance(),
            ResponseCheckTx.getDefaultInstance(),
            request -> application.checkTx(V1Translation.request(request)))
        .add(
            "InitChain",
            InitChainRequest.getDefaultInstance(),
            InitChainResponse.getDefaultInstance(),
            request -> V1Translation.body(application.initChain(V1Translation.request(request))))
        .add(
            "FinalizeBlock",
            RequestFinalizeBlock.getDefaultInstance(),
            FinalizeBlockResponse.getDefaultInstance(),
            request -> V1Translation.body(application.finalizeBlock(request)))
        .build();
  }

  private static GrpcServiceBuilder shared(
      GrpcServiceBuilder service, AbciApplication application) {
    GrpcServiceBuilder common =
        service
            .add(
                "Echo",
                RequestEcho.getDefaultInstance(),
                ResponseEcho.getDefaultInstance(),
                Dispatcher::echo)
            .add(
                "Flush",
                RequestFlush.getDefaultInstance(),
                ResponseFlush.getDefaultInstance(),
                request -> ResponseFlush.getDefaultInstance())
            .add(
                "Info",
                RequestInfo.getDefaultInstance(),
                ResponseInfo.getDefaultInstance(),
                application::info)
            .add(
                "Query",
                RequestQuery.getDefaultInstance(),
                ResponseQuery.getDefaultInstance(),
                application::query)
            .add(
                "Commit",
                RequestCommit.getDefaultInstance(),
                ResponseCommit.getDefaultInstance(),
                application::commit);
    return snapshots(proposals(common, application), application);
  }

  private static GrpcServiceBuilder proposals(
      GrpcServiceBuilder service, AbciApplication application) {
    return service
        .add(
            "PrepareProposal",
            RequestPrepareProposal.getDefaultInstance(),
            ResponsePrepareProposal.getDefaultInstance(),
            application::prepareProposal)
        .add(
            "ProcessProposal",
            RequestProcessProposal.getDefaultInstance(),
            ResponseProcessProposal.getDefaultInstance(),
            application::processProposal)
        .add(
            "ExtendVote",
            RequestExtendVote.getDefaultInstance(),
            ResponseExtendVote.getDefaultInstance(),
            application::extendVote)
        .add(
            "VerifyVoteExtension",
            RequestVerifyVoteExtension.getDefaultInstance(),
            ResponseVerifyVoteExtension.getDefaultInstance(),
            application::verifyVoteExtension);
  }

  private static GrpcServiceBuilder snapshots(
      GrpcServiceBuilder service, AbciApplication application) {
    return service
        .add(
            "ListSnapshots",
            RequestListSnapshots.getDefaultInstance(),
            ResponseListSnapshots.getDefaultInstance(),
            application::listSnapshots)
        .add(
            "OfferSnapshot",
            RequestOfferSnapshot.getDefaultInstance(),
            ResponseOfferSnapshot.getDefaultInstance(),
            application::offerSnapshot)
        .add(
            "LoadSnapshotChunk",
            RequestLoadSnapshotChunk.getDefaultInstance(),
            ResponseLoadSnapshotChunk.getDefaultInstance(),
            application::loadSnapshotChunk)
        .add(
            "ApplySnapshotChunk",
            RequestApplySnapshotChunk.getDefaultInstance(),
            ResponseApplySnapshotChunk.getDefaultInstance(),
            application::applySnapshotChunk);
  }
}
