package dev.varve.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.varve.storage.fixture.SmallDisk;
import dev.varve.testnet.CometRpc;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * A devnet whose disk store has a small disk to itself, which fills up under load and is freed
 * again: the chain goes on into the fallback log, which then drains. Skipped where a tmpfs cannot
 * be mounted.
 */
class DiskFullIT {
  private static final int DISK_MEBIBYTES = 192;
  private static final Duration LIMIT = Duration.ofMinutes(2);
  private static final Duration FULL = Duration.ofSeconds(Settings.full() ? 60 : 10);
  private static final ObjectMapper JSON = new ObjectMapper();

  @RegisterExtension private final TestFolder folder = new TestFolder();

  private final String comet = Settings.comet("0.38").path().toString();
  private final int portBase = FreePorts.base(1);
  private final CometRpc rpc = new CometRpc(URI.create("http://127.0.0.1:" + (portBase + 1)));

  @Test
  void shouldGoOnWhileTheStoresDiskIsFull() throws Exception {
    Path home = folder.resolve("devnet").resolve("v0");
    devnet("first.log", LIMIT).stop();
    SmallDisk disk = SmallDisk.mount(folder.path(), DISK_MEBIBYTES);
    try {
      Path store = disk.folder().resolve("store");
      move(home.resolve("store"), store);
      setDiskPath(home.resolve("varve.toml"), store);
      runFullAndFree(disk);
      check(home);
    } finally {
      disk.close();
    }
  }

  private void runFullAndFree(SmallDisk disk) throws Exception {
    Running devnet = devnet("second.log", LIMIT);
    try (CrashLoad load = new CrashLoad(rpc)) {
      rpc.waitForHeight(rpc.height() + 2, LIMIT);
      disk.fillUpTo(0);
      JsonNode full = await(status -> status.path("lag_blocks").asLong() > 2);
      assertThat(full.path("disk_state").asText()).isNotEqualTo("up");
      long start = System.nanoTime();
      long first = full.path("height").asLong();
      while (System.nanoTime() - start < FULL.toNanos()) {
        rpc.waitForHeight(rpc.height() + 1, LIMIT);
      }
      JsonNode last = status();
      assertThat(last.path("height").asLong()).isGreaterThan(first);
      assertThat(last.path("disk_height").asLong()).isEqualTo(full.path("disk_height").asLong());
      assertThat(load.requireCommitted(0, last.path("height").asLong() - 1)).isPositive();
      disk.free();
      await(
          status ->
              status.path("disk_state").asText().equals("up")
                  && status.path("disk_height").asLong() >= last.path("height").asLong());
      long height = rpc.waitForHeight(rpc.height() + 2, LIMIT);
      assertThat(load.requireCommitted(0, height - 1)).isPositive();
    } finally {
      devnet.stop();
    }
  }

  private void check(Path home) throws IOException {
    VarveProcess check =
        VarveProcess.start(
            folder.resolve("check.log"), "check", "--home", home.toString(), "--json");
    assertThat(check.awaitExit(LIMIT)).as(check.output()).isZero();
    // Before it are lines of progress, which go to standard error.
    String report = check.output().substring(check.output().indexOf('{'));
    assertThat(JSON.readTree(report).path("sound").asBoolean()).isTrue();
  }

  /** A devnet that is ready. */
  private record Running(VarveProcess process) {
    void stop() {
      try (process) {
        process.interrupt();
        assertThat(process.awaitExit(LIMIT)).as(process.output()).isZero();
      }
    }
  }

  private Running devnet(String log, Duration limit) {
    VarveProcess process =
        VarveProcess.start(
            folder.resolve(log),
            "devnet",
            "--home",
            folder.resolve("devnet").toString(),
            "--port-base",
            Integer.toString(portBase),
            "--cometbft",
            comet);
    return new Running(process.awaitLine("ready", limit));
  }

  private JsonNode status() throws IOException {
    URI uri = URI.create("http://127.0.0.1:" + (portBase + 3) + "/status");
    try (InputStream in = uri.toURL().openStream()) {
      return JSON.readTree(in);
    }
  }

  private JsonNode await(Predicate<JsonNode> wanted) throws IOException, InterruptedException {
    long deadline = System.nanoTime() + LIMIT.toNanos();
    while (true) {
      JsonNode status = status();
      if (wanted.test(status)) {
        return status;
      }
      assertThat(System.nanoTime()).as(status.toString()).isLessThan(deadline);
      Thread.sleep(50);
    }
  }

  private static void setDiskPath(Path settings, Path store) throws IOException {
    String text = Files.readString(settings);
    String changed = text.replaceFirst("(?m)^(\\[disk\\])$", "$1\npath = \"" + store + "\"");
    assertThat(changed).isNotEqualTo(text);
    Files.writeString(settings, changed);
  }

  private static void move(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(from.relativize(file).toString()));
      }
    }
    Files.move(from, from.resolveSibling("moved"));
  }
}
