package dev.varve.abci;

import com.google.protobuf.ByteString;
import com.google.protobuf.Int64Value;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.varve.abci.types.ABCIParams;
import dev.varve.abci.types.CheckTxType;
import dev.varve.abci.types.ConsensusParams;
import dev.varve.abci.types.PublicKey;
import dev.varve.abci.types.Request;
import dev.varve.abci.types.RequestCheckTx;
import dev.varve.abci.types.RequestInitChain;
import dev.varve.abci.types.ResponseFinalizeBlock;
import dev.varve.abci.types.ResponseInitChain;
import dev.varve.abci.types.ValidatorUpdate;
import dev.varve.abci.v1.CheckTxRequest;
import dev.varve.abci.v1.FeatureParams;
import dev.varve.abci.v1.FinalizeBlockResponse;
import dev.varve.abci.v1.InitChainRequest;
import dev.varve.abci.v1.InitChainResponse;

/** Translates what differs in 1.0: requests to 0.38's messages, responses from them. */
final class V1Translation {
  private static final String ED25519 = "ed25519";
  private static final String SECP256K1 = "secp256k1";
  private static final String BLS12381 = "bls12_381";

  private V1Translation() {}

  static Request request(dev.varve.abci.v1.Request request) throws InvalidProtocolBufferException {
    Request.Builder target = Request.newBuilder();
    switch (request.getValueCase()) {
      case CHECK_TX -> target.setCheckTx(request(request.getCheckTx()));
      case INIT_CHAIN -> target.setInitChain(request(request.getInitChain()));
      default -> {}
    }
    return target.build();
  }

  static RequestCheckTx request(CheckTxRequest request) {
    boolean again = request.getType() == dev.varve.abci.v1.CheckTxType.CHECK_TX_TYPE_RECHECK;
    return RequestCheckTx.newBuilder()
        .setTx(request.getTx())
        .setType(again ? CheckTxType.RECHECK : CheckTxType.NEW)
        .build();
  }

  static RequestInitChain request(InitChainRequest request) throws InvalidProtocolBufferException {
    RequestInitChain.Builder target =
        RequestInitChain.newBuilder()
            .setChainId(request.getChainId())
            .setAppStateBytes(request.getAppStateBytes())
            .setInitialHeight(request.getInitialHeight());
    if (request.hasTime()) {
      target.setTime(request.getTime());
    }
    if (request.hasConsensusParams()) {
      target.setConsensusParams(params(request.getConsensusParams()));
    }
    for (dev.varve.abci.v1.ValidatorUpdate update : request.getValidatorsList()) {
      target.addValidators(validator(update));
    }
    return target.build();
  }

  static dev.varve.abci.v1.Response response(ResponseInitChain response) {
    return dev.varve.abci.v1.Response.newBuilder().setInitChain(body(response)).build();
  }

  static dev.varve.abci.v1.Response response(ResponseFinalizeBlock response) {
    return dev.varve.abci.v1.Response.newBuilder().setFinalizeBlock(body(response)).build();
  }

  static InitChainResponse body(ResponseInitChain response) {
    InitChainResponse.Builder target =
        InitChainResponse.newBuilder().setAppHash(response.getAppHash());
    if (response.hasConsensusParams()) {
      target.setConsensusParams(params(response.getConsensusParams()));
    }
    for (ValidatorUpdate update : response.getValidatorsList()) {
      target.addValidators(validator(update));
    }
    return target.build();
  }

  static FinalizeBlockResponse body(ResponseFinalizeBlock response) {
    FinalizeBlockResponse.Builder target =
        FinalizeBlockResponse.newBuilder()
            .addAllEvents(response.getEventsList())
            .addAllTxResults(response.getTxResultsList())
            .setAppHash(response.getAppHash());
    if (response.hasConsensusParamUpdates()) {
      target.setConsensusParamUpdates(params(response.getConsensusParamUpdates()));
    }
    for (ValidatorUpdate update : response.getValidatorUpdatesList()) {
      target.addValidatorUpdates(validator(update));
    }
    return target.build();
  }

  /** Synchrony and PBTS have no place in 0.38's parameters: an absent part keeps its value. */
  private static ConsensusParams params(dev.varve.abci.v1.ConsensusParams source) {
    ConsensusParams.Builder target = ConsensusParams.newBuilder();
    if (source.hasBlock()) {
      target.setBlock(source.getBlock());
    }
    if (source.hasEvidence()) {
      target.setEvidence(source.getEvidence());
    }
    if (source.hasValidator()) {
      target.setValidator(source.getValidator());
    }
    if (source.hasVersion()) {
      target.setVersion(source.getVersion());
    }
    if (source.getFeature().hasVoteExtensionsEnableHeight()) {
      long height = source.getFeature().getVoteExtensionsEnableHeight().getValue();
      target.setAbci(ABCIParams.newBuilder().setVoteExtensionsEnableHeight(height));
    } else if (source.hasAbci()) {
      target.setAbci(source.getAbci());
    }
    return target.build();
  }

  private static dev.varve.abci.v1.ConsensusParams params(ConsensusParams source) {
    var target = dev.varve.abci.v1.ConsensusParams.newBuilder();
    if (source.hasBlock()) {
      target.setBlock(source.getBlock());
    }
    if (source.hasEvidence()) {
      target.setEvidence(source.getEvidence());
    }
    if (source.hasValidator()) {
      target.setValidator(source.getValidator());
    }
    if (source.hasVersion()) {
      target.setVersion(source.getVersion());
    }
    if (source.hasAbci()) {
      long height = source.getAbci().getVoteExtensionsEnableHeight();
      target.setFeature(
          FeatureParams.newBuilder().setVoteExtensionsEnableHeight(Int64Value.of(height)));
    }
    return target.build();
  }

  private static ValidatorUpdate validator(dev.varve.abci.v1.ValidatorUpdate source)
      throws InvalidProtocolBufferException {
    ByteString bytes = source.getPubKeyBytes();
    PublicKey.Builder key = PublicKey.newBuilder();
    switch (source.getPubKeyType()) {
      case ED25519 -> key.setEd25519(bytes);
      case SECP256K1 -> key.setSecp256K1(bytes);
      case BLS12381 -> key.setBls12381(bytes);
      default ->
          throw new InvalidProtocolBufferException(
              "a validator's key type is \"" + source.getPubKeyType() + "\", allowed are " + KNOWN);
    }
    return ValidatorUpdate.newBuilder().setPubKey(key).setPower(source.getPower()).build();
  }

  private static final String KNOWN = ED25519 + ", " + SECP256K1 + ", " + BLS12381;

  private static dev.varve.abci.v1.ValidatorUpdate validator(ValidatorUpdate source) {
    var target = dev.varve.abci.v1.ValidatorUpdate.newBuilder().setPower(source.getPower());
    PublicKey key = source.getPubKey();
    switch (key.getSumCase()) {
      case ED25519 -> target.setPubKeyType(ED25519).setPubKeyBytes(key.getEd25519());
      case SECP256K1 -> target.setPubKeyType(SECP256K1).setPubKeyBytes(key.getSecp256K1());
      case BLS12381 -> target.setPubKeyType(BLS12381).setPubKeyBytes(key.getBls12381());
      default ->
          throw new IllegalArgumentException(
              "a validator update has key " + key.getSumCase() + ", 1.0 allows " + KNOWN);
    }
    return target.build();
  }
}
