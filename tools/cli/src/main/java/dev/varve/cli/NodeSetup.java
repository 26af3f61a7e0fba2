package dev.varve.cli;

import dev.varve.node.NodeHome;
import dev.varve.testnet.CometBinary;
import dev.varve.testnet.CometHome;
import dev.varve.testnet.NodeSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import picocli.CommandLine.Option;

/** What a new home is made of; {@code init} and {@code start} share these options. */
final class NodeSetup {
  @Option(
      names = "--with-node",
      description = "Have a CometBFT node beside the application, in the home's folder comet.")
  private boolean withNode;

  @Option(
      names = "--cometbft",
      paramLabel = "VERSION|PATH",
      description = {
        "Which CometBFT; default the line that ran the home, 0.38 for a new one. See varve devnet",
        "--help."
      })
  private String cometbft;

  @Option(
      names = "--genesis",
      paramLabel = "FILE",
      description = "Join the chain of this genesis file. With --with-node, for a new home.")
  private Path genesis;

  @Option(
      names = "--peers",
      split = ",",
      paramLabel = "ID@HOST:PORT",
      description = "Nodes of that chain to dial, with commas between.")
  private List<String> peers = new ArrayList<>();

  @Option(
      names = "--chain-id",
      paramLabel = "ID",
      description = "Name of a new chain; default varve. With --with-node, for a new home.")
  private String chainId;

  @Option(
      names = "--port-base",
      paramLabel = "P",
      description = {
        "First port of a new home; default " + Ports.STANDARD_BASE + ": P2P +0, node RPC +1, ABCI",
        "+2, gateway +3."
      })
  private Integer portBase;

  @Option(
      names = "--timeout-commit",
      paramLabel = "TIME",
      converter = Durations.class,
      description = "Pause between blocks, such as 100ms; default 1s. For a new home.")
  private Duration timeoutCommit;

  boolean withNode() {
    return withNode;
  }

  /**
   * Checks the options against each other.
   *
   * @throws CliException with exit code 2
   */
  void validate() {
    if (!withNode && (genesis != null || !peers.isEmpty() || chainId != null || cometbft != null)) {
      throw CliException.usage(
          "--genesis, --peers, --chain-id and --cometbft are about the node: add --with-node");
    }
    if (genesis == null && !peers.isEmpty()) {
      throw CliException.usage("--peers needs --genesis, the genesis file of the chain to join");
    }
    if (genesis != null && chainId != null) {
      throw CliException.usage("--chain-id stands in the genesis file: leave it out");
    }
    if (genesis != null && !Files.isReadable(genesis)) {
      throw CliException.usage("--genesis " + genesis + ": no such file, or not readable");
    }
    DevnetOptions.requireChainId(chainId);
    peers.forEach(NodeSetup::requirePeer);
    CometOption.require(cometbft);
    Ports.requireRange(base(), 1);
  }

  private static void requirePeer(String peer) {
    String port = peer.substring(peer.lastIndexOf(':') + 1);
    if (!peer.matches("[0-9a-f]{40}@[^@:]+:\\d{1,5}")
        || Integer.parseInt(port) < 1
        || Integer.parseInt(port) > Ports.HIGHEST) {
      throw CliException.usage(
          "--peers "
              + peer
              + ": must be ID@HOST:PORT, the ID 40 hex digits, the port 1 to "
              + Ports.HIGHEST);
    }
  }

  /** What was asked for with --cometbft, or null. */
  String cometbft() {
    return cometbft;
  }

  /**
   * Finds CometBFT: the asked one, else the one of the home.
   *
   * @param release what runs the home's node; empty for a new one
   * @throws CliException with exit code 2 when the asked one is of another line than the home's
   */
  CometBinary find(Environment environment, NodeHome home, Optional<NodeRelease> release) {
    release.ifPresent(
        known -> CometOption.line(cometbft).ifPresent(line -> known.requireSameLine(home, line)));
    String asked = cometbft == null ? release.map(NodeRelease::standard).orElse(null) : cometbft;
    Console console = environment.console();
    CometBinary comet;
    try (Console.Progress progress = console.progress("looking for CometBFT")) {
      comet = CometBinary.find(asked, environment.cacheFolder(), progress::update);
    }
    release.ifPresent(known -> known.requireSameLine(home, comet.version()));
    return comet;
  }

  /**
   * Checks that nobody listens where a new node and its application will.
   *
   * @param settings of varve.toml that differ from the defaults
   * @throws CliException that names the port
   */
  void requireFreePorts(Map<String, String> settings) {
    Ports ports = new Ports(base(), 0);
    String host = "127.0.0.1:";
    String other = "choose other ports with --port-base";
    Ports.requireFree(host + ports.p2p(), "the node needs it for the other nodes (P2P)", other);
    Ports.requireFree(host + ports.rpc(), "the node needs it for its RPC", other);
    Ports.requireFree(
        settings.getOrDefault("abci.address", host + ports.abci()),
        "the application needs it for the node (ABCI)",
        other);
    Ports.requireFree(
        settings.getOrDefault("http.address", host + ports.http()),
        "the application needs it for the gateway",
        other);
  }

  /**
   * Makes the application's home.
   *
   * @param settings of varve.toml that differ from the defaults
   */
  void create(NodeHome home, Map<String, String> settings) {
    Map<String, String> all = new LinkedHashMap<>();
    if (portBase != null) {
      Ports ports = new Ports(base(), 0);
      all.put("abci.address", "tcp://127.0.0.1:" + ports.abci());
      all.put("http.address", "127.0.0.1:" + ports.http());
      all.put("gateway.node", "http://127.0.0.1:" + ports.rpc());
    }
    all.putAll(settings);
    home.create(all);
  }

  /**
   * Makes the node's home, for a chain of its own or an existing one.
   *
   * @param abciAddress where the application listens
   */
  void createComet(NodeHome home, CometBinary comet, String abciAddress, String transport) {
    NodeSettings node =
        NodeSettings.defaults(base())
            .withProxyApp(
                abciAddress,
                transport.equals("grpc")
                    ? NodeSettings.Transport.GRPC
                    : NodeSettings.Transport.SOCKET)
            .withPersistentPeers(peers);
    if (timeoutCommit != null) {
      node = node.withTimeoutCommit(timeoutCommit);
    }
    if (genesis == null) {
      String name = Objects.requireNonNullElse(chainId, "varve");
      CometHome.init(comet, home.cometHome(), Genesis.settings(name, node));
    } else {
      CometHome.join(comet, home.cometHome(), genesis, node);
    }
  }

  /**
   * Checks that an existing node is what was asked for.
   *
   * @throws CliException when it is of another chain, or was set up in another way
   */
  void requireSame(NodeHome home) {
    CometHome comet = CometHome.open(home.cometHome());
    if (portBase != null && !comet.p2pAddress().endsWith(":" + portBase)) {
      throw CliException.usage(
          "--port-base "
              + portBase
              + ": "
              + home.path()
              + " was made with others, its node listens at "
              + comet.p2pAddress()
              + "; leave it out, or change varve.toml and comet/config/config.toml there");
    }
    if (timeoutCommit != null && !comet.timeoutCommit().equals(timeoutCommit.toMillis() + "ms")) {
      throw CliException.usage(
          "--timeout-commit is for a new home and the node of "
              + home.path()
              + " exists; leave it out, or change comet/config/config.toml there");
    }
    if (chainId != null && !chainId.equals(comet.chainId())) {
      throw CliException.usage(
          "--chain-id " + chainId + ": " + home.path() + " is of chain " + comet.chainId());
    }
    try {
      if (genesis != null && Files.mismatch(genesis, comet.genesis()) >= 0) {
        throw CliException.usage(
            "--genesis "
                + genesis
                + ": "
                + home.path()
                + " is of another chain, its genesis is "
                + comet.genesis());
      }
    } catch (IOException e) {
      throw CliException.failed("cannot compare with " + genesis + ": " + NodeHome.words(e), e);
    }
  }

  private int base() {
    return Objects.requireNonNullElse(portBase, Ports.STANDARD_BASE);
  }
}
