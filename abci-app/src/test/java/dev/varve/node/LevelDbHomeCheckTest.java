package dev.varve.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A home on LevelDB: the check tells what is wrong with its files, and changes none of them. */
class LevelDbHomeCheckTest {
  private static final int BLOCKS = 3;

  @TempDir private Path folder;
  private NodeHome home;
  private NodeConfig config;

  @BeforeEach
  void setUp() {
    home = new NodeHome(folder.resolve("home"));
    home.create(Map.of("disk.store", "leveldb", "memory.bytes", "16 MiB"));
    config = NodeConfig.load(home, Map.of());
    HomeChain chain = new HomeChain(config);
    chain.run(1, 1, List.of(), (answer, height) -> {});
    // Opening it again has turned what was in the log into a table.
    chain.run(2, BLOCKS, List.of(), (answer, height) -> {});
  }

  private CheckReport check() throws IOException {
    Map<String, String> before = content();
    CheckReport report = new HomeCheck(home, config, text -> {}).run();
    assertThat(content()).isEqualTo(before);
    return report;
  }

  private Map<String, String> content() throws IOException {
    Map<String, String> content = new TreeMap<>();
    try (Stream<Path> files = Files.walk(config.disk().path())) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        String bytes = HexFormat.of().formatHex(Files.readAllBytes(file));
        content.put(file + " of " + Files.getLastModifiedTime(file), bytes);
      }
    }
    return content;
  }

  private Path file(String name) throws IOException {
    try (Stream<Path> files = Files.list(config.disk().path().resolve("db"))) {
      return files
          .filter(file -> file.getFileName().toString().matches(name))
          .max(Path::compareTo)
          .orElseThrow();
    }
  }

  private static void flip(Path file, int at) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    bytes[at] ^= 1;
    Files.write(file, bytes);
  }

  private void requireTold(String name, int at, String what) throws IOException {
    Path file = file(name);
    flip(file, at);
    CheckReport report = check();
    assertThat(report.sound()).isFalse();
    assertThat(report.problems())
        .anySatisfy(
            problem -> {
              assertThat(problem.what()).contains(file.toString()).contains(what);
              assertThat(problem.remedy()).contains("keep a copy of the home");
            });
    flip(file, at);
  }

  @Test
  void shouldFindASoundHomeSound() throws IOException {
    CheckReport report = check();
    assertThat(report.problems()).isEmpty();
    assertThat(report.lastHeight()).isEqualTo(BLOCKS);
  }

  @Test
  void shouldTellDamageToEachFile() throws IOException {
    requireTold("[0-9]+[.]log", 5000, "at byte 0: a chunk with a wrong checksum");
    requireTold("[0-9]+[.]sst", 100, "has a block with a wrong checksum, at 0");
    requireTold("MANIFEST-.*", 10, "a chunk with a wrong checksum at 0");
    requireTold("CURRENT", 0, "does not name a manifest");
    requireTold("VERIFIED", 0, "not the height that was written");
    assertThat(check().problems()).isEmpty();
  }

  @Test
  void shouldTellThatVerifiedBlocksAreMissing() throws IOException {
    // The height, and the CRC32C of its digits.
    Files.writeString(file("VERIFIED"), "1234567 124297ea\n");
    assertThat(check().problems())
        .singleElement()
        .satisfies(
            problem -> {
              assertThat(problem.what())
                  .startsWith("the store held block 1234567 and holds block " + BLOCKS);
              assertThat(problem.remedy()).contains("move " + config.disk().path());
            });
  }

  @Test
  void shouldSayThatTheNodeMustBeStopped() {
    try (HomeLock lock = HomeLock.acquire(home.lockFile())) {
      assertThat(lock).isNotNull();
      assertThatThrownBy(() -> new HomeCheck(home, config, text -> {}).run())
          .isInstanceOf(NodeException.class)
          .hasMessageContaining("with disk.store leveldb the node must be stopped first");
    }
  }
}
