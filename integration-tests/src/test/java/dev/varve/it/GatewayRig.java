package dev.varve.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.varve.node.NodeHome;
import dev.varve.testnet.ChainSettings;
import dev.varve.testnet.CometBinary;
import dev.varve.testnet.CometHome;
import dev.varve.testnet.CometProcess;
import dev.varve.testnet.CometRpc;
import dev.varve.testnet.NodeSettings;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * An application, its node, and {@code varve gateway --node} in front of them, each a process of
 * its own. For one thread, but for what tells addresses and {@link #chainFaults}.
 */
final class GatewayRig implements AutoCloseable {
  static final Duration LIMIT = Duration.ofMinutes(2);
  private static final Duration STOP_LIMIT = Duration.ofSeconds(15);

  /** A short start counts, peak speed does not. */
  private static final List<String> QUICK_START =
      List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC");

  private final Path folder;
  private final CometBinary bin = Settings.comet("0.38");
  private final CometHome cometHome;
  private final CometRpc rpc;
  private final URI gatewayUri;
  private final Path backup;
  private final Path classes;
  private final AtomicInteger chainFaults = new AtomicInteger();
  private VarveProcess application;
  private CometProcess comet;
  private VarveProcess gateway;
  private int starts;

  /**
   * Makes the homes; nothing runs yet.
   *
   * @param backup the folder of the gateway's backup
   * @param settings of the gateway, beyond addresses
   */
  GatewayRig(Path folder, Path backup, Map<String, String> settings) {
    this.folder = folder;
    this.backup = backup;
    classes = folder.resolve("gateway.jsa");
    int portBase = FreePorts.base(1);
    // A cache that soon forgets hides no transaction that is sent twice.
    NodeSettings node =
        NodeSettings.defaults(portBase)
            .withTimeoutCommit(Duration.ofMillis(100))
            .withLogLevel("error")
            .with("mempool.cache_size", "200")
            .with("mempool.size", "20000");
    new NodeHome(folder.resolve("home")).create(Map.of("start.warm_up_millis", "0"));
    cometHome = CometHome.init(bin, folder.resolve("comet"), ChainSettings.of("gateway", node));
    rpc = new CometRpc(cometHome.rpc());
    String address = "127.0.0.1:" + (portBase + 3);
    gatewayUri = URI.create("http://" + address);
    Map<String, String> all = new HashMap<>(settings);
    all.put("http.address", address);
    all.put("gateway.path", backup.toString());
    new NodeHome(folder.resolve("gateway")).create(all);
  }

  CometRpc rpc() {
    return rpc;
  }

  String cometVersion() {
    return bin.version();
  }

  /** Where the gateway is served. */
  URI gatewayUri() {
    return gatewayUri;
  }

  /** The folder of the gateway's backup. */
  Path backup() {
    return backup;
  }

  /** Faults of the chain so far, begun and ended: an odd number while there is one. */
  int chainFaults() {
    return chainFaults.get();
  }

  void chainFaultBegins() {
    chainFaults.incrementAndGet();
  }

  void chainFaultEnds() {
    chainFaults.incrementAndGet();
  }

  void startChain() {
    application =
        VarveProcess.start(
                folder.resolve("varve.log"),
                "start",
                "--home",
                folder.resolve("home").toString(),
                "--abci",
                cometHome.proxyApp(),
                "--http",
                "off")
            .awaitLine("abci", LIMIT);
    startNode();
  }

  private void startNode() {
    comet = CometProcess.start(bin, cometHome, folder.resolve("comet.log"));
  }

  /** The node ends and starts again, with an empty mempool. */
  void restartNode() {
    comet.stop(STOP_LIMIT);
    startNode();
  }

  /** The same with the application. */
  void restartChain() {
    stopChain();
    startChain();
  }

  void stopChain() {
    comet.stop(STOP_LIMIT);
    application.interrupt();
    assertThat(application.awaitExit(STOP_LIMIT)).as(application.output()).isZero();
  }

  long nodePid() {
    return comet.pid();
  }

  long applicationPid() {
    return application.pid();
  }

  /** Writes an archive of the classes that a gateway needs, so that it starts in half the time. */
  void prepareGateway() {
    launchGateway(List.of("-XX:ArchiveClassesAtExit=" + classes));
    gateway.interrupt();
    assertThat(gateway.awaitExit(LIMIT)).as(gateway.output()).isZero();
    assertThat(classes).isNotEmptyFile();
  }

  /** Returns when the gateway serves. */
  void startGateway() {
    launchGateway(Files.exists(classes) ? List.of("-XX:SharedArchiveFile=" + classes) : List.of());
  }

  private void launchGateway(List<String> flags) {
    List<String> all = new ArrayList<>(QUICK_START);
    all.addAll(flags);
    gateway =
        VarveProcess.startWith(
                all,
                folder.resolve("gateway-" + ++starts + ".log"),
                "gateway",
                "--home",
                folder.resolve("gateway").toString(),
                "--node",
                cometHome.rpc().toString())
            .awaitLine("gateway", LIMIT);
  }

  /** SIGKILL; returns when it is gone. */
  void killGateway() {
    gateway.kill();
    removeOldLog();
  }

  /** In good order. */
  void stopGateway() {
    gateway.interrupt();
    assertThat(gateway.awaitExit(LIMIT)).as(gateway.output()).isZero();
  }

  private void removeOldLog() {
    try {
      Files.deleteIfExists(folder.resolve("gateway-" + (starts - 10) + ".log"));
    } catch (IOException e) {
      throw new AssertionError("cannot delete an old log", e);
    }
  }

  /** The end of the gateway's log, for a failure's message. */
  String gatewayLog() {
    if (gateway == null) {
      return "";
    }
    String text = gateway.output();
    return text.substring(Math.max(0, text.length() - 2_000));
  }

  @Override
  public void close() {
    if (gateway != null) {
      gateway.close();
    }
    if (comet != null) {
      comet.kill();
    }
    if (application != null) {
      application.close();
    }
  }
}
