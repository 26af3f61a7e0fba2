package dev.varve.cli;

import dev.varve.node.GatewayNode;
import dev.varve.node.NodeConfig;
import dev.varve.node.NodeHome;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code varve gateway}. */
@Command(
    name = "gateway",
    description = {
      "Run the uplink gateway alone, in front of a CometBFT node whose application is Varve.",
      "A transaction is backed up in the home before it is sent, and sent until it is in a block.",
      "Runs until SIGTERM or Ctrl-C; what is pending then is sent after the next start. The home",
      "is made at the first start; of its varve.toml the sections [http] and [gateway] count.",
      "With --cluster the backup is in databases instead, which any number of gateways of a chain",
      "share: each answers for what the others have accepted, and sends what one that is gone has",
      "left."
    },
    footer = {
      "",
      "Examples:",
      "  varve gateway --node http://10.0.0.7:26657",
      "  varve gateway --node http://127.0.0.1:26657 --home D --http 127.0.0.1:8080",
      "  varve gateway --node http://10.0.0.7:26657 --cluster cluster.yaml"
    })
final class GatewayCommand implements Callable<Integer> {
  @CommandLine.Mixin private CommonOptions common;

  @Option(
      names = "--node",
      paramLabel = "URL",
      description = "The node's RPC; default: as the home's varve.toml says.")
  private String node;

  @Option(
      names = "--home",
      paramLabel = "D",
      description = "Folder of the backup and the settings; default ~/.varve/gateway.")
  private Path home;

  @Option(
      names = "--http",
      paramLabel = "ADDR",
      description = "Serve here instead of where the home's varve.toml says: HOST:PORT.")
  private String http;

  @Option(
      names = "--cluster",
      paramLabel = "F",
      description = {
        "Share the backup with other gateways in the databases that cluster.yaml F describes: as",
        "gateway.backup = \"cluster\" and disk.cluster = F in varve.toml, where",
        "disk.database_suffix counts, too."
      })
  private Path cluster;

  private final Environment environment;
  private final Console console;

  GatewayCommand(Environment environment) {
    this.environment = environment;
    this.console = environment.console();
  }

  @Override
  public Integer call() {
    if (home != null) {
      HomeOption.requireNamed(home);
    }
    NodeHome folder =
        new NodeHome(home == null ? environment.userFolder().resolve("gateway") : home);
    Map<String, String> settings = new LinkedHashMap<>();
    if (node != null) {
      settings.put("gateway.node", node);
    }
    if (http != null) {
      settings.put("http.address", http);
    }
    if (cluster != null) {
      NodeConfig.requireCluster(cluster);
      settings.put("gateway.backup", "cluster");
      settings.put("disk.cluster", cluster.toAbsolutePath().normalize().toString());
    }
    StopSignal signal = StopSignal.install();
    if (!folder.exists()) {
      if (node == null) {
        throw CliException.usage("--node is missing: " + folder.path() + " is no home yet");
      }
      try (NewParts made = new NewParts(folder)) {
        made.takeHome();
        folder.create(settings);
        NodeConfig.load(folder, settings);
        made.keep();
      }
    }
    NodeConfig config = NodeConfig.load(folder, settings);
    Logs.toStderr(common.logLevel(config.logLevel()));
    try (GatewayNode gateway = GatewayNode.start(folder, config)) {
      String scheme = config.http().tlsCertificate().isPresent() ? "https" : "http";
      console.line("node      " + config.gateway().node());
      console.line("gateway   " + scheme + "://" + config.http().address());
      signal.asked().join();
      return 0;
    }
  }
}
