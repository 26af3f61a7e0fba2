package dev.varve.cli;

import dev.varve.node.NodeConfig;
import dev.varve.node.NodeHome;
import dev.varve.node.VarveNode;
import dev.varve.testnet.CometBinary;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code varve start}. */
@Command(
    name = "start",
    description = {
      "Run the application of a home until SIGTERM or Ctrl-C; the log goes to standard error.",
      "A CometBFT node dials its ABCI address; with --with-node it is started and ended too, and",
      "its home made first where there is none. Exit code 1 when application or node fails."
    },
    footer = {
      "",
      "Examples:",
      "  varve start --home D",
      "  varve start --home D --abci unix:///run/varve/abci.sock",
      "  varve start --home D --with-node",
      "  varve start --home D --with-node --genesis genesis.json --peers ID@10.0.0.7:26656"
    })
final class StartCommand implements Callable<Integer> {
  // A node that cannot reach its application tries again every three seconds.
  private static final long CONTACT_SECONDS = 30;

  @CommandLine.Mixin private CommonOptions common;
  @CommandLine.Mixin private HomeOption home;
  @CommandLine.Mixin private NodeSetup setup;

  @Option(
      names = "--abci",
      paramLabel = "ADDR",
      description = "Listen for the node here instead: tcp://HOST:PORT or unix:///PATH.")
  private String abci;

  @Option(
      names = "--http",
      paramLabel = "ADDR",
      description = "Serve the gateway here instead: HOST:PORT, or off.")
  private String http;

  private final Environment environment;
  private final Console console;
  private boolean ready;

  StartCommand(Environment environment) {
    this.environment = environment;
    this.console = environment.console();
  }

  @Override
  public Integer call() {
    setup.validate();
    return run(StopSignal.install());
  }

  private int run(StopSignal signal) {
    NodeHome node = home.node();
    try {
      return setup.withNode() ? runBoth(node, signal) : runAlone(node, signal);
    } catch (RuntimeException e) {
      if (signal.isAsked() && !ready) {
        return stoppedEarly();
      }
      throw e;
    }
  }

  private Map<String, String> overrides() {
    Map<String, String> overrides = new LinkedHashMap<>();
    if (abci != null) {
      overrides.put("abci.address", abci);
    }
    if (http != null) {
      overrides.put("http.address", http);
    }
    return overrides;
  }

  private int runAlone(NodeHome home, StopSignal signal) {
    home.requireFormat();
    NodeConfig config = config(home);
    try (VarveNode node = VarveNode.start(home, config)) {
      if (signal.isAsked()) {
        return stoppedEarly();
      }
      announce(config);
      reportSilence(node, config.abci());
      return waitFor(
          node.failure().thenApply(e -> "the application failed: " + e.getMessage()), signal);
    }
  }

  private int runBoth(NodeHome home, StopSignal signal) {
    if (home.exists()) {
      // Before the stores are looked at, as they log.
      home.requireFormat();
      config(home);
    }
    try (NewParts made = new NewParts(home)) {
      CometBinary comet;
      signal.interruptible();
      try {
        comet = new NodeParts(home, setup, overrides(), environment).prepare(made);
      } finally {
        signal.uninterruptible();
      }
      NodeConfig config = config(home);
      try (Validator validator = Validator.start("this home", home, comet, overrides())) {
        made.keep();
        if (signal.isAsked()) {
          return stoppedEarly();
        }
        announce(config);
        console.line("node      " + validator.rpc());
        return waitFor(validator.death(), signal);
      }
    }
  }

  /** Reads the settings and lets the log follow them. */
  private NodeConfig config(NodeHome home) {
    NodeConfig config = NodeConfig.load(home, overrides());
    Logs.toStderr(common.logLevel(config.logLevel()));
    return config;
  }

  private int stoppedEarly() {
    console.error("stopped before the node was ready");
    return CliException.FAILED;
  }

  private void announce(NodeConfig config) {
    ready = true;
    console.line("abci      " + config.abci().address());
    if (config.http().enabled()) {
      String scheme = config.http().tlsCertificate().isPresent() ? "https" : "http";
      console.line("gateway   " + scheme + "://" + config.http().address());
    }
  }

  private void reportSilence(VarveNode node, NodeConfig.Abci abci) {
    node.contact()
        .orTimeout(CONTACT_SECONDS, TimeUnit.SECONDS)
        .exceptionally(
            timeout -> {
              console.error(
                  String.format(
                      "no CometBFT node has called for %d s; its config.toml must have"
                          + " proxy_app = \"%s\" and abci = \"%s\"",
                      CONTACT_SECONDS,
                      abci.transport().equals("grpc")
                          ? abci.address().replaceFirst("^tcp://", "")
                          : abci.address(),
                      abci.transport()));
              return null;
            });
  }

  private int waitFor(CompletableFuture<String> death, StopSignal signal) {
    CompletableFuture.anyOf(death, signal.asked()).join();
    if (signal.isAsked()) {
      return 0;
    }
    console.error(console.bad("stopping: ") + death.join());
    return CliException.FAILED;
  }
}
