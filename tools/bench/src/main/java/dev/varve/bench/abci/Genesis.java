package dev.varve.bench.abci;

import com.google.protobuf.ByteString;
import com.google.protobuf.Duration;
import com.google.protobuf.Timestamp;
import dev.varve.abci.types.BlockParams;
import dev.varve.abci.types.ConsensusParams;
import dev.varve.abci.types.EvidenceParams;
import dev.varve.abci.types.PublicKey;
import dev.varve.abci.types.RequestInitChain;
import dev.varve.abci.types.ValidatorParams;
import dev.varve.abci.types.ValidatorUpdate;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;

/** The chain that the driver plays: one validator, a fixed start, hashes derived from its name. */
record Genesis(String chainId, long timeSeconds, ByteString validatorKey) {
  static final long VALIDATOR_POWER = 10;

  private static final int ADDRESS_BYTES = 20;
  private static final long MAX_BLOCK_BYTES = 22_020_096;
  private static final long START_SECONDS = 1_763_683_200;

  static Genesis standard() {
    return new Genesis("varve-bench", START_SECONDS, sha256("validator"));
  }

  ByteString validatorAddress() {
    return sha256(validatorKey.asReadOnlyByteBuffer()).substring(0, ADDRESS_BYTES);
  }

  ByteString validatorsHash() {
    return sha256("validators");
  }

  ByteString blockHash(long height) {
    return sha256("block " + height);
  }

  RequestInitChain initChain() {
    return RequestInitChain.newBuilder()
        .setTime(Timestamp.newBuilder().setSeconds(timeSeconds))
        .setChainId(chainId)
        .setConsensusParams(consensusParams())
        .addValidators(
            ValidatorUpdate.newBuilder()
                .setPubKey(PublicKey.newBuilder().setEd25519(validatorKey))
                .setPower(VALIDATOR_POWER))
        .setInitialHeight(1)
        .build();
  }

  private static ConsensusParams consensusParams() {
    return ConsensusParams.newBuilder()
        .setBlock(BlockParams.newBuilder().setMaxBytes(MAX_BLOCK_BYTES).setMaxGas(-1))
        .setEvidence(
            EvidenceParams.newBuilder()
                .setMaxAgeNumBlocks(100_000)
                .setMaxAgeDuration(Duration.newBuilder().setSeconds(172_800))
                .setMaxBytes(1 << 20))
        .setValidator(ValidatorParams.newBuilder().addAllPubKeyTypes(List.of("ed25519")))
        .build();
  }

  private static ByteString sha256(String text) {
    return sha256(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
  }

  private static ByteString sha256(ByteBuffer bytes) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(bytes);
      return ByteString.copyFrom(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java runtime has SHA-256", e);
    }
  }
}
