package dev.varve.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.varve.testnet.CometBinary;
import dev.varve.testnet.CometRpc;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The devnet command as a user runs it, and what it says when something is wrong. */
class DevnetIT {
  private static final Duration LIMIT = Duration.ofMinutes(2);
  private static final ObjectMapper JSON = new ObjectMapper();

  @RegisterExtension private final TestFolder folder = new TestFolder();

  private final CometBinary comet = Settings.comet("0.38");
  private final int portBase = FreePorts.base(2);

  @Test
  void shouldRunTheLinesItPrintsStopAndGoOn() throws Exception {
    long height;
    try (VarveProcess devnet = devnet("first.log").awaitLine("ready", LIMIT)) {
      awaitCurlLines(devnet, 3);
      List<String> curls = curlLines(devnet);
      assertThat(json(run(curls.get(0))).at("/result/code").asInt(-1)).isZero();
      assertThat(json(run(curls.get(1))).at("/result/response/value").asText()).isEqualTo("MQ==");
      height = rpc().waitForHeight(rpc().height() + 2, LIMIT);
      assertThat(json(run(curls.get(2))).at("/result/response/value").asText()).isEqualTo("MQ==");
      long node = onlyChild(devnet);
      devnet.interrupt();
      assertThat(devnet.awaitExit(LIMIT)).as(devnet.output()).isZero();
      assertThat(ProcessHandle.of(node)).as("the CometBFT process").isEmpty();
    }
    try (VarveProcess devnet = devnet("second.log").awaitLine("ready", LIMIT)) {
      assertThat(rpc().height()).isGreaterThan(height);
      assertThat(rpc().abciQuery("", "a").path("value").asText()).isEqualTo("MQ==");
      devnet.interrupt();
      assertThat(devnet.awaitExit(LIMIT)).as(devnet.output()).isZero();
    }
  }

  @Test
  void shouldStopAndSayWhyWhenTheNodeDies() {
    try (VarveProcess devnet = devnet("devnet.log").awaitLine("ready", LIMIT)) {
      long node = onlyChild(devnet);
      VarveProcess.signal("KILL", node);
      assertThat(devnet.awaitExit(LIMIT)).isEqualTo(1);
      assertThat(devnet.output())
          .contains("CometBFT process " + node)
          .doesNotContain("at dev.varve");
    }
  }

  @Test
  void shouldStopAndSayWhyWhenTheNodeStandsStill() throws IOException {
    try (VarveProcess devnet = devnet("devnet.log").awaitLine("ready", LIMIT)) {
      long node = onlyChild(devnet);
      java.nio.file.Files.writeString(
          folder.resolve("devnet").resolve("v0").resolve("comet.log"),
          "E[2026] CONSENSUS FAILURE!!! err=\"disk\" stack=\"goroutine 7\"\n",
          java.nio.file.StandardOpenOption.APPEND);
      assertThat(devnet.awaitExit(LIMIT)).isEqualTo(1);
      assertThat(devnet.output())
          .contains("stands still: CONSENSUS FAILURE!!! err=\"disk\"; see ")
          .doesNotContain("goroutine");
      assertThat(ProcessHandle.of(node)).as("the CometBFT process").isEmpty();
    }
  }

  @Test
  void shouldGoOnAfterItWasKilled() {
    long height;
    long node;
    try (VarveProcess devnet = devnet("first.log").awaitLine("ready", LIMIT)) {
      height = rpc().waitForHeight(3, LIMIT);
      node = onlyChild(devnet);
      devnet.kill();
      ProcessHandle.of(node).ifPresent(DevnetIT::awaitEnd);
    }
    try (VarveProcess devnet = devnet("second.log").awaitLine("ready", LIMIT)) {
      assertThat(rpc().waitForHeight(height + 1, LIMIT)).isGreaterThan(height);
      devnet.interrupt();
      assertThat(devnet.awaitExit(LIMIT)).as(devnet.output()).isZero();
    }
  }

  @Test
  void shouldNameATakenPortAndLeaveNothingBehind() throws IOException {
    for (int offset : new int[] {0, 1, 2, 3}) {
      try (ServerSocket taken =
          new ServerSocket(portBase + offset, 1, InetAddress.getLoopbackAddress())) {
        requireOneSentence(devnetArgs(), "port " + taken.getLocalPort() + " is taken");
        assertThat(folder.resolve("devnet")).doesNotExist();
      }
    }
  }

  @Test
  void shouldRefuseTheHomeOfAnotherReleaseLine() {
    try (VarveProcess devnet = devnet("first.log").awaitLine("ready", LIMIT)) {
      devnet.interrupt();
      assertThat(devnet.awaitExit(LIMIT)).as(devnet.output()).isZero();
    }
    String other = Settings.comet("0.40").path().toString();
    requireOneSentence(List.of("devnet", "--home", home(), "--cometbft", other), "CometBFT 0.38");
    requireOneSentence(
        List.of("start", "--home", home() + "/v0", "--with-node", "--cometbft", other),
        "CometBFT 0.38");
  }

  @Test
  void shouldRefuseAFolderThatIsNoHome() throws IOException {
    java.nio.file.Files.createDirectory(folder.resolve("devnet"));
    java.nio.file.Files.writeString(folder.resolve("devnet").resolve("letter.txt"), "mine");
    requireOneSentence(devnetArgs(), "letter.txt");
    assertThat(folder.resolve("devnet").resolve("letter.txt")).hasContent("mine");
  }

  @Test
  void shouldRefuseAnUnknownVersionOfTheNode() {
    requireOneSentence(List.of("devnet", "--home", home(), "--cometbft", "0.12"), "0.12");
  }

  private VarveProcess devnet(String log) {
    return VarveProcess.start(folder.resolve(log), devnetArgs().toArray(String[]::new));
  }

  private List<String> devnetArgs() {
    return List.of(
        "devnet",
        "--home",
        home(),
        "--port-base",
        Integer.toString(portBase),
        "--cometbft",
        comet.path().toString());
  }

  private String home() {
    return folder.resolve("devnet").toString();
  }

  private CometRpc rpc() {
    return new CometRpc(URI.create("http://127.0.0.1:" + (portBase + 1)));
  }

  /** Runs a command that must fail as a user's mistake does: exit code 1 or 2, no stack trace. */
  private void requireOneSentence(List<String> args, String text) {
    Path log = folder.resolve("refused.log");
    try (VarveProcess varve = VarveProcess.start(log, args.toArray(String[]::new))) {
      assertThat(varve.awaitExit(LIMIT)).as(varve.output()).isIn(1, 2);
      assertThat(varve.process().descendants()).as("what it left running").isEmpty();
      assertThat(varve.output()).contains(text).doesNotContain("Exception", "at dev.varve");
    }
  }

  private static void awaitCurlLines(VarveProcess devnet, int count) {
    devnet.awaitLine("Ctrl-C", LIMIT);
    assertThat(curlLines(devnet)).as(devnet.output()).hasSize(count);
  }

  private static List<String> curlLines(VarveProcess devnet) {
    return devnet.output().lines().map(String::strip).filter(l -> l.startsWith("curl ")).toList();
  }

  /** Runs a printed line as a shell would. */
  private static String run(String line) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(Arrays.asList("/bin/sh", "-c", line));
    Process curl = new ProcessBuilder(command).start();
    byte[] output = curl.getInputStream().readAllBytes();
    assertThat(curl.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)).as(line).isTrue();
    assertThat(curl.exitValue()).as(line).isZero();
    return new String(output, java.nio.charset.StandardCharsets.UTF_8);
  }

  private static com.fasterxml.jackson.databind.JsonNode json(String text) throws IOException {
    return JSON.readTree(text);
  }

  private static long onlyChild(VarveProcess devnet) {
    List<ProcessHandle> children = devnet.process().descendants().toList();
    assertThat(children).hasSize(1);
    return children.get(0).pid();
  }

  private static void awaitEnd(ProcessHandle process) {
    try {
      process.onExit().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new AssertionError("process " + process.pid() + " does not end: " + e, e);
    }
  }
}
