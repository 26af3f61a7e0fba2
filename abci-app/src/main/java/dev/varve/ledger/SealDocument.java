package dev.varve.ledger;

import com.fasterxml.jackson.core.JsonGenerator;
import com.google.protobuf.Timestamp;
import dev.varve.storage.record.BlockCommit;
import dev.varve.storage.record.BlockHeader;
import dev.varve.storage.record.BlockId;
import dev.varve.storage.record.BlockSeal;
import dev.varve.storage.record.CommitSignature;
import java.io.IOException;

/** Header and commit of a block as CometBFT's RPC shows them in {@code /commit}. */
final class SealDocument {
  // What stands there for a time that was not set.
  private static final String NO_TIME = "0001-01-01T00:00:00Z";

  private SealDocument() {}

  static void write(JsonGenerator json, BlockSeal seal) throws IOException {
    json.writeObjectFieldStart("header");
    header(json, seal.getHeader());
    json.writeEndObject();
    json.writeObjectFieldStart("commit");
    commit(json, seal.getCommit());
    json.writeEndObject();
  }

  private static void header(JsonGenerator json, BlockHeader header) throws IOException {
    json.writeObjectFieldStart("version");
    version(json, "block", header.getVersionBlock());
    version(json, "app", header.getVersionApp());
    json.writeEndObject();
    json.writeStringField("chain_id", header.getChainId());
    Json.int64(json, "height", header.getHeight());
    time(json, "time", header.hasTime(), header.getTime());
    id(json, "last_block_id", header.getLastBlockId());
    Json.hex(json, "last_commit_hash", header.getLastCommitHash());
    Json.hex(json, "data_hash", header.getDataHash());
    Json.hex(json, "validators_hash", header.getValidatorsHash());
    Json.hex(json, "next_validators_hash", header.getNextValidatorsHash());
    Json.hex(json, "consensus_hash", header.getConsensusHash());
    Json.hex(json, "app_hash", header.getAppHash());
    Json.hex(json, "last_results_hash", header.getLastResultsHash());
    Json.hex(json, "evidence_hash", header.getEvidenceHash());
    Json.hex(json, "proposer_address", header.getProposerAddress());
  }

  private static void version(JsonGenerator json, String name, long version) throws IOException {
    if (version != 0) {
      Json.int64(json, name, version);
    }
  }

  private static void commit(JsonGenerator json, BlockCommit commit) throws IOException {
    Json.int64(json, "height", commit.getHeight());
    json.writeNumberField("round", commit.getRound());
    id(json, "block_id", commit.getBlockId());
    json.writeArrayFieldStart("signatures");
    for (CommitSignature signature : commit.getSignaturesList()) {
      json.writeStartObject();
      json.writeNumberField("block_id_flag", signature.getBlockIdFlag());
      Json.hex(json, "validator_address", signature.getAddress());
      time(json, "timestamp", signature.hasTime(), signature.getTime());
      Json.base64(json, "signature", signature.getSignature());
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private static void time(JsonGenerator json, String name, boolean isSet, Timestamp time)
      throws IOException {
    json.writeStringField(name, isSet ? Json.time(time) : NO_TIME);
  }

  private static void id(JsonGenerator json, String name, BlockId id) throws IOException {
    json.writeObjectFieldStart(name);
    Json.hex(json, "hash", id.getHash());
    json.writeObjectFieldStart("parts");
    json.writeNumberField("total", Integer.toUnsignedLong(id.getPartsTotal()));
    Json.hex(json, "hash", id.getPartsHash());
    json.writeEndObject();
    json.writeEndObject();
  }
}
