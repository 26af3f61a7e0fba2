package dev.varve.node;

import dev.varve.fallback.io.RealFileIo;
import dev.varve.gateway.Chain;
import dev.varve.gateway.Gateway;
import dev.varve.gateway.GatewayConfig;
import dev.varve.gateway.LateGateway;
import dev.varve.gateway.RpcNodePort;
import dev.varve.gateway.Uplink;
import dev.varve.gateway.UplinkException;
import dev.varve.gateway.http.GatewayLimits;
import dev.varve.gateway.http.GatewayPages;
import dev.varve.gateway.http.GatewayServer;
import dev.varve.gateway.http.GatewayServerConfig;
import dev.varve.gateway.http.GatewayServerException;
import dev.varve.gateway.http.GatewayTimeouts;
import dev.varve.gateway.http.Token;
import dev.varve.sharding.Cluster;
import dev.varve.storage.PendingStore;
import dev.varve.storage.pending.LogPendingStore;
import dev.varve.storage.pending.MemoryPendingStore;
import dev.varve.storage.pending.PendingLogConfig;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/** Builds the gateway over a chain, and the server in front of it. */
final class UplinkWiring {
  private static final int SEGMENT_BYTES = 8 << 20;

  /** How long a start waits for a shared backup, before the gateway goes on without. */
  private static final Duration BACKUP_WAIT = Duration.ofSeconds(3);

  private final NodeHome home;
  private final NodeConfig config;
  private final Parts parts;

  UplinkWiring(NodeHome home, NodeConfig config, Parts parts) {
    this.home = home;
    this.config = config;
    this.parts = parts;
  }

  /**
   * Looks whether the server can have what it is to have: files, and an address that is free.
   *
   * @throws ConfigException when a file cannot be used
   * @throws NodeException when the address could not be bound now
   */
  void check() {
    serverConfig();
    if (isShared()) {
      ClusterBackup.databases(config.disk());
    }
    String address = config.http().address();
    int colon = address.lastIndexOf(':');
    String host = address.substring(0, colon).replaceAll("^\\[|]$", "");
    try (ServerSocket probe = new ServerSocket()) {
      probe.bind(new InetSocketAddress(host, Integer.parseInt(address.substring(colon + 1))));
    } catch (IOException e) {
      throw new NodeException("the gateway cannot listen at " + address + ": " + e.getMessage(), e);
    }
  }

  private boolean isShared() {
    return config.gateway().backup().equals(ClusterBackup.NAME);
  }

  /**
   * What a gateway stands on.
   *
   * @param chain stays its owner's
   * @param chainId the chain's name; may throw {@link UplinkException.Unavailable}
   * @param cluster the databases of {@code disk.cluster}, where they are open already
   */
  record Ground(Chain chain, Supplier<String> chainId, Optional<Cluster> cluster) {}

  /**
   * Starts both.
   *
   * @throws NodeException when the backup cannot be opened or the address not be bound
   */
  Uplink start(Ground ground, NodeMetrics metrics, Function<Uplink, GatewayPages> pages) {
    GatewayServerConfig server = serverConfig();
    Uplink gateway = isShared() ? sharing(ground, metrics) : alone(ground.chain());
    metrics.observe(gateway);
    try {
      parts.add("HTTP server", GatewayServer.start(server, gateway, pages.apply(gateway)));
    } catch (GatewayServerException e) {
      throw new NodeException(e.getMessage(), e);
    }
    return gateway;
  }

  private Uplink alone(Chain chain) {
    PendingStore store = parts.add("uplink backup", store());
    return parts.add(
        "uplink gateway",
        Gateway.open(store, chain, new RpcNodePort(config.gateway().node()), gatewayConfig()));
  }

  private Uplink sharing(Ground ground, NodeMetrics metrics) {
    Cluster cluster = ground.cluster().orElseGet(() -> open(metrics));
    return parts.add(
        "uplink gateway",
        LateGateway.open(
            new ClusterBackup(home, config.gateway(), ground.chainId(), cluster.uplink()),
            ground.chain(),
            () -> new RpcNodePort(config.gateway().node()),
            gatewayConfig(),
            BACKUP_WAIT));
  }

  private Cluster open(NodeMetrics metrics) {
    Cluster cluster = Cluster.open(ClusterBackup.databases(config.disk()));
    parts.add("databases of the uplink", cluster);
    metrics.observe(cluster);
    return cluster;
  }

  private PendingStore store() {
    GatewaySettings settings = config.gateway();
    return switch (settings.backup()) {
      case "memory" -> new MemoryPendingStore(settings.backupBytes());
      case "disk" ->
          LogPendingStore.open(
              new PendingLogConfig(
                  settings.path(),
                  settings.backupBytes(),
                  SEGMENT_BYTES,
                  config.fallback().freeBytes()),
              new RealFileIo());
      default -> throw new NodeException("no backup " + settings.backup());
    };
  }

  private GatewayConfig gatewayConfig() {
    GatewaySettings settings = config.gateway();
    GatewayConfig standard = GatewayConfig.defaults();
    GatewayConfig.Limits limits = standard.limits();
    GatewayConfig.Retries retries = standard.retries();
    return standard
        .withLimits(
            new GatewayConfig.Limits(
                settings.maxTasks(),
                settings.maxPendingBytes(),
                limits.maxFailed(),
                limits.maxTxBytes(),
                limits.maxUnderWay(),
                limits.maxListeners(),
                limits.listenerBuffer()))
        .withRetries(
            new GatewayConfig.Retries(
                settings.resendBlocks(),
                retries.resendAfter(),
                settings.maxAttempts(),
                retries.minBackoff(),
                retries.maxBackoff()))
        .withBackup(
            standard
                .backup()
                .withDeletePeriod(settings.deletePeriod())
                .withSharePeriod(isShared() ? settings.sharePeriod() : Duration.ZERO));
  }

  private GatewayServerConfig serverConfig() {
    GatewaySettings.Http http = config.http();
    try {
      return new GatewayServerConfig(
          http.address(),
          config.gateway().node(),
          http.tlsCertificate()
              .map(certificate -> Tls.context(certificate, http.tlsKey().orElseThrow())),
          tokens(http.tokensFile()),
          http.origins(),
          http.open(),
          config.gateway().chainFirst(),
          limits(http),
          timeouts());
    } catch (IllegalArgumentException e) {
      throw new ConfigException("[http] " + e.getMessage());
    }
  }

  private static GatewayLimits limits(GatewaySettings.Http http) {
    GatewayLimits standard = GatewayLimits.DEFAULT;
    return new GatewayLimits(
        http.maxBodyBytes(),
        Math.max(standard.bufferedBytes(), http.maxBodyBytes()),
        standard.headerBytes(),
        standard.batchItems(),
        http.maxConnections(),
        standard.requests(),
        Math.min(standard.streams(), http.maxConnections()),
        standard.streamEvents(),
        standard.readThreads(),
        standard.nodeConnections());
  }

  private GatewayTimeouts timeouts() {
    GatewayTimeouts standard = GatewayTimeouts.DEFAULT;
    return new GatewayTimeouts(
        standard.request(),
        standard.idle(),
        config.gateway().sync(),
        standard.commit(),
        standard.node(),
        standard.heartbeat(),
        standard.stop());
  }

  /** Blank lines and those that begin with # are passed over. */
  private static List<Token> tokens(Optional<Path> file) {
    if (file.isEmpty()) {
      return List.of();
    }
    List<String> lines;
    try {
      lines = Files.readAllLines(file.get());
    } catch (IOException e) {
      throw new ConfigException("http.tokens_file: " + NodeHome.reason(e));
    }
    List<Token> tokens = new ArrayList<>();
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i).strip();
      if (line.isEmpty() || line.startsWith("#")) {
        continue;
      }
      try {
        tokens.add(Token.parse(line));
      } catch (IllegalArgumentException e) {
        throw new ConfigException(file.get() + ":" + (i + 1) + ": " + e.getMessage());
      }
    }
    if (tokens.isEmpty()) {
      throw new ConfigException("http.tokens_file: " + file.get() + " holds no token");
    }
    return tokens;
  }
}
