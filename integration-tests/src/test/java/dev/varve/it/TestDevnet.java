package dev.varve.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.varve.testnet.CometRpc;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * {@code varve devnet} of one validator as users run it, and what it tells of itself. It can be
 * stopped and started again with the same home. For one thread.
 */
final class TestDevnet implements AutoCloseable {
  static final Duration LIMIT = Duration.ofMinutes(3);
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path folder;
  private final String comet = Settings.comet("0.38").path().toString();
  private final int portBase = FreePorts.base(1);
  private final CometRpc rpc = new CometRpc(URI.create("http://127.0.0.1:" + (portBase + 1)));
  private VarveProcess process;
  private int starts;

  /** Home and logs lie in a folder; nothing runs yet. */
  TestDevnet(Path folder) {
    this.folder = folder;
  }

  CometRpc rpc() {
    return rpc;
  }

  /** Where its gateway is served. */
  String gateway() {
    return "http://127.0.0.1:" + (portBase + 3);
  }

  /** Of the validator. */
  Path home() {
    return folder.resolve("devnet").resolve("v0");
  }

  /** Returns when it is ready. */
  TestDevnet start(String... options) {
    List<String> command = new ArrayList<>(List.of("devnet", "--home"));
    command.add(folder.resolve("devnet").toString());
    command.addAll(List.of("--port-base", Integer.toString(portBase), "--cometbft", comet));
    command.addAll(List.of(options));
    process =
        VarveProcess.start(
                folder.resolve("devnet-" + ++starts + ".log"), command.toArray(String[]::new))
            .awaitLine("ready", LIMIT);
    return this;
  }

  /** As Ctrl-C does. */
  void stop() {
    try (VarveProcess stopping = process) {
      process = null;
      stopping.interrupt();
      assertThat(stopping.awaitExit(LIMIT)).as(stopping.output()).isZero();
    }
  }

  /** Ends it, should a test have failed while it runs. */
  @Override
  public void close() {
    if (process != null) {
      process.close();
    }
  }

  JsonNode status() throws IOException {
    return JSON.readTree(get("/v1/status"));
  }

  String metrics() throws IOException {
    return new String(get("/metrics"), UTF_8);
  }

  private byte[] get(String path) throws IOException {
    URI uri = URI.create(gateway() + path);
    try (InputStream in = uri.toURL().openStream()) {
      return in.readAllBytes();
    }
  }

  JsonNode await(Predicate<JsonNode> wanted) throws IOException, InterruptedException {
    long deadline = System.nanoTime() + LIMIT.toNanos();
    JsonNode status = status();
    while (!wanted.test(status)) {
      assertThat(System.nanoTime()).as(status.toString()).isLessThan(deadline);
      Thread.sleep(50);
      status = status();
    }
    return status;
  }

  /** Requires that {@code varve check} finds the home sound; it may run or not. */
  void check() throws IOException {
    try (VarveProcess check =
        VarveProcess.start(
            folder.resolve("check.log"), "check", "--home", home().toString(), "--json")) {
      assertThat(check.awaitExit(LIMIT)).as(check.output()).isZero();
      // Before it are lines of progress, which go to standard error.
      String report = check.output().substring(check.output().indexOf("{\n"));
      assertThat(JSON.readTree(report).path("sound").asBoolean()).as(report).isTrue();
    }
  }
}
