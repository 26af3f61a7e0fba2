package dev.varve.bench.abci;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import dev.varve.abci.types.BlockIDFlag;
import dev.varve.abci.types.CommitInfo;
import dev.varve.abci.types.ExtendedCommitInfo;
import dev.varve.abci.types.ExtendedVoteInfo;
import dev.varve.abci.types.Request;
import dev.varve.abci.types.RequestCheckTx;
import dev.varve.abci.types.RequestCommit;
import dev.varve.abci.types.RequestFinalizeBlock;
import dev.varve.abci.types.RequestFlush;
import dev.varve.abci.types.RequestPrepareProposal;
import dev.varve.abci.types.RequestProcessProposal;
import dev.varve.abci.types.Validator;
import dev.varve.abci.types.VoteInfo;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * The frames of one block's calls, made before the clock runs; each call ends with its Flush.
 *
 * @param checkTx batches of CheckTx, a Flush behind each
 */
record BlockRequests(
    int txCount,
    List<Batch> checkTx,
    ByteBuffer prepareProposal,
    ByteBuffer processProposal,
    ByteBuffer finalizeBlock,
    ByteBuffer commit) {

  /** Frames of {@code count} CheckTx and one Flush. */
  record Batch(int count, ByteBuffer frames) {}

  private static final Request FLUSH =
      Request.newBuilder().setFlush(RequestFlush.getDefaultInstance()).build();
  private static final Request COMMIT =
      Request.newBuilder().setCommit(RequestCommit.getDefaultInstance()).build();

  /** More than any block here has, so that no proposal is cut. */
  private static final long MAX_TX_BYTES = 1L << 30;

  static BlockRequests of(Genesis genesis, long height, List<ByteString> txs, int checkTxBatch) {
    return new BlockRequests(
        txs.size(),
        checkTx(txs, checkTxBatch),
        frames(List.of(prepareProposal(genesis, height, txs), FLUSH)),
        frames(List.of(processProposal(genesis, height, txs), FLUSH)),
        frames(List.of(finalizeBlock(genesis, height, txs), FLUSH)),
        frames(List.of(COMMIT, FLUSH)));
  }

  /** The requests as they go over the wire, in memory that the system can send from directly. */
  private static ByteBuffer frames(List<Request> requests) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try {
      for (Request request : requests) {
        request.writeDelimitedTo(out);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("an array cannot be written to", e);
    }
    byte[] bytes = out.toByteArray();
    return ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
  }

  private static List<Batch> checkTx(List<ByteString> txs, int batch) {
    List<Batch> batches = new ArrayList<>();
    for (int from = 0; from < txs.size(); from += batch) {
      List<ByteString> part = txs.subList(from, Math.min(txs.size(), from + batch));
      List<Request> requests = new ArrayList<>(part.size() + 1);
      for (ByteString tx : part) {
        requests.add(
            Request.newBuilder().setCheckTx(RequestCheckTx.newBuilder().setTx(tx)).build());
      }
      requests.add(FLUSH);
      batches.add(new Batch(part.size(), frames(requests)));
    }
    return batches;
  }

  private static Request prepareProposal(Genesis genesis, long height, List<ByteString> txs) {
    RequestPrepareProposal.Builder body =
        RequestPrepareProposal.newBuilder()
            .setMaxTxBytes(MAX_TX_BYTES)
            .addAllTxs(txs)
            .setHeight(height)
            .setTime(time(genesis, height))
            .setNextValidatorsHash(genesis.validatorsHash())
            .setProposerAddress(genesis.validatorAddress());
    if (height > 1) {
      body.setLocalLastCommit(
          ExtendedCommitInfo.newBuilder()
              .addVotes(
                  ExtendedVoteInfo.newBuilder()
                      .setValidator(validator(genesis))
                      .setBlockIdFlag(BlockIDFlag.BLOCK_ID_FLAG_COMMIT)));
    }
    return Request.newBuilder().setPrepareProposal(body).build();
  }

  private static Request processProposal(Genesis genesis, long height, List<ByteString> txs) {
    RequestProcessProposal.Builder body =
        RequestProcessProposal.newBuilder()
            .addAllTxs(txs)
            .setProposedLastCommit(lastCommit(genesis, height))
            .setHash(genesis.blockHash(height))
            .setHeight(height)
            .setTime(time(genesis, height))
            .setNextValidatorsHash(genesis.validatorsHash())
            .setProposerAddress(genesis.validatorAddress());
    return Request.newBuilder().setProcessProposal(body).build();
  }

  private static Request finalizeBlock(Genesis genesis, long height, List<ByteString> txs) {
    RequestFinalizeBlock.Builder body =
        RequestFinalizeBlock.newBuilder()
            .addAllTxs(txs)
            .setDecidedLastCommit(lastCommit(genesis, height))
            .setHash(genesis.blockHash(height))
            .setHeight(height)
            .setTime(time(genesis, height))
            .setNextValidatorsHash(genesis.validatorsHash())
            .setProposerAddress(genesis.validatorAddress());
    return Request.newBuilder().setFinalizeBlock(body).build();
  }

  private static CommitInfo lastCommit(Genesis genesis, long height) {
    CommitInfo.Builder commit = CommitInfo.newBuilder();
    if (height > 1) {
      commit.addVotes(
          VoteInfo.newBuilder()
              .setValidator(validator(genesis))
              .setBlockIdFlag(BlockIDFlag.BLOCK_ID_FLAG_COMMIT));
    }
    return commit.build();
  }

  private static Validator validator(Genesis genesis) {
    return Validator.newBuilder()
        .setAddress(genesis.validatorAddress())
        .setPower(Genesis.VALIDATOR_POWER)
        .build();
  }

  /** A second a block, as a node with default settings would have it. */
  private static Timestamp time(Genesis genesis, long height) {
    return Timestamp.newBuilder().setSeconds(genesis.timeSeconds() + height).build();
  }
}
