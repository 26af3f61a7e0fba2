package dev.varve.cli;

import dev.varve.node.NodeConfig;
import dev.varve.node.NodeHome;
import dev.varve.node.NodeStatus;
import dev.varve.node.VarveNode;
import dev.varve.testnet.CometBinary;
import dev.varve.testnet.CometHome;
import dev.varve.testnet.CometProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * An application in this process and its CometBFT node as a child. The node goes first when both
 * end: it takes its application's end for a fault.
 */
final class Validator implements AutoCloseable {
  private static final Duration STOP_LIMIT = Duration.ofSeconds(15);
  private static final int TAIL_LINES = 8;

  /**
   * How long the end of a node waits for a better explanation: Ctrl-C reaches every process of a
   * terminal at once, and an application that fails takes its node with it.
   */
  private static final long EXPLANATION_MS = 1_000;

  private final String name;
  private final VarveNode application;
  private final CometHome cometHome;
  private final CometProcess comet;
  private final Leftover leftover;
  private final ConsensusWatch watch;
  private final long firstHeight;

  private Validator(
      String name,
      VarveNode application,
      CometHome cometHome,
      CometProcess comet,
      Leftover leftover,
      ConsensusWatch watch) {
    this.watch = watch;
    this.name = name;
    this.application = application;
    this.cometHome = cometHome;
    this.comet = comet;
    this.leftover = leftover;
    this.firstHeight = application.status().engine().height();
  }

  /**
   * Starts the application, then the node.
   *
   * @param name how messages call it
   * @throws CliException when store and node are of different chains
   */
  static Validator start(
      String name, NodeHome home, CometBinary bin, Map<String, String> overrides) {
    CometHome cometHome = CometHome.open(home.cometHome());
    Leftover leftover = new Leftover(home.cometHome());
    Map<String, String> settings = new HashMap<>(overrides);
    settings.put("gateway.node", cometHome.rpc().toString());
    VarveNode application = VarveNode.start(home, NodeConfig.load(home, settings));
    try {
      requireSameChain(home, application.status(), cometHome);
      Path log = home.path().resolve("comet.log");
      ConsensusWatch watch = ConsensusWatch.start(log);
      try {
        CometProcess comet = startComet(bin, cometHome, log, leftover);
        return new Validator(name, application, cometHome, comet, leftover, watch);
      } catch (RuntimeException e) {
        watch.close();
        throw e;
      }
    } catch (RuntimeException e) {
      application.close();
      throw e;
    }
  }

  private static CometProcess startComet(
      CometBinary bin, CometHome home, Path log, Leftover leftover) {
    CometProcess comet = CometProcess.start(bin, home, log);
    try {
      leftover.remember(comet.pid());
      return comet;
    } catch (RuntimeException e) {
      comet.close();
      throw e;
    }
  }

  private static void requireSameChain(NodeHome home, NodeStatus status, CometHome comet) {
    if (!status.chainId().isEmpty() && !status.chainId().equals(comet.chainId())) {
      throw CliException.failed(
          home.path()
              + " holds chain "
              + status.chainId()
              + " and the node in "
              + comet.path()
              + " is of chain "
              + comet.chainId()
              + ": one of them belongs elsewhere");
    }
  }

  /** Completes with the reason when node or application fails. */
  CompletableFuture<String> death() {
    CompletableFuture<String> application = this.application.failure().thenApply(this::explain);
    CompletableFuture<String> node =
        comet
            .onExit()
            .thenApplyAsync(
                this::explain,
                CompletableFuture.delayedExecutor(EXPLANATION_MS, TimeUnit.MILLISECONDS));
    CompletableFuture<String> consensus = watch.failure().thenApply(this::explain);
    return application
        .applyToEither(node, reason -> reason)
        .applyToEither(consensus, reason -> reason);
  }

  private String explain(Throwable failure) {
    return "the application of " + name + " failed: " + failure.getMessage();
  }

  private String explain(String line) {
    return "the node of " + name + " stands still: " + line + "; see " + comet.logFile();
  }

  private String explain(int exitCode) {
    StringBuilder text = new StringBuilder();
    text.append("the node of ").append(name).append(", CometBFT process ").append(comet.pid());
    text.append(exitCode > 128 ? ", was ended by signal " : ", ended with exit code ");
    text.append(exitCode > 128 ? exitCode - 128 : exitCode).append("; the end of ");
    text.append(comet.logFile()).append(':');
    comet.logTail(TAIL_LINES).forEach(line -> text.append("\n  ").append(line));
    return text.toString();
  }

  NodeStatus status() {
    return application.status();
  }

  /** Whether a block was committed since the start. */
  boolean hasCommitted() {
    return application.status().engine().height() > firstHeight;
  }

  /** The node's RPC. */
  String rpc() {
    return cometHome.rpc().toString();
  }

  CometProcess comet() {
    return comet;
  }

  /** Ends the node; the application stays. */
  void stopComet() {
    watch.close();
    comet.stop(STOP_LIMIT);
    leftover.forget();
  }

  @Override
  public void close() {
    try {
      stopComet();
    } finally {
      application.close();
    }
  }
}
