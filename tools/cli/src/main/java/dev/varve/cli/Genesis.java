package dev.varve.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.varve.ledger.Ledger;
import dev.varve.ledger.commitment.StateCommitment;
import dev.varve.testnet.ChainSettings;
import dev.varve.testnet.NodeSettings;

/** What a chain made by this command begins with. */
final class Genesis {
  private Genesis() {}

  /** No keys; scheme and version of the app hash stand in the app state, our own in the params. */
  static ChainSettings settings(String chainId, NodeSettings node) {
    ObjectNode appState = JsonNodeFactory.instance.objectNode();
    appState
        .putObject("varve")
        .put("app_hash", StateCommitment.SCHEME)
        .put("version", StateCommitment.VERSION);
    return ChainSettings.of(chainId, node)
        .withAppState(appState)
        .withAppVersion(Ledger.APP_VERSION);
  }
}
