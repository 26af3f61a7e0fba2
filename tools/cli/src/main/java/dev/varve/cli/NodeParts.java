package dev.varve.cli;

import dev.varve.node.HomeLock;
import dev.varve.node.NodeConfig;
import dev.varve.node.NodeHome;
import dev.varve.node.StoredChain;
import dev.varve.node.StoredLog;
import dev.varve.testnet.CometBinary;
import dev.varve.testnet.CometHome;
import java.nio.file.Files;
import java.util.Map;
import java.util.Optional;

/** A home and its CometBFT node before they start: checked first, then made where they lack. */
final class NodeParts {
  private final NodeHome home;
  private final NodeSetup setup;
  private final Map<String, String> overrides;
  private final Environment environment;

  /**
   * @param overrides settings that win over those of varve.toml
   */
  NodeParts(
      NodeHome home, NodeSetup setup, Map<String, String> overrides, Environment environment) {
    this.home = home;
    this.setup = setup;
    this.overrides = overrides;
    this.environment = environment;
  }

  /**
   * Finds CometBFT and makes what is missing.
   *
   * @param made is told what is made here
   * @throws CliException when something is in the way; nothing was made then
   */
  CometBinary prepare(NewParts made) {
    CometBinary comet = home.exists() ? prepareOld(made) : prepareNew(made);
    NodeRelease.record(home, comet, setup.cometbft());
    return comet;
  }

  private CometBinary prepareNew(NewParts made) {
    NewParts.requireEmpty(home.path());
    setup.requireFreePorts(overrides);
    CometBinary comet = setup.find(environment, home, Optional.empty());
    made.takeHome();
    setup.create(home, overrides);
    createComet(comet);
    return comet;
  }

  private CometBinary prepareOld(NewParts made) {
    home.requireFormat();
    NodeConfig config = NodeConfig.load(home, overrides);
    boolean hasNode = CometHome.exists(home.cometHome());
    if (hasNode) {
      setup.requireSame(home);
      requireSameConnection(config);
    }
    Optional<NodeRelease> release = NodeRelease.of(home);
    CometBinary comet = setup.find(environment, home, release);
    requireIdle();
    new Leftover(home.cometHome()).requireGone(environment.console());
    if (hasNode) {
      requireFreePorts(config);
      return comet;
    }
    requireNoBlocks(config);
    setup.requireFreePorts(
        Map.of("abci.address", config.abci().address(), "http.address", config.http().address()));
    made.takeComet();
    createComet(comet);
    return comet;
  }

  private void createComet(CometBinary comet) {
    NodeConfig config = NodeConfig.load(home, overrides);
    setup.createComet(home, comet, config.abci().address(), config.abci().transport());
  }

  private void requireIdle() {
    Optional<HomeLock.Owner> owner = HomeLock.owner(home.lockFile());
    if (owner.isPresent()) {
      throw CliException.failed(home.path() + " is in use by process " + owner.get());
    }
  }

  private void requireSameConnection(NodeConfig config) {
    CometHome comet = CometHome.open(home.cometHome());
    requireSame("proxy_app", comet.proxyApp(), "abci.address", config.abci().address());
    requireSame("abci", comet.transport(), "abci.transport", config.abci().transport());
  }

  private void requireSame(String nodeKey, String node, String key, String application) {
    if (!node.equals(application)) {
      throw CliException.usage(
          String.format(
              "the node has %s = \"%s\" (%s/config/config.toml), the application %s = \"%s\" (%s)",
              nodeKey, node, home.cometHome(), key, application, home.configFile()));
    }
  }

  private void requireFreePorts(NodeConfig config) {
    CometHome comet = CometHome.open(home.cometHome());
    String node = comet.path().resolve("config/config.toml").toString();
    String application = home.configFile().toString();
    Ports.requireFree(
        comet.p2pAddress(),
        "the node needs it for the other nodes (P2P)",
        "change p2p.laddr in " + node);
    Ports.requireFree(
        comet.rpcAddress(), "the node needs it for its RPC", "change rpc.laddr in " + node);
    Ports.requireFree(
        config.abci().address(),
        "the application needs it for the node (ABCI)",
        "change abci.address in " + application + " and proxy_app in " + node);
    Ports.requireFree(
        config.http().address(),
        "the application needs it for the gateway",
        "change http.address in " + application);
  }

  /** A new node begins another chain than the one whose blocks are here. */
  private void requireNoBlocks(NodeConfig config) {
    if (Files.exists(config.disk().path())) {
      try (StoredChain chain = StoredChain.open(home, config)) {
        long height = chain.store().applied().getHeight();
        if (height > 0) {
          throw nodeIsLost("chain " + chain.chainId().orElse("") + " up to height " + height);
        }
      }
    }
    if (Files.exists(config.fallback().path())) {
      new StoredLog(config)
          .visit(
              (batch, file, at) -> {
                throw nodeIsLost("a chain up to height " + batch.height() + " or more");
              });
    }
  }

  private CliException nodeIsLost(String chain) {
    return CliException.failed(
        home.path()
            + " holds "
            + chain
            + " and its node's folder "
            + home.cometHome()
            + " is lost: put it back from a copy, or choose another --home; a new node would begin"
            + " another chain");
  }
}
