package dev.varve.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.varve.testnet.CometRpc;
import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Compares what Varve answers with what the node keeps by itself: its blocks and its record of the
 * results it was given.
 */
final class BlockComparison {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final CometRpc rpc;
  private final StoredPositions stored;
  private final Map<String, ObjectNode> expectedByHash = new LinkedHashMap<>();
  private final Map<Integer, Integer> inclusionsByCode = new LinkedHashMap<>();
  private int misbehaviors;

  /** Reads a position of a block; the hash index knows one inclusion of a hash only. */
  interface StoredPositions {
    /** Transaction, result and log as {@code /tx} would show them. */
    JsonNode read(long height, int index, String hash);
  }

  BlockComparison(CometRpc rpc, StoredPositions stored) {
    this.rpc = rpc;
    this.stored = stored;
  }

  /** The JSON document of one of Varve's queries, through the node's RPC; fails on another code. */
  static JsonNode document(CometRpc rpc, String path) {
    JsonNode response = rpc.abciQuery(path, new byte[0]);
    if (response.path("code").asInt() != 0) {
      throw new AssertionError(path + " gave " + response);
    }
    try {
      return JSON.readTree(response.path("value").binaryValue());
    } catch (IOException e) {
      throw new AssertionError(path + " gave no JSON: " + response, e);
    }
  }

  /** Compares these blocks, all but the node's last one, and all their transactions. */
  void compare(long first, long last) {
    for (long height = first; height <= last; height++) {
      compareBlock(height);
    }
    expectedByHash.forEach(this::compareQueries);
  }

  /** How many inclusions had each code. */
  Map<Integer, Integer> inclusionsByCode() {
    return inclusionsByCode;
  }

  int distinctTransactions() {
    return expectedByHash.size();
  }

  int misbehaviors() {
    return misbehaviors;
  }

  private void compareBlock(long height) {
    JsonNode result = rpc.block(height);
    JsonNode block = result.path("block");
    JsonNode header = block.path("header");
    JsonNode next = rpc.block(height + 1).path("block").path("header");
    ObjectNode expected = JSON.createObjectNode();
    expected.set("height", header.path("height"));
    expected.set("hash", result.path("block_id").path("hash"));
    expected.set("time", header.path("time"));
    expected.set("proposer_address", header.path("proposer_address"));
    expected.set("next_validators_hash", header.path("next_validators_hash"));
    expected.set("last_commit", lastCommit(block.path("last_commit"), height));
    expected.set("misbehavior", misbehavior(block.path("evidence").path("evidence")));
    expected.put("tx_count", block.path("data").path("txs").size());
    expected.set("txs", compareTransactions(block.path("data").path("txs"), height));
    expected.set("app_hash", next.path("app_hash"));
    expected.put("complete", false);
    assertThat(document(rpc, "/block/" + height)).as("/block/%d", height).isEqualTo(expected);
  }

  private JsonNode lastCommit(JsonNode commit, long height) {
    ObjectNode expected = JSON.createObjectNode();
    expected.set("round", commit.path("round"));
    ArrayNode votes = expected.putArray("votes");
    if (height > 1) {
      JsonNode validators =
          rpc.call("/validators?per_page=100&height=" + (height - 1)).path("validators");
      for (int i = 0; i < validators.size(); i++) {
        ObjectNode vote = votes.addObject();
        vote.putObject("validator")
            .put("address", validators.get(i).path("address").asText())
            .put("power", validators.get(i).path("voting_power").asText());
        vote.set("block_id_flag", commit.path("signatures").get(i).path("block_id_flag"));
      }
    }
    return expected;
  }

  private JsonNode misbehavior(JsonNode evidence) {
    ArrayNode expected = JSON.createArrayNode();
    for (JsonNode item : evidence) {
      misbehaviors++;
      JsonNode value = item.path("value");
      JsonNode vote = value.path("vote_a");
      ObjectNode misbehavior = expected.addObject();
      misbehavior.put("type", 1);
      misbehavior
          .putObject("validator")
          .put("address", vote.path("validator_address").asText())
          .put("power", value.path("ValidatorPower").asText());
      misbehavior.set("height", vote.path("height"));
      misbehavior.set("time", value.path("Timestamp"));
      misbehavior.set("total_voting_power", value.path("TotalVotingPower"));
    }
    return expected;
  }

  private ArrayNode compareTransactions(JsonNode txs, long height) {
    JsonNode results = rpc.blockResults(height).path("txs_results");
    assertThat(results.size()).as("results of height %d", height).isEqualTo(txs.size());
    ArrayNode hashes = JSON.createArrayNode();
    for (int i = 0; i < txs.size(); i++) {
      String hash = sha256(bytes(txs.get(i)));
      hashes.add(hash);
      ObjectNode expected = JSON.createObjectNode().put("hash", hash);
      expected.put("height", Long.toString(height)).put("index", i);
      expected.set("tx_result", withoutNullEvents(results.get(i)));
      expected.set("tx", txs.get(i));
      assertThat(stored.read(height, i, hash))
          .as("stored transaction %d of block %d", i, height)
          .isEqualTo(expected);
      index(hash, expected);
      inclusionsByCode.merge(results.get(i).path("code").asInt(), 1, Integer::sum);
    }
    return hashes;
  }

  /** The hash index points to the last success, else to the last inclusion. */
  private void index(String hash, ObjectNode expected) {
    ObjectNode before = expectedByHash.get(hash);
    if (isSuccess(expected) || before == null || !isSuccess(before)) {
      expectedByHash.put(hash, expected);
    }
  }

  private static boolean isSuccess(ObjectNode tx) {
    return tx.path("tx_result").path("code").asInt() == 0;
  }

  private void compareQueries(String hash, ObjectNode expected) {
    assertThat(document(rpc, "/tx/" + hash)).as("/tx/%s", hash).isEqualTo(expected);
    ObjectNode result = expected.deepCopy();
    result.remove("tx");
    assertThat(document(rpc, "/result/" + hash)).as("/result/%s", hash).isEqualTo(result);
    ObjectNode log = result.deepCopy();
    log.set("events", log.remove("tx_result").path("events"));
    assertThat(document(rpc, "/logs/" + hash)).as("/logs/%s", hash).isEqualTo(log);
  }

  private static JsonNode withoutNullEvents(JsonNode result) {
    ObjectNode copy = result.deepCopy();
    if (!copy.path("events").isArray()) {
      copy.putArray("events");
    }
    return copy;
  }

  private static byte[] bytes(JsonNode base64) {
    try {
      return base64.binaryValue();
    } catch (IOException e) {
      throw new AssertionError("no base64: " + base64, e);
    }
  }

  private static String sha256(byte[] bytes) {
    try {
      return TestNode.hex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }
}
