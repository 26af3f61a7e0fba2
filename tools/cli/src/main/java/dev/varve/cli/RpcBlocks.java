package dev.varve.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import dev.varve.node.HomeRepair;
import dev.varve.node.NodeException;
import dev.varve.storage.disk.sql.SuppliedBlock;
import dev.varve.storage.record.Attribute;
import dev.varve.storage.record.BlockRecord;
import dev.varve.storage.record.CommitInfo;
import dev.varve.storage.record.Event;
import dev.varve.storage.record.Misbehavior;
import dev.varve.storage.record.TxLog;
import dev.varve.storage.record.TxResult;
import dev.varve.storage.record.Vote;
import dev.varve.testnet.CometRpc;
import dev.varve.testnet.CometRpcException;
import dev.varve.testnet.TestnetException;
import java.io.IOException;
import java.net.URI;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/** Blocks as a CometBFT node's RPC shows them, in the form in which its application got them. */
final class RpcBlocks implements HomeRepair.NodeBlocks {
  private static final int PAGE = 100;

  private final CometRpc rpc;

  RpcBlocks(URI node) {
    this.rpc = new CometRpc(node);
  }

  @Override
  public SuppliedBlock block(long height) {
    try {
      return read(height);
    } catch (TestnetException e) {
      throw new NodeException(
          "the node at " + rpc.base() + " does not give block " + height + ": " + e.getMessage(),
          e);
    } catch (IOException | DateTimeException | IllegalArgumentException e) {
      throw new NodeException(
          "the node at " + rpc.base() + " gives a block " + height + " that is none: " + e, e);
    }
  }

  private SuppliedBlock read(long height) throws IOException {
    JsonNode answer = rpc.block(height);
    JsonNode block = answer.path("block");
    JsonNode header = block.path("header");
    if (header.path("height").asLong() != height) {
      throw new NodeException("the node at " + rpc.base() + " does not have block " + height);
    }
    List<ByteString> txs = new ArrayList<>();
    for (JsonNode tx : block.path("data").path("txs")) {
      txs.add(ByteString.copyFrom(tx.binaryValue()));
    }
    BlockRecord.Builder record =
        BlockRecord.newBuilder()
            .setHeight(height)
            .setHash(hex(answer.path("block_id").path("hash")))
            .setTime(time(header.path("time")))
            .setProposerAddress(hex(header.path("proposer_address")))
            .setNextValidatorsHash(hex(header.path("next_validators_hash")))
            .setLastCommit(lastCommit(block.path("last_commit"), height))
            .setTxCount(txs.size());
    for (JsonNode evidence : block.path("evidence").path("evidence")) {
      addMisbehavior(record, evidence);
    }
    nextAppHash(height).ifPresent(record::setAppHash);
    List<TxResult> results = new ArrayList<>();
    List<TxLog> logs = new ArrayList<>();
    for (JsonNode result : rpc.blockResults(height).path("txs_results")) {
      results.add(result(result));
      logs.add(log(result.path("events")));
    }
    if (results.size() != txs.size()) {
      throw new NodeException(
          "the node at " + rpc.base() + " has no results of block " + height + " any more");
    }
    return new SuppliedBlock(record.build(), txs, results, logs, Optional.empty());
  }

  /** The state after a block stands in the header of the next one. */
  private Optional<ByteString> nextAppHash(long height) {
    try {
      JsonNode header = rpc.block(height + 1).path("block").path("header");
      return Optional.of(hex(header.path("app_hash")));
    } catch (CometRpcException e) {
      return Optional.empty(); // there is none yet
    }
  }

  private CommitInfo lastCommit(JsonNode commit, long height) {
    CommitInfo.Builder info = CommitInfo.newBuilder().setRound(commit.path("round").asInt());
    JsonNode signatures = commit.path("signatures");
    if (signatures.isEmpty()) {
      return info.build();
    }
    List<JsonNode> validators = validators(height - 1);
    for (int i = 0; i < signatures.size(); i++) {
      info.addVotes(
          Vote.newBuilder()
              .setAddress(hex(validators.get(i).path("address")))
              .setPower(validators.get(i).path("voting_power").asLong())
              .setBlockIdFlag(signatures.get(i).path("block_id_flag").asInt()));
    }
    return info.build();
  }

  private List<JsonNode> validators(long height) {
    List<JsonNode> all = new ArrayList<>();
    JsonNode answer;
    do {
      answer =
          rpc.call(
              "/validators?per_page="
                  + PAGE
                  + "&page="
                  + (all.size() / PAGE + 1)
                  + "&height="
                  + height);
      answer.path("validators").forEach(all::add);
    } while (all.size() < answer.path("total").asInt() && !answer.path("validators").isEmpty());
    return all;
  }

  private static void addMisbehavior(BlockRecord.Builder block, JsonNode evidence) {
    JsonNode value = evidence.path("value");
    if (evidence.path("type").asText().endsWith("DuplicateVoteEvidence")) {
      JsonNode vote = value.path("vote_a");
      block.addMisbehavior(
          misbehavior(value)
              .setType(1)
              .setAddress(hex(vote.path("validator_address")))
              .setPower(value.path("ValidatorPower").asLong())
              .setHeight(vote.path("height").asLong()));
      return;
    }
    for (JsonNode validator : value.path("ByzantineValidators")) {
      block.addMisbehavior(
          misbehavior(value)
              .setType(2)
              .setAddress(hex(validator.path("address")))
              .setPower(validator.path("voting_power").asLong())
              .setHeight(value.path("CommonHeight").asLong()));
    }
  }

  private static Misbehavior.Builder misbehavior(JsonNode value) {
    return Misbehavior.newBuilder()
        .setTime(time(value.path("Timestamp")))
        .setTotalVotingPower(value.path("TotalVotingPower").asLong());
  }

  private static TxResult result(JsonNode result) throws IOException {
    byte[] data = result.path("data").isTextual() ? result.path("data").binaryValue() : new byte[0];
    return TxResult.newBuilder()
        .setCode(result.path("code").asInt())
        .setData(ByteString.copyFrom(data))
        .setLog(result.path("log").asText())
        .setInfo(result.path("info").asText())
        .setGasWanted(result.path("gas_wanted").asLong())
        .setGasUsed(result.path("gas_used").asLong())
        .setCodespace(result.path("codespace").asText())
        .build();
  }

  private static TxLog log(JsonNode events) {
    TxLog.Builder log = TxLog.newBuilder();
    for (JsonNode event : events) {
      Event.Builder of = log.addEventsBuilder().setType(event.path("type").asText());
      for (JsonNode attribute : event.path("attributes")) {
        of.addAttributes(
            Attribute.newBuilder()
                .setKey(attribute.path("key").asText())
                .setValue(attribute.path("value").asText())
                .setIndex(attribute.path("index").asBoolean()));
      }
    }
    return log.build();
  }

  private static ByteString hex(JsonNode text) {
    return ByteString.copyFrom(HexFormat.of().parseHex(text.asText()));
  }

  private static Timestamp time(JsonNode text) {
    Instant instant = Instant.parse(text.asText());
    return Timestamp.newBuilder()
        .setSeconds(instant.getEpochSecond())
        .setNanos(instant.getNano())
        .build();
  }
}
