package dev.varve.it;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.ByteString;
import dev.varve.ledger.Transactions;
import dev.varve.testnet.CometRpc;
import dev.varve.testnet.CometRpcException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Every transaction of a chain, from the node's own /block and /block_results. For one thread. */
final class SeenChain {
  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final int MEMPOOL_SHOWN = 100;

  private final CometRpc rpc;
  private final List<Place> places = new ArrayList<>();
  private final Map<String, List<Place>> byHash = new HashMap<>();
  private long height;

  /** Where a transaction stands. */
  record Place(String hash, long height, int index, int code) {
    @Override
    public String toString() {
      return "block " + height + ", index " + index + ", code " + code;
    }
  }

  SeenChain(CometRpc rpc) {
    this.rpc = rpc;
  }

  /** Reads the blocks that came since the last time. */
  void catchUp() {
    long last = rpc.height();
    while (height < last) {
      read(height + 1);
      height++;
    }
  }

  private void read(long at) {
    JsonNode txs = rpc.block(at).path("block").path("data").path("txs");
    if (txs.isEmpty()) {
      return;
    }
    JsonNode results = results(at);
    if (results.size() != txs.size()) {
      throw new AssertionError(
          "block %d has %d transactions and %d results".formatted(at, txs.size(), results.size()));
    }
    for (int i = 0; i < txs.size(); i++) {
      Place place = new Place(hash(txs.get(i)), at, i, results.get(i).path("code").asInt());
      places.add(place);
      byHash.computeIfAbsent(place.hash, hash -> new ArrayList<>(1)).add(place);
    }
  }

  /** The node shows a block a moment before its results. */
  private JsonNode results(long at) {
    long deadline = System.nanoTime() + LIMIT.toNanos();
    while (true) {
      try {
        return rpc.blockResults(at).path("txs_results");
      } catch (CometRpcException e) {
        if (System.nanoTime() > deadline) {
          throw e;
        }
        Thread.onSpinWait();
      }
    }
  }

  /** Hashes of the oldest hundred transactions in the node's mempool. */
  List<String> mempool() {
    List<String> found = new ArrayList<>();
    for (JsonNode tx : rpc.call("/unconfirmed_txs?limit=" + MEMPOOL_SHOWN).path("txs")) {
      found.add(hash(tx));
    }
    return found;
  }

  /** Returns when the node has nothing left to put into a block. */
  void awaitEmptyMempool() {
    long deadline = System.nanoTime() + LIMIT.toNanos();
    while (rpc.call("/num_unconfirmed_txs").path("total").asInt() > 0) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("the node's mempool does not become empty");
      }
    }
  }

  private static String hash(JsonNode tx) {
    try {
      return TestNode.hex(Transactions.hash(ByteString.copyFrom(tx.binaryValue())).toByteArray());
    } catch (IOException e) {
      throw new AssertionError("no base64: " + tx, e);
    }
  }

  long height() {
    return height;
  }

  /** All, in the order of the chain. */
  List<Place> places() {
    return places;
  }

  List<Place> of(String hash) {
    return byHash.getOrDefault(hash, List.of());
  }

  long successes(String hash) {
    return of(hash).stream().filter(place -> place.code() == 0).count();
  }
}
