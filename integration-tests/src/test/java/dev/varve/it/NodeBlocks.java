package dev.varve.it;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import dev.varve.abci.types.Event;
import dev.varve.abci.types.EventAttribute;
import dev.varve.abci.types.ExecTxResult;
import dev.varve.testnet.CometRpc;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** Reads blocks and results from a node's own stores, through its RPC. */
final class NodeBlocks {
  private final CometRpc rpc;

  NodeBlocks(CometRpc rpc) {
    this.rpc = rpc;
  }

  /** All blocks up to one that has a successor. */
  List<CommittedBlock> upTo(long last) throws IOException {
    List<CommittedBlock> blocks = new ArrayList<>();
    for (long height = 1; height <= last; height++) {
      blocks.add(block(height));
    }
    return blocks;
  }

  private CommittedBlock block(long height) throws IOException {
    JsonNode found = rpc.block(height);
    JsonNode next = rpc.block(height + 1).path("block").path("header");
    Instant time = Instant.parse(found.path("block").path("header").path("time").asText());
    List<ByteString> txs = new ArrayList<>();
    for (JsonNode tx : found.path("block").path("data").path("txs")) {
      txs.add(ByteString.copyFrom(tx.binaryValue()));
    }
    List<ExecTxResult> results = new ArrayList<>();
    for (JsonNode result : rpc.blockResults(height).path("txs_results")) {
      results.add(result(result));
    }
    return new CommittedBlock(
        height,
        hex(found.path("block_id").path("hash")),
        Timestamp.newBuilder().setSeconds(time.getEpochSecond()).setNanos(time.getNano()).build(),
        hex(next.path("app_hash")),
        txs,
        results);
  }

  private static ExecTxResult result(JsonNode json) throws IOException {
    ExecTxResult.Builder result =
        ExecTxResult.newBuilder()
            .setCode(json.path("code").asInt())
            .setLog(json.path("log").asText())
            .setInfo(json.path("info").asText())
            .setGasWanted(json.path("gas_wanted").asLong())
            .setGasUsed(json.path("gas_used").asLong())
            .setCodespace(json.path("codespace").asText());
    if (json.path("data").isTextual()) {
      result.setData(ByteString.copyFrom(json.path("data").binaryValue()));
    }
    for (JsonNode event : json.path("events")) {
      Event.Builder built = result.addEventsBuilder().setType(event.path("type").asText());
      for (JsonNode attribute : event.path("attributes")) {
        built.addAttributes(
            EventAttribute.newBuilder()
                .setKey(attribute.path("key").asText())
                .setValue(attribute.path("value").asText())
                .setIndex(attribute.path("index").asBoolean()));
      }
    }
    return result.build();
  }

  private static ByteString hex(JsonNode text) {
    return ByteString.copyFrom(HexFormat.of().parseHex(text.asText()));
  }
}
