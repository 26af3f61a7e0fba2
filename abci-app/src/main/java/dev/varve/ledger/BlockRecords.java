package dev.varve.ledger;

import com.google.protobuf.ByteString;
import dev.varve.abci.types.CommitInfo;
import dev.varve.abci.types.Misbehavior;
import dev.varve.abci.types.RequestFinalizeBlock;
import dev.varve.abci.types.VoteInfo;
import dev.varve.storage.record.BlockRecord;
import dev.varve.storage.record.Vote;

/** Turns what FinalizeBlock carries into the stored form of a block. */
final class BlockRecords {
  private BlockRecords() {}

  static BlockRecord of(RequestFinalizeBlock request, ByteString appHash) {
    BlockRecord.Builder block =
        BlockRecord.newBuilder()
            .setHeight(request.getHeight())
            .setHash(request.getHash())
            .setProposerAddress(request.getProposerAddress())
            .setNextValidatorsHash(request.getNextValidatorsHash())
            .setTxCount(request.getTxsCount())
            .setAppHash(appHash);
    if (request.hasTime()) {
      block.setTime(request.getTime());
    }
    if (request.hasDecidedLastCommit()) {
      block.setLastCommit(commitInfo(request.getDecidedLastCommit()));
    }
    for (Misbehavior misbehavior : request.getMisbehaviorList()) {
      block.addMisbehavior(misbehavior(misbehavior));
    }
    return block.build();
  }

  private static dev.varve.storage.record.CommitInfo commitInfo(CommitInfo commit) {
    dev.varve.storage.record.CommitInfo.Builder record =
        dev.varve.storage.record.CommitInfo.newBuilder().setRound(commit.getRound());
    for (VoteInfo vote : commit.getVotesList()) {
      record.addVotes(
          Vote.newBuilder()
              .setAddress(vote.getValidator().getAddress())
              .setPower(vote.getValidator().getPower())
              .setBlockIdFlag(vote.getBlockIdFlagValue()));
    }
    return record.build();
  }

  private static dev.varve.storage.record.Misbehavior misbehavior(Misbehavior misbehavior) {
    dev.varve.storage.record.Misbehavior.Builder record =
        dev.varve.storage.record.Misbehavior.newBuilder()
            .setType(misbehavior.getTypeValue())
            .setAddress(misbehavior.getValidator().getAddress())
            .setPower(misbehavior.getValidator().getPower())
            .setHeight(misbehavior.getHeight())
            .setTotalVotingPower(misbehavior.getTotalVotingPower());
    if (misbehavior.hasTime()) {
      record.setTime(misbehavior.getTime());
    }
    return record.build();
  }
}
