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
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Application and node, each a process, ended by SIGKILL at random moments under load: after each
 * restart the chain goes on and nothing that was committed is missing.
 */
class CrashIT {
  private static final int CYCLES = 5;
  private static final int CYCLES_FULL = 50;
  private static final int RUN_MS = 1_500;
  private static final Duration NODE_END_LIMIT = Duration.ofSeconds(5);
  private static final Duration LIMIT = Duration.ofMinutes(1);

  @RegisterExtension private final TestFolder folder = new TestFolder();

  /** Who is killed; a node without its application ends by itself and is killed all the same. */
  private enum Victim {
    APPLICATION,
    NODE,
    BOTH_APPLICATION_FIRST,
    BOTH_NODE_FIRST
  }

  private CometBinary bin;
  private CometHome cometHome;
  private CometRpc rpc;
  private VarveProcess application;
  private CometProcess comet;

  @Test
  void shouldLoseNothingWhenKilled() throws IOException {
    long seed = Settings.seed();
    Random random = new Random(seed);
    int cycles = Settings.full() ? CYCLES_FULL : CYCLES;
    CrashReport report = new CrashReport(seed);
    createHome();
    try (CrashLoad load = new CrashLoad(rpc)) {
      startApplication();
      startComet();
      long lastCrash = 0;
      for (int cycle = 1; cycle <= cycles; cycle++) {
        Victim victim = Victim.values()[random.nextInt(Victim.values().length)];
        int runMs = random.nextInt(RUN_MS);
        long height = rpc.waitForHeight(load.lastSeenHeight() + 2, LIMIT);
        pause(runMs);
        kill(victim);
        long seen = Math.max(height, load.lastSeenHeight());
        restart();
        long after = rpc.waitForHeight(seen + 1, LIMIT);
        int checked = load.requireCommitted(lastCrash, seen);
        lastCrash = seen;
        report.add(cycle, victim.toString(), runMs, seen, after, checked);
      }
      long height = rpc.height();
      BlockComparison comparison =
          new BlockComparison(
              rpc, (at, index, hash) -> BlockComparison.document(rpc, "/tx/" + hash));
      comparison.compare(1, height - 1);
      report.compared(height - 1, comparison.distinctTransactions());
      assertThat(load.requireCommitted(0, height))
          .as("transactions under load")
          .isGreaterThan(cycles);
    } catch (RuntimeException | AssertionError e) {
      throw new AssertionError(
          "replay with -Dvarve.seed=" + seed + "; so far:\n" + report + e.getMessage(), e);
    } finally {
      end();
    }
    System.out.println(report);
    if (Settings.full()) {
      report.write(Path.of("docs", "crash-runs.md"), bin.version());
    }
  }

  private void createHome() {
    bin = Settings.comet("0.38");
    int portBase = FreePorts.base(1);
    NodeSettings node =
        NodeSettings.defaults(portBase)
            .withTimeoutCommit(Duration.ofMillis(10))
            .withLogLevel("error");
    // Fifty starts without throw-away blocks.
    new NodeHome(folder.resolve("home")).create(Map.of("start.warm_up_millis", "0"));
    cometHome = CometHome.init(bin, folder.resolve("comet"), ChainSettings.of("crash", node));
    rpc = new CometRpc(cometHome.rpc());
  }

  private void startApplication() {
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
  }

  private void startComet() {
    comet = CometProcess.start(bin, cometHome, folder.resolve("comet.log"));
  }

  private void kill(Victim victim) {
    switch (victim) {
      case APPLICATION -> {
        application.kill();
        awaitEndOfNode();
      }
      case NODE -> comet.kill();
      case BOTH_APPLICATION_FIRST -> {
        VarveProcess.signal("KILL", application.pid());
        comet.kill();
        application.kill();
      }
      case BOTH_NODE_FIRST -> {
        VarveProcess.signal("KILL", comet.pid());
        application.kill();
        comet.kill();
      }
    }
  }

  /** It ends by itself at its next call; one that does not is killed. */
  private void awaitEndOfNode() {
    try {
      comet.onExit().get(NODE_END_LIMIT.toSeconds(), TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      comet.kill();
    } catch (InterruptedException | ExecutionException e) {
      throw new AssertionError("waiting for the node's end failed", e);
    }
  }

  private void restart() {
    if (!application.isAlive()) {
      startApplication();
    }
    startComet();
  }

  private void end() {
    if (comet != null) {
      comet.kill();
    }
    if (application != null) {
      application.close();
    }
  }

  private static void pause(int ms) {
    try {
      Thread.sleep(ms);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }
}
