package dev.varve.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import dev.varve.abci.types.BlockIDFlag;
import dev.varve.abci.types.CommitInfo;
import dev.varve.abci.types.Misbehavior;
import dev.varve.abci.types.MisbehaviorType;
import dev.varve.abci.types.RequestCheckTx;
import dev.varve.abci.types.RequestCommit;
import dev.varve.abci.types.RequestFinalizeBlock;
import dev.varve.abci.types.RequestInfo;
import dev.varve.abci.types.RequestInitChain;
import dev.varve.abci.types.RequestProcessProposal;
import dev.varve.abci.types.RequestQuery;
import dev.varve.abci.types.ResponseCheckTx;
import dev.varve.abci.types.ResponseFinalizeBlock;
import dev.varve.abci.types.ResponseInitChain;
import dev.varve.abci.types.ResponseProcessProposal;
import dev.varve.abci.types.ResponseQuery;
import dev.varve.abci.types.Validator;
import dev.varve.abci.types.VoteInfo;
import dev.varve.storage.StorageEngine;
import java.util.List;
import java.util.function.Function;

/** Plays the node's part towards one ledger; a restart keeps the engine alone. */
final class Chain {
  static final String ID = "test-chain";

  final StorageEngine engine;
  private final LedgerConfig config;
  Ledger ledger;

  Chain(StorageEngine engine) {
    this(engine, new LedgerConfig("0.0.0-test", 0));
  }

  Chain(StorageEngine engine, LedgerConfig config) {
    this.engine = engine;
    this.config = config;
    restart();
  }

  void restart() {
    ledger = new Ledger(engine, config);
  }

  /** A chain of height 1 and above with an empty genesis state. */
  Chain started() {
    initChain("", 1);
    return this;
  }

  ResponseInitChain initChain(String appState, long initialHeight) {
    return ledger.initChain(
        RequestInitChain.newBuilder()
            .setChainId(ID)
            .setInitialHeight(initialHeight)
            .setAppStateBytes(ByteString.copyFromUtf8(appState))
            .build());
  }

  ResponseFinalizeBlock finalizeBlock(long height, ByteString... txs) {
    return ledger.finalizeBlock(request(height, txs));
  }

  void propose(long height, ByteString... txs) {
    RequestProcessProposal request =
        RequestProcessProposal.newBuilder().setHeight(height).addAllTxs(List.of(txs)).build();
    assertThat(ledger.processProposal(request).getStatus())
        .isEqualTo(ResponseProcessProposal.ProposalStatus.ACCEPT);
  }

  /** FinalizeBlock and Commit of the height after the last durable one. */
  ResponseFinalizeBlock block(ByteString... txs) {
    ResponseFinalizeBlock response = finalizeBlock(height() + 1, txs);
    commit();
    return response;
  }

  long commit() {
    return ledger.commit(RequestCommit.getDefaultInstance()).getRetainHeight();
  }

  void emptyBlocks(long upTo) {
    while (height() < upTo) {
      block();
    }
  }

  long height() {
    return ledger.info(RequestInfo.getDefaultInstance()).getLastBlockHeight();
  }

  ByteString appHash() {
    return ledger.info(RequestInfo.getDefaultInstance()).getLastBlockAppHash();
  }

  ResponseCheckTx check(ByteString tx) {
    return ledger.checkTx(RequestCheckTx.newBuilder().setTx(tx).build());
  }

  ResponseQuery query(String path, String data, long height) {
    return ledger.query(
        RequestQuery.newBuilder()
            .setPath(path)
            .setData(ByteString.copyFromUtf8(data))
            .setHeight(height)
            .build());
  }

  ResponseQuery query(String path) {
    return query(path, "", 0);
  }

  /** The value of a user's key, or the empty text. */
  String value(String key) {
    return query("/store", key, 0).getValue().toStringUtf8();
  }

  static List<Integer> codes(ResponseFinalizeBlock response) {
    return response.getTxResultsList().stream().map(result -> result.getCode()).toList();
  }

  static RequestFinalizeBlock request(long height, ByteString... txs) {
    return request(height, builder -> builder.addAllTxs(List.of(txs)));
  }

  static RequestFinalizeBlock request(
      long height, Function<RequestFinalizeBlock.Builder, RequestFinalizeBlock.Builder> change) {
    Timestamp time =
        Timestamp.newBuilder().setSeconds(1_700_000_000 + height).setNanos(120_000_000).build();
    Validator validator =
        Validator.newBuilder().setAddress(bytes("validator-address-01")).setPower(10).build();
    RequestFinalizeBlock.Builder request =
        RequestFinalizeBlock.newBuilder()
            .setHeight(height)
            .setHash(new Sha256().hash(ByteString.copyFromUtf8("block " + height)))
            .setTime(time)
            .setNextValidatorsHash(new Sha256().hash(bytes("validators")))
            .setProposerAddress(bytes("proposer-address--01"))
            .setDecidedLastCommit(
                CommitInfo.newBuilder()
                    .setRound(1)
                    .addVotes(
                        VoteInfo.newBuilder()
                            .setValidator(validator)
                            .setBlockIdFlag(BlockIDFlag.BLOCK_ID_FLAG_COMMIT)))
            .addMisbehavior(
                Misbehavior.newBuilder()
                    .setType(MisbehaviorType.DUPLICATE_VOTE)
                    .setValidator(validator)
                    .setHeight(height)
                    .setTime(time)
                    .setTotalVotingPower(40));
    return change.apply(request).build();
  }

  static ByteString bytes(String text) {
    return ByteString.copyFromUtf8(text);
  }
}
