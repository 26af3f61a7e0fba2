package dev.varve.it;

import dev.varve.sharding.fixture.ClusterYaml.Layout;
import dev.varve.sharding.fixture.NeedsDatabase;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** The same with all records spread over both primaries; in full runs. */
@NeedsDatabase
@EnabledIfSystemProperty(named = "varve.full", matches = "true", disabledReason = "not -Pfull")
class ShardedChainFaultIT extends ChainFaults {
  ShardedChainFaultIT() {
    super(Layout.SEVERAL_PRIMARIES);
  }
}
