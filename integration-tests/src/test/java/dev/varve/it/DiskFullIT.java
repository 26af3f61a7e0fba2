package dev.varve.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.varve.storage.fixture.SmallDisk;
import dev.varve.testnet.CometRpc;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
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
  private static final Duration FULL = Duration.ofSeconds(Settings.full() ? 60 : 10);

  @RegisterExtension private final TestFolder folder = new TestFolder();

  @Test
  void shouldGoOnWhileTheStoresDiskIsFull() throws Exception {
    try (TestDevnet devnet = new TestDevnet(folder.path())) {
      devnet.start().stop();
      SmallDisk disk = SmallDisk.mount(folder.path(), DISK_MEBIBYTES);
      try {
        Path store = disk.folder().resolve("store");
        move(devnet.home().resolve("store"), store);
        setDiskPath(devnet.home().resolve("varve.toml"), store);
        runFullAndFree(devnet.start(), disk);
        devnet.stop();
        devnet.check();
      } finally {
        devnet.close(); // it must not use the disk any more
        disk.close();
      }
    }
  }

  private static void runFullAndFree(TestDevnet devnet, SmallDisk disk) throws Exception {
    CometRpc rpc = devnet.rpc();
    try (CrashLoad load = new CrashLoad(rpc)) {
      rpc.waitForHeight(rpc.height() + 2, TestDevnet.LIMIT);
      disk.fillUpTo(0);
      JsonNode full = devnet.await(status -> status.path("lag_blocks").asLong() > 2);
      assertThat(full.path("disk_state").asText()).isNotEqualTo("up");
      long start = System.nanoTime();
      long first = full.path("height").asLong();
      while (System.nanoTime() - start < FULL.toNanos()) {
        rpc.waitForHeight(rpc.height() + 1, TestDevnet.LIMIT);
      }
      JsonNode last = devnet.status();
      assertThat(last.path("height").asLong()).isGreaterThan(first);
      assertThat(last.path("disk_height").asLong()).isEqualTo(full.path("disk_height").asLong());
      assertThat(load.requireCommitted(0, last.path("height").asLong() - 1)).isPositive();
      disk.free();
      devnet.await(
          status ->
              status.path("disk_state").asText().equals("up")
                  && status.path("disk_height").asLong() >= last.path("height").asLong());
      long height = rpc.waitForHeight(rpc.height() + 2, TestDevnet.LIMIT);
      assertThat(load.requireCommitted(0, height - 1)).isPositive();
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
