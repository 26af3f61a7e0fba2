package dev.varve.testnet;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * How one node is configured; everything listens on 127.0.0.1.
 *
 * @param portBase p2p listens here, the node's RPC on the next port, the application on the one
 *     after
 * @param proxyApp address of the application, "tcp://127.0.0.1:26658" or "unix:///run/abci.sock";
 *     null for the port after next of the base
 * @param transport how the node speaks to it
 * @param timeoutCommit pause after a commit
 * @param createEmptyBlocks false: an idle chain stands still
 * @param logLevel the node's own, "info" or "consensus:debug,*:error"
 * @param persistentPeers {@code <node id>@<host>:<port>} each
 * @param extra more values of config.toml: "section.key" (a bare key is outside all sections) to
 *     the value as TOML
 */
public record NodeSettings(
    int portBase,
    String proxyApp,
    Transport transport,
    Duration timeoutCommit,
    boolean createEmptyBlocks,
    String logLevel,
    List<String> persistentPeers,
    Map<String, String> extra) {

  /** How a node speaks to its application. */
  public enum Transport {
    SOCKET,
    GRPC
  }

  private static final int PORTS_PER_NODE = 10;

  public NodeSettings {
    if (portBase < 1 || portBase + 3 > 65_535) {
      throw new IllegalArgumentException(
          "port base " + portBase + " is not allowed: 1 to " + (65_535 - 3));
    }
    persistentPeers = List.copyOf(persistentPeers);
    extra = Map.copyOf(extra);
  }

  /** CometBFT's defaults over a socket: 1 s between blocks, empty blocks too. */
  public static NodeSettings defaults(int portBase) {
    return new NodeSettings(
        portBase, null, Transport.SOCKET, Duration.ofSeconds(1), true, "info", List.of(), Map.of());
  }

  public NodeSettings withProxyApp(String address, Transport newTransport) {
    return new NodeSettings(
        portBase,
        address,
        newTransport,
        timeoutCommit,
        createEmptyBlocks,
        logLevel,
        persistentPeers,
        extra);
  }

  public NodeSettings withTimeoutCommit(Duration pause) {
    return new NodeSettings(
        portBase, proxyApp, transport, pause, createEmptyBlocks, logLevel, persistentPeers, extra);
  }

  public NodeSettings withCreateEmptyBlocks(boolean create) {
    return new NodeSettings(
        portBase, proxyApp, transport, timeoutCommit, create, logLevel, persistentPeers, extra);
  }

  public NodeSettings withLogLevel(String level) {
    return new NodeSettings(
        portBase,
        proxyApp,
        transport,
        timeoutCommit,
        createEmptyBlocks,
        level,
        persistentPeers,
        extra);
  }

  public NodeSettings withPersistentPeers(List<String> peers) {
    return new NodeSettings(
        portBase, proxyApp, transport, timeoutCommit, createEmptyBlocks, logLevel, peers, extra);
  }

  /** Adds one more value of config.toml, {@code tomlValue} with its quotes. */
  public NodeSettings with(String sectionAndKey, String tomlValue) {
    Map<String, String> more = new TreeMap<>(extra);
    more.put(sectionAndKey, tomlValue);
    return new NodeSettings(
        portBase,
        proxyApp,
        transport,
        timeoutCommit,
        createEmptyBlocks,
        logLevel,
        persistentPeers,
        more);
  }

  /** The same for validator {@code index}: its ports lie 10 higher for each one before it. */
  NodeSettings forValidator(int index) {
    if (index > 0 && proxyApp != null) {
      throw new IllegalArgumentException(
          "an application address (" + proxyApp + ") cannot be shared by several validators");
    }
    return new NodeSettings(
        portBase + PORTS_PER_NODE * index,
        proxyApp,
        transport,
        timeoutCommit,
        createEmptyBlocks,
        logLevel,
        persistentPeers,
        extra);
  }

  int rpcPort() {
    return portBase + 1;
  }

  /**
   * The address as config.toml takes it. The node's gRPC client knows no scheme but its own: given
   * tcp:// it takes the whole for a host name and waits for ever.
   */
  String appAddress() {
    String address = proxyApp == null ? "tcp://127.0.0.1:" + (portBase + 2) : proxyApp;
    return transport == Transport.GRPC ? address.replaceFirst("^tcp://", "") : address;
  }
}
