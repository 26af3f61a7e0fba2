package dev.varve.it;

import dev.varve.ledger.Ledger;
import dev.varve.node.NodeConfig;
import dev.varve.node.NodeHome;
import dev.varve.node.VarveNode;
import dev.varve.testnet.ChainSettings;
import dev.varve.testnet.CometBinary;
import dev.varve.testnet.CometHome;
import dev.varve.testnet.NodeSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.UnaryOperator;

/** A chain on this machine with a short pause between blocks; everything ends with close. */
final class TestChain implements AutoCloseable {
  /** How long a test waits for something that takes seconds on a busy machine. */
  static final Duration LIMIT = Duration.ofMinutes(2);

  static final String CHAIN_ID = "varve-it";

  private static final Duration PAUSE = Duration.ofMillis(10);

  private final List<TestNode> nodes;

  private TestChain(List<TestNode> nodes) {
    this.nodes = nodes;
  }

  /** One validator with Varve as it is deployed, in this JVM. */
  static TestChain single(Path folder, CometBinary bin, UnaryOperator<NodeSettings> settings) {
    return create(folder, bin, 1, settings, TestChain::varve);
  }

  /** Makes the homes in {@code folder}; nothing runs yet. */
  static TestChain create(
      Path folder,
      CometBinary bin,
      int validators,
      UnaryOperator<NodeSettings> settings,
      TestNode.Launcher launcher) {
    NodeSettings node =
        settings.apply(
            NodeSettings.defaults(FreePorts.base(validators))
                .withTimeoutCommit(PAUSE)
                .with("consensus.peer_gossip_sleep_duration", "\"10ms\"")
                .with("p2p.flush_throttle_timeout", "\"5ms\""));
    List<NodeHome> homes = new ArrayList<>();
    for (int i = 0; i < validators; i++) {
      homes.add(new NodeHome(folder.resolve("v" + i)));
    }
    List<Path> paths = homes.stream().map(NodeHome::cometHome).toList();
    ChainSettings chain = ChainSettings.of(CHAIN_ID, node).withAppVersion(Ledger.APP_VERSION);
    List<CometHome> comets = CometHome.testnet(bin, paths, chain);
    List<TestNode> nodes = new ArrayList<>();
    for (int i = 0; i < validators; i++) {
      homes.get(i).create(settings(comets.get(i), node.transport()));
      nodes.add(new TestNode(bin, homes.get(i), launcher));
    }
    return new TestChain(nodes);
  }

  /** Varve on a home, in this JVM. */
  static VarveNode varve(NodeHome home) {
    return VarveNode.start(home, NodeConfig.load(home, Map.of()));
  }

  private static Map<String, String> settings(CometHome comet, NodeSettings.Transport transport) {
    Map<String, String> settings = new HashMap<>();
    settings.put("abci.address", comet.proxyApp());
    settings.put("start.warm_up_millis", "0");
    settings.put("fallback.segment_bytes", "8 MiB");
    settings.put("abci.transport", transport.name().toLowerCase(Locale.ROOT));
    settings.put("http.address", "off");
    settings.put("memory.bytes", "16MiB");
    return settings;
  }

  TestChain start() {
    nodes.forEach(TestNode::start);
    return this;
  }

  TestNode node(int index) {
    return nodes.get(index);
  }

  TestNode node() {
    return nodes.get(0);
  }

  List<TestNode> nodes() {
    return nodes;
  }

  @Override
  public void close() {
    RuntimeException first = null;
    for (TestNode node : nodes) {
      try {
        node.close();
      } catch (RuntimeException e) {
        first = first == null ? e : first;
      }
    }
    if (first != null) {
      throw first;
    }
  }
}
