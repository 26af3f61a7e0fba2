package dev.varve.gateway;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import dev.varve.ledger.HeaderHash;
import dev.varve.storage.record.BlockCommit;
import dev.varve.storage.record.BlockHeader;
import dev.varve.storage.record.BlockId;
import dev.varve.storage.record.BlockRecord;
import dev.varve.storage.record.BlockSeal;
import dev.varve.storage.record.CommitSignature;
import java.io.IOException;
import java.util.HexFormat;
import java.util.Optional;

/** Header and commit as a node's RPC shows them, and whether they are those of a block. */
final class SignedHeader {
  // Go's time that was not set: that of an absent signature.
  private static final String NO_TIME = "0001-01-01T00:00:00Z";

  private SignedHeader() {}

  /** Reads {@code signed_header} of {@code /commit}. */
  static BlockSeal read(JsonTree signed) throws IOException {
    if (!signed.at("header").isPresent() || !signed.at("commit").isPresent()) {
      throw new IOException("the answer has no header and commit");
    }
    return BlockSeal.newBuilder()
        .setHeader(header(signed.at("header")))
        .setCommit(commit(signed.at("commit")))
        .build();
  }

  private static BlockHeader header(JsonTree json) throws IOException {
    BlockHeader.Builder header =
        BlockHeader.newBuilder()
            .setVersionBlock(json.at("version").at("block").number())
            .setVersionApp(json.at("version").at("app").number())
            .setChainId(json.at("chain_id").text())
            .setHeight(json.at("height").number())
            .setTime(json.at("time").time())
            .setLastCommitHash(json.at("last_commit_hash").hex())
            .setDataHash(json.at("data_hash").hex())
            .setValidatorsHash(json.at("validators_hash").hex())
            .setNextValidatorsHash(json.at("next_validators_hash").hex())
            .setConsensusHash(json.at("consensus_hash").hex())
            .setAppHash(json.at("app_hash").hex())
            .setLastResultsHash(json.at("last_results_hash").hex())
            .setEvidenceHash(json.at("evidence_hash").hex())
            .setProposerAddress(json.at("proposer_address").hex());
    BlockId last = id(json.at("last_block_id"));
    if (!last.equals(BlockId.getDefaultInstance())) {
      header.setLastBlockId(last);
    }
    return header.build();
  }

  private static BlockCommit commit(JsonTree json) throws IOException {
    BlockCommit.Builder commit =
        BlockCommit.newBuilder()
            .setHeight(json.at("height").number())
            .setRound((int) json.at("round").number())
            .setBlockId(id(json.at("block_id")));
    for (JsonTree signature : json.at("signatures").items()) {
      commit.addSignatures(signature(signature));
    }
    return commit.build();
  }

  private static CommitSignature signature(JsonTree json) throws IOException {
    CommitSignature.Builder signature =
        CommitSignature.newBuilder()
            .setBlockIdFlag((int) json.at("block_id_flag").number())
            .setAddress(json.at("validator_address").hex())
            .setSignature(json.at("signature").base64());
    if (!json.at("timestamp").text().equals(NO_TIME)) {
      signature.setTime(json.at("timestamp").time());
    }
    return signature.build();
  }

  private static BlockId id(JsonTree json) throws IOException {
    return BlockId.newBuilder()
        .setHash(json.at("hash").hex())
        .setPartsTotal((int) json.at("parts").at("total").number())
        .setPartsHash(json.at("parts").at("hash").hex())
        .build();
  }

  /**
   * What of a header and its commit is not as the block has it, in words; empty if all is.
   *
   * @param before the block before, where it is kept: the header has the state after it
   */
  static Optional<String> difference(
      BlockSeal seal, BlockRecord block, Optional<BlockRecord> before) {
    BlockHeader header = seal.getHeader();
    BlockCommit commit = seal.getCommit();
    ByteString hash = HeaderHash.of(header);
    return differs("height", header.getHeight(), block.getHeight())
        .or(() -> differs("hash", hex(hash), hex(block.getHash())))
        .or(() -> differs("time", words(header.getTime()), words(block.getTime())))
        .or(
            () ->
                before.flatMap(
                    last ->
                        differs(
                            "app hash of the block before it",
                            hex(header.getAppHash()),
                            hex(last.getAppHash()))))
        .or(() -> differs("height in its commit", commit.getHeight(), block.getHeight()))
        .or(
            () ->
                differs(
                    "hash in its commit",
                    hex(commit.getBlockId().getHash()),
                    hex(block.getHash())));
  }

  private static Optional<String> differs(String what, Object theirs, Object ours) {
    return theirs.equals(ours)
        ? Optional.empty()
        : Optional.of(what + " is " + theirs + " there and " + ours + " here");
  }

  private static String hex(ByteString bytes) {
    return HexFormat.of().withUpperCase().formatHex(bytes.toByteArray());
  }

  private static String words(Timestamp time) {
    return time.getSeconds() + " s " + time.getNanos() + " ns";
  }
}
