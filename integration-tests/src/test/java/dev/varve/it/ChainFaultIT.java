package dev.varve.it;

import dev.varve.sharding.fixture.ClusterYaml.Layout;
import dev.varve.sharding.fixture.NeedsDatabase;

/** Faults of servers and network, with execution on one primary and chain on the other. */
@NeedsDatabase
class ChainFaultIT extends ChainFaults {
  ChainFaultIT() {
    super(Layout.TWO_GROUPS);
  }
}
