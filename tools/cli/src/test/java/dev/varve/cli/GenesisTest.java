package dev.varve.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.varve.ledger.Ledger;
import dev.varve.testnet.ChainSettings;
import dev.varve.testnet.NodeSettings;
import org.junit.jupiter.api.Test;

class GenesisTest {
  @Test
  void shouldNameTheVersionThatInfoTells() {
    ChainSettings settings = Genesis.settings("c", NodeSettings.defaults(20_000));
    assertThat(settings.consensusParams().at("/version/app").textValue())
        .isEqualTo(Long.toString(Ledger.APP_VERSION));
  }
}
