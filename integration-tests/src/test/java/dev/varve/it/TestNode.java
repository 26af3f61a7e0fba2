package dev.varve.it;

import com.fasterxml.jackson.databind.JsonNode;
import dev.varve.node.NodeHome;
import dev.varve.testnet.CometBinary;
import dev.varve.testnet.CometHome;
import dev.varve.testnet.CometProcess;
import dev.varve.testnet.CometRpc;
import dev.varve.testnet.TestnetException;
import java.io.IOException;
import java.time.Duration;
import java.util.HexFormat;

/** A validator: its application as a {@link Launcher} runs it, its node as a child process. */
final class TestNode implements AutoCloseable {
  private static final Duration STOP_LIMIT = Duration.ofSeconds(15);

  /** Runs an application on a home; what it returns ends the application. */
  interface Launcher {
    AutoCloseable launch(NodeHome home);
  }

  private final CometBinary bin;
  private final NodeHome home;
  private final CometHome cometHome;
  private final CometRpc rpc;
  private final Launcher launcher;
  private AutoCloseable application;
  private CometProcess comet;

  TestNode(CometBinary bin, NodeHome home, Launcher launcher) {
    this.bin = bin;
    this.home = home;
    this.cometHome = CometHome.open(home.cometHome());
    this.rpc = new CometRpc(cometHome.rpc());
    this.launcher = launcher;
  }

  void start() {
    if (application == null) {
      application = launcher.launch(home);
    }
    startComet();
  }

  void startComet() {
    comet = CometProcess.start(bin, cometHome, home.path().resolve("comet.log"));
  }

  /** Ends node and application in order. */
  void stop() {
    if (comet != null) {
      comet.stop(STOP_LIMIT);
      comet = null;
    }
    closeApplication();
  }

  void closeApplication() {
    if (application != null) {
      try {
        application.close();
      } catch (Exception e) {
        throw new AssertionError("the application does not close: " + e, e);
      } finally {
        application = null;
      }
    }
  }

  CometProcess comet() {
    return comet;
  }

  CometRpc rpc() {
    return rpc;
  }

  NodeHome home() {
    return home;
  }

  /** Waits for a height; a node that ended says so with the end of its log. */
  long waitForHeight(long height, Duration limit) {
    try {
      return rpc.waitForHeight(height, limit);
    } catch (TestnetException e) {
      String state = comet != null && comet.isAlive() ? "running" : "ended";
      String log = comet == null ? "" : String.join("\n", comet.logTail(15));
      throw new AssertionError(e.getMessage() + "\nthe node is " + state + "; its log:\n" + log, e);
    }
  }

  /** See {@link BlockComparison#document}. */
  JsonNode document(String path) {
    return BlockComparison.document(rpc, path);
  }

  /** The value of a key, through the node's RPC; null when the answer is not found. */
  String value(String key) {
    JsonNode response = rpc.abciQuery("", key);
    try {
      return response.path("code").asInt() == 0
          ? new String(
              response.path("value").binaryValue(), java.nio.charset.StandardCharsets.UTF_8)
          : null;
    } catch (IOException e) {
      throw new AssertionError("no base64 in " + response, e);
    }
  }

  static String hex(byte[] bytes) {
    return HexFormat.of().withUpperCase().formatHex(bytes);
  }

  @Override
  public void close() {
    stop();
  }
}
