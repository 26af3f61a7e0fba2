package dev.varve.cli;

import dev.varve.node.NodeConfig;
import dev.varve.node.NodeHome;
import dev.varve.testnet.CometBinary;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** {@code varve init}. */
@Command(
    name = "init",
    description = {
      "Make a home: varve.toml with every setting and its meaning.",
      "With --with-node also the home of a CometBFT node, for a new chain or, with --genesis and",
      "--peers, for an existing one. The folder must be empty or new."
    },
    footer = {
      "",
      "Examples:",
      "  varve init --home D",
      "  varve init --home D --with-node --chain-id mine",
      "  varve init --home D --with-node --genesis genesis.json --peers ID@10.0.0.7:26656"
    })
final class InitCommand implements Callable<Integer> {
  @SuppressWarnings("UnusedVariable") // picocli fills it.
  @CommandLine.Mixin
  private CommonOptions common;

  @CommandLine.Mixin private HomeOption home;
  @CommandLine.Mixin private NodeSetup setup;

  private final Environment environment;

  InitCommand(Environment environment) {
    this.environment = environment;
  }

  @Override
  public Integer call() {
    setup.validate();
    NodeHome node = home.node();
    if (node.exists()) {
      throw CliException.failed(node.path() + " is a home already; init changes nothing there");
    }
    NewParts.requireEmpty(node.path());
    CometBinary comet = setup.withNode() ? setup.find(environment, node, Optional.empty()) : null;
    try (NewParts made = new NewParts(node)) {
      made.takeHome();
      setup.create(node, Map.of());
      if (comet != null) {
        NodeConfig config = NodeConfig.load(node, Map.of());
        setup.createComet(node, comet, config.abci().address(), config.abci().transport());
        NodeRelease.record(node, comet, setup.cometbft());
      }
      made.keep();
    }
    Console console = environment.console();
    console.line("settings  " + node.configFile());
    if (comet != null) {
      console.line("node      " + node.cometHome() + ", CometBFT " + comet.version());
    }
    console.line(
        "start     varve start --home " + node.path() + (comet == null ? "" : " --with-node"));
    return 0;
  }
}
