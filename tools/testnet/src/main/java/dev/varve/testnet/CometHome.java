package dev.varve.testnet;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The home folder of a CometBFT node: keys, genesis and config.toml, written by the node's own init
 * command and then edited.
 *
 * <p>Not for several threads. Errors: {@link TestnetException}.
 */
public final class CometHome {
  private static final Duration COMMAND_LIMIT = Duration.ofSeconds(30);
  private static final Pattern NODE_ID = Pattern.compile("\\b[0-9a-f]{40}\\b");

  private final Path path;

  private CometHome(Path path) {
    this.path = path.toAbsolutePath();
  }

  /** A chain of one validator in a new home. */
  public static CometHome init(CometBinary bin, Path home, ChainSettings settings) {
    return testnet(bin, List.of(home), settings).get(0);
  }

  /** A chain of as many validators as new homes, with one genesis; each knows all the others. */
  public static List<CometHome> testnet(CometBinary bin, List<Path> paths, ChainSettings settings) {
    List<CometHome> homes = paths.stream().map(path -> create(bin, path)).toList();
    GenesisFile genesis =
        GenesisFile.read(homes.get(0).genesis())
            .with(settings)
            .withValidatorsOf(
                homes.stream().map(home -> GenesisFile.read(home.genesis())).toList());
    List<String> addresses = new ArrayList<>();
    for (int i = 0; i < homes.size(); i++) {
      NodeSettings node = settings.node().forValidator(i);
      addresses.add(homes.get(i).nodeId(bin) + "@127.0.0.1:" + node.portBase());
    }
    for (int i = 0; i < homes.size(); i++) {
      List<String> peers = new ArrayList<>(settings.node().persistentPeers());
      peers.addAll(addresses);
      peers.remove(addresses.get(i));
      genesis.write(homes.get(i).genesis());
      homes.get(i).configure(settings.node().forValidator(i).withPersistentPeers(peers));
    }
    return homes;
  }

  /** A node in a new home that joins the chain of {@code genesis}, not as a validator. */
  public static CometHome join(CometBinary bin, Path path, Path genesis, NodeSettings settings) {
    GenesisFile.read(genesis);
    CometHome home = create(bin, path);
    try {
      Files.copy(genesis, home.genesis(), StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new TestnetException("cannot copy " + genesis + " to " + home.genesis(), e);
    }
    home.configure(settings);
    return home;
  }

  /** A home that exists already. */
  public static CometHome open(Path path) {
    CometHome home = new CometHome(path);
    if (!exists(path)) {
      throw new TestnetException(path + " is no home of a CometBFT node: it has no config.toml");
    }
    return home;
  }

  /** Whether a node was set up here. */
  public static boolean exists(Path path) {
    return Files.isRegularFile(path.resolve("config/config.toml"));
  }

  /** Sets what {@link NodeSettings} names and what a local network needs; the rest stays. */
  public void configure(NodeSettings node) {
    ConfigToml config = ConfigToml.read(configFile());
    config.set("proxy_app", ConfigToml.quote(node.appAddress()));
    config.set("abci", ConfigToml.quote(node.transport().name().toLowerCase(Locale.ROOT)));
    config.set("log_level", ConfigToml.quote(node.logLevel()));
    config.set("rpc.laddr", ConfigToml.quote("tcp://127.0.0.1:" + node.rpcPort()));
    config.set("rpc.pprof_laddr", "\"\"");
    config.setIfPresent("rpc.grpc_laddr", "\"\"");
    config.setIfPresent("grpc.laddr", "\"\"");
    config.setIfPresent("grpc.privileged.laddr", "\"\"");
    config.set("p2p.laddr", ConfigToml.quote("tcp://127.0.0.1:" + node.portBase()));
    config.set("p2p.persistent_peers", ConfigToml.quote(String.join(",", node.persistentPeers())));
    // The default waits ever longer before it dials a validator again that was restarted.
    config.set("p2p.persistent_peers_max_dial_period", "\"1s\"");
    config.set("p2p.addr_book_strict", "false");
    config.set("p2p.allow_duplicate_ip", "true");
    config.set("consensus.timeout_commit", milliseconds(node.timeoutCommit()));
    config.set("consensus.create_empty_blocks", Boolean.toString(node.createEmptyBlocks()));
    config.set("tx_index.indexer", "\"kv\"");
    config.set("instrumentation.prometheus", "false");
    node.extra().forEach(config::set);
    config.write();
  }

  /** The folder, absolute. */
  public Path path() {
    return path;
  }

  public Path genesis() {
    return path.resolve("config/genesis.json");
  }

  public String chainId() {
    return GenesisFile.read(genesis()).chainId();
  }

  /** Where the node's RPC listens: http://127.0.0.1:26657. */
  public URI rpc() {
    return URI.create(setting("rpc.laddr").replaceFirst("^tcp:", "http:"));
  }

  /** Where the node dials its application, always with a scheme: tcp://127.0.0.1:26658. */
  public String proxyApp() {
    String address = setting("proxy_app");
    return address.contains("://") ? address : "tcp://" + address;
  }

  /** How the node talks to its application: socket or grpc. */
  public String transport() {
    return setting("abci");
  }

  /** The version of the node that set this home up, as it calls itself. */
  public String createdBy() {
    return setting("version");
  }

  /** The release line of the node that set this home up, "0.38"; empty where nothing tells. */
  public Optional<String> line() {
    return ConfigToml.read(configFile()).string("version").flatMap(CometVersion::lineOf);
  }

  /** Where the node listens for others, as config.toml has it: tcp://127.0.0.1:26656. */
  public String p2pAddress() {
    return setting("p2p.laddr");
  }

  /** Where the node's RPC listens, as config.toml has it: tcp://127.0.0.1:26657. */
  public String rpcAddress() {
    return setting("rpc.laddr");
  }

  /** The pause between blocks, as config.toml has it: 1000ms. */
  public String timeoutCommit() {
    return setting("consensus.timeout_commit");
  }

  /** The id by which other nodes know this one: 40 hexadecimal digits. */
  public String nodeId(CometBinary bin) {
    Commands.Output output =
        Commands.run(
            null, COMMAND_LIMIT, bin.path().toString(), "show-node-id", "--home", path.toString());
    Matcher id = NODE_ID.matcher(output.tail(1));
    if (output.exitCode() != 0 || !id.find()) {
      throw new TestnetException("the node in " + path + " gave no id but: " + output.tail(3));
    }
    return id.group();
  }

  /** What other nodes list as their peer: {@code <node id>@127.0.0.1:<port>}. */
  public String peerAddress(CometBinary bin) {
    return nodeId(bin) + "@" + setting("p2p.laddr").replaceFirst("^tcp://", "");
  }

  private static CometHome create(CometBinary bin, Path path) {
    if (exists(path)) {
      throw new TestnetException(path + " is already the home of a CometBFT node");
    }
    CometHome home = new CometHome(path);
    try {
      Files.createDirectories(home.path);
    } catch (IOException e) {
      throw new TestnetException("cannot create the folder " + path + ": " + e.getMessage(), e);
    }
    Commands.Output output =
        Commands.run(
            null, COMMAND_LIMIT, bin.path().toString(), "init", "--home", home.path.toString());
    if (output.exitCode() != 0) {
      throw new TestnetException(
          "\"%s init\" failed for %s:%n%s".formatted(bin.path(), path, output.tail(5)));
    }
    return home;
  }

  private Path configFile() {
    return path.resolve("config/config.toml");
  }

  private String setting(String key) {
    return ConfigToml.read(configFile())
        .string(key)
        .orElseThrow(() -> new TestnetException(configFile() + " has no key " + key));
  }

  private static String milliseconds(Duration duration) {
    return ConfigToml.quote(duration.toMillis() + "ms");
  }
}
