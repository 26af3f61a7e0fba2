package dev.varve.ledger;

import com.fasterxml.jackson.core.JsonGenerator;
import com.google.protobuf.ByteString;
import dev.varve.storage.EngineStatus;
import dev.varve.storage.record.AppliedHeight;
import dev.varve.storage.record.Attribute;
import dev.varve.storage.record.BlockRecord;
import dev.varve.storage.record.CommitInfo;
import dev.varve.storage.record.Event;
import dev.varve.storage.record.Misbehavior;
import dev.varve.storage.record.TxLocation;
import dev.varve.storage.record.TxLog;
import dev.varve.storage.record.TxResult;
import dev.varve.storage.record.Vote;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** The bodies of query answers; names and shapes are those of CometBFT's RPC where it has them. */
final class Documents {
  private Documents() {}

  static ByteString transaction(
      ByteString hash, TxLocation at, ByteString tx, TxResult result, TxLog log) {
    return Json.object(
        json -> {
          location(json, hash, at);
          result(json, result, log);
          Json.base64(json, "tx", tx);
        });
  }

  static ByteString result(ByteString hash, TxLocation at, TxResult result, TxLog log) {
    return Json.object(
        json -> {
          location(json, hash, at);
          result(json, result, log);
        });
  }

  static ByteString log(ByteString hash, TxLocation at, TxLog log) {
    return Json.object(
        json -> {
          location(json, hash, at);
          events(json, log);
        });
  }

  /**
   * A block.
   *
   * @param txHashes those of its first transactions, at most as many as a document lists
   */
  static ByteString block(BlockRecord block, List<ByteString> txHashes) {
    return Json.object(
        json -> {
          Json.int64(json, "height", block.getHeight());
          Json.hex(json, "hash", block.getHash());
          Json.time(json, "time", block.getTime());
          Json.hex(json, "proposer_address", block.getProposerAddress());
          Json.hex(json, "next_validators_hash", block.getNextValidatorsHash());
          lastCommit(json, block.getLastCommit());
          json.writeArrayFieldStart("misbehavior");
          for (Misbehavior misbehavior : block.getMisbehaviorList()) {
            misbehavior(json, misbehavior);
          }
          json.writeEndArray();
          json.writeNumberField("tx_count", Integer.toUnsignedLong(block.getTxCount()));
          json.writeArrayFieldStart("txs");
          for (ByteString hash : txHashes) {
            json.writeString(Json.hex(hash));
          }
          json.writeEndArray();
          Json.hex(json, "app_hash", block.getAppHash());
          if (block.getComplete()) {
            SealDocument.write(json, block.getSeal());
          }
          json.writeBooleanField("complete", block.getComplete());
        });
  }

  static ByteString status(
      AppliedHeight applied, EngineStatus engine, Optional<String> chainId, String scheme) {
    return Json.object(
        json -> {
          json.writeStringField("chain_id", chainId.orElse(""));
          Json.int64(json, "height", applied.getHeight());
          Json.hex(json, "hash", applied.getBlockHash());
          Json.hex(json, "app_hash", applied.getAppHash());
          json.writeStringField("app_hash_scheme", scheme);
          Json.time(json, "time", applied.getTime());
          Json.int64(json, "disk_height", engine.diskHeight());
          Json.int64(json, "chain_floor", engine.chainFloor());
          json.writeStringField("disk_state", engine.diskState());
          json.writeStringField("memory_state", engine.memoryState());
          Json.int64(json, "disk_bytes", engine.diskBytes());
          Json.int64(json, "log_bytes", engine.logBytes());
          Json.int64(json, "memory_bytes", engine.memory().bytes());
        });
  }

  private static void location(JsonGenerator json, ByteString hash, TxLocation at)
      throws IOException {
    Json.hex(json, "hash", hash);
    Json.int64(json, "height", at.getHeight());
    json.writeNumberField("index", Integer.toUnsignedLong(at.getIndex()));
  }

  private static void result(JsonGenerator json, TxResult result, TxLog log) throws IOException {
    json.writeObjectFieldStart("tx_result");
    json.writeNumberField("code", Integer.toUnsignedLong(result.getCode()));
    Json.base64(json, "data", result.getData());
    json.writeStringField("log", result.getLog());
    json.writeStringField("info", result.getInfo());
    Json.int64(json, "gas_wanted", result.getGasWanted());
    Json.int64(json, "gas_used", result.getGasUsed());
    events(json, log);
    json.writeStringField("codespace", result.getCodespace());
    json.writeEndObject();
  }

  private static void events(JsonGenerator json, TxLog log) throws IOException {
    json.writeArrayFieldStart("events");
    for (Event event : log.getEventsList()) {
      json.writeStartObject();
      json.writeStringField("type", event.getType());
      json.writeArrayFieldStart("attributes");
      for (Attribute attribute : event.getAttributesList()) {
        json.writeStartObject();
        json.writeStringField("key", attribute.getKey());
        json.writeStringField("value", attribute.getValue());
        json.writeBooleanField("index", attribute.getIndex());
        json.writeEndObject();
      }
      json.writeEndArray();
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private static void lastCommit(JsonGenerator json, CommitInfo commit) throws IOException {
    json.writeObjectFieldStart("last_commit");
    json.writeNumberField("round", commit.getRound());
    json.writeArrayFieldStart("votes");
    for (Vote vote : commit.getVotesList()) {
      json.writeStartObject();
      validator(json, vote.getAddress(), vote.getPower());
      json.writeNumberField("block_id_flag", vote.getBlockIdFlag());
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  private static void misbehavior(JsonGenerator json, Misbehavior misbehavior) throws IOException {
    json.writeStartObject();
    json.writeNumberField("type", misbehavior.getType());
    validator(json, misbehavior.getAddress(), misbehavior.getPower());
    Json.int64(json, "height", misbehavior.getHeight());
    Json.time(json, "time", misbehavior.getTime());
    Json.int64(json, "total_voting_power", misbehavior.getTotalVotingPower());
    json.writeEndObject();
  }

  private static void validator(JsonGenerator json, ByteString address, long power)
      throws IOException {
    json.writeObjectFieldStart("validator");
    Json.hex(json, "address", address);
    Json.int64(json, "power", power);
    json.writeEndObject();
  }
}
