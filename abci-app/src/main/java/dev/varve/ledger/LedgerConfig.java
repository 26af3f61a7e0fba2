package dev.varve.ledger;

import java.util.Objects;

/**
 * What an operator chooses of the ledger; nothing here has a part in consensus.
 *
 * @param version the application's version, told in Info
 * @param retainBlocks how many blocks the node must keep; 0 keeps all
 */
public record LedgerConfig(String version, long retainBlocks) {
  public LedgerConfig {
    Objects.requireNonNull(version, "version");
    if (retainBlocks < 0) {
      throw new IllegalArgumentException(
          "retain_blocks is " + retainBlocks + ", allowed are 0 (keep all) and more");
    }
  }
}
