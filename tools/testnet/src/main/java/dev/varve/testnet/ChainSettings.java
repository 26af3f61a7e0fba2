package dev.varve.testnet;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Objects;

/**
 * What a new chain begins with, and how its first node is configured.
 *
 * @param chainId at most 50 characters
 * @param appState the genesis app state, as JSON; empty object for none
 * @param consensusParams laid over the node's own defaults, field by field
 * @param node validator 0; validator i differs by its ports, 10 higher each
 */
public record ChainSettings(
    String chainId, JsonNode appState, ObjectNode consensusParams, NodeSettings node) {
  private static final int CHAIN_ID_LIMIT = 50;

  public ChainSettings {
    Objects.requireNonNull(appState, "appState");
    Objects.requireNonNull(consensusParams, "consensusParams");
    Objects.requireNonNull(node, "node");
    if (chainId.isBlank() || chainId.length() > CHAIN_ID_LIMIT) {
      throw new IllegalArgumentException(
          "chain id \"" + chainId + "\" is not allowed: 1 to " + CHAIN_ID_LIMIT + " characters");
    }
  }

  /** A chain without app state and with the node's default consensus parameters. */
  public static ChainSettings of(String chainId, NodeSettings node) {
    return new ChainSettings(
        chainId,
        JsonNodeFactory.instance.objectNode(),
        JsonNodeFactory.instance.objectNode(),
        node);
  }

  public ChainSettings withAppState(JsonNode state) {
    return new ChainSettings(chainId, state, consensusParams, node);
  }

  public ChainSettings withConsensusParams(ObjectNode params) {
    return new ChainSettings(chainId, appState, params, node);
  }

  /**
   * The version that the application's Info tells, for every header. Without it {@code cometbft
   * rollback} leaves the node with version 0, and it refuses its own block.
   */
  public ChainSettings withAppVersion(long version) {
    ObjectNode params = consensusParams.deepCopy();
    // A string, as the node writes numbers of 64 bits.
    params.withObject("/version").put("app", Long.toString(version));
    return withConsensusParams(params);
  }
}
