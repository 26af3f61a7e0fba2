package dev.varve.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.varve.testnet.ChainSettings;
import dev.varve.testnet.CometBinary;
import dev.varve.testnet.CometHome;
import dev.varve.testnet.CometProcess;
import dev.varve.testnet.CometRpc;
import dev.varve.testnet.NodeSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * A running application writes to its home and the temporary folder only, and speaks to nobody but
 * who speaks to it: read off its system calls.
 */
class ConfinementIT {
  private static final Duration LIMIT = Duration.ofMinutes(2);

  @RegisterExtension private final TestFolder folder = new TestFolder();

  @Test
  void shouldWriteInItsHomeAndContactNobody() throws Exception {
    assumeTrue(canTrace(), "strace is missing or may not trace here");
    Path home = folder.resolve("home");
    Path trace = folder.resolve("trace.txt");
    CometBinary bin = Settings.comet("0.38");
    int portBase = FreePorts.base(1);
    CometHome comet =
        CometHome.init(
            bin,
            folder.resolve("comet"),
            ChainSettings.of(
                "confined",
                NodeSettings.defaults(portBase).withTimeoutCommit(Duration.ofMillis(10))));
    try (VarveProcess init =
        VarveProcess.start(folder.resolve("init.log"), "init", "--home", home.toString())) {
      assertThat(init.awaitExit(LIMIT)).as(init.output()).isZero();
    }
    try (VarveProcess application = startTraced(trace, home, comet, portBase + 3);
        CometProcess node = CometProcess.start(bin, comet, folder.resolve("comet.log"))) {
      CometRpc rpc = new CometRpc(comet.rpc());
      long height = rpc.waitForHeight(3, LIMIT);
      for (int i = 0; i < 50; i++) {
        rpc.broadcastTxCommit(("k" + i + "=v").getBytes(UTF_8));
      }
      rpc.waitForHeight(height + 50, LIMIT);
      assertThat(rpc.abciQuery("", "k49").path("code").asInt()).isZero();
      node.stop(Duration.ofSeconds(15));
      stopTraced(application);
    }
    requireConfined(trace, home);
  }

  private VarveProcess startTraced(Path trace, Path home, CometHome comet, int httpPort) {
    List<String> strace =
        List.of(
            "strace",
            "-f",
            "-qq",
            "-y",
            "-s",
            "300",
            "-o",
            trace.toString(),
            "-e",
            "trace=" + SystemCalls.TRACED);
    return VarveProcess.start(
            strace,
            folder.resolve("varve.log"),
            "start",
            "--home",
            home.toString(),
            "--abci",
            comet.proxyApp(),
            "--http",
            "127.0.0.1:" + httpPort)
        .awaitLine("abci", LIMIT);
  }

  /** The tracer hands signals on only to itself; the application is its child. */
  private static void stopTraced(VarveProcess tracer) {
    ProcessHandle application = tracer.process().children().findFirst().orElseThrow();
    VarveProcess.signal("TERM", application.pid());
    assertThat(tracer.awaitExit(LIMIT)).as(tracer.output()).isZero();
  }

  private static void requireConfined(Path trace, Path home) throws IOException {
    Path temporary = Path.of(System.getProperty("java.io.tmpdir"));
    Path folder = home.getParent();
    try (Stream<String> lines = Files.lines(trace)) {
      List<SystemCalls.Effect> effects =
          lines.flatMap(line -> SystemCalls.effect(line).stream()).toList();
      assertThat(effects)
          .as("the trace sees what the application does in its home")
          .anyMatch(effect -> effect.writesIn(home.toString()));
      assertThat(effects.stream().filter(effect -> !allowed(effect, home, folder, temporary)))
          .as("written outside home and temporary folder, or contacted")
          .isEmpty();
    }
  }

  /**
   * The home lies in a folder of the temporary one, of which nothing else is the application's.
   * While it warms up it connects to itself.
   */
  private static boolean allowed(
      SystemCalls.Effect effect, Path home, Path folder, Path temporary) {
    return effect.writesIn(home.toString())
        || (effect.writesIn(temporary.toString()) && !effect.writesIn(folder.toString()))
        || effect.isLoopback()
        || effect.isHarmless();
  }

  private static boolean canTrace() throws InterruptedException {
    try {
      Process probe =
          new ProcessBuilder("strace", "-f", "-o", "/dev/null", "true")
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      return probe.waitFor(10, TimeUnit.SECONDS) && probe.exitValue() == 0;
    } catch (IOException e) {
      return false;
    }
  }
}
