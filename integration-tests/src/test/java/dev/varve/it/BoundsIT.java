package dev.varve.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.varve.storage.fixture.ChildJvm;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Nothing grows without bound: chains that are far larger than the heap of 256 MiB that they run
 * in, each in a process of its own. With {@code -Pfull} two million transactions, and half a
 * million while the disk store is down, and the outcome is written to the module's docs; else a
 * slice of them.
 */
class BoundsIT {
  private static final long MIB = 1L << 20;
  private static final int HEAP_MIB = 256;
  private static final int KEYS = 500_000;
  private static final long LOG_BYTES = 4096 * MIB;
  private static final long SMALL_LOG_BYTES = 64 * MIB;
  // Block cache and write-ahead log, which bounds the memory tables, of RocksDB's defaults.
  private static final long ROCKSDB_BYTES = (128 + 256) * MIB;
  // Classes, compiled code, stacks, the collector's own, and what malloc keeps.
  private static final long JAVA_BYTES = 384 * MIB;
  private static final long LIMIT_MINUTES = 30;
  private static final BoundsTable TABLE = new BoundsTable();

  @RegisterExtension private final TestFolder folder = new TestFolder();

  @Test
  void shouldGrowTheChainWithinBounds() throws Exception {
    run("grow", Settings.full() ? 2_000_000 : 60_000, LOG_BYTES);
  }

  @Test
  void shouldKeepBlocksWhileTheStoreIsDownBehind() throws Exception {
    run("down-behind", outage(), LOG_BYTES);
  }

  @Test
  void shouldKeepBlocksWhileTheStoreIsDownThrough() throws Exception {
    run("down-through", outage(), LOG_BYTES);
  }

  @Test
  void shouldHoldCommitWhileStoreAndLogTakeNothingBehind() throws Exception {
    run("held-behind", held(), SMALL_LOG_BYTES);
  }

  @Test
  void shouldHoldCommitWhileStoreAndLogTakeNothingThrough() throws Exception {
    run("held-through", held(), SMALL_LOG_BYTES);
  }

  @AfterAll
  static void writeTable() throws IOException {
    System.out.println(TABLE);
    if (Settings.full()) {
      TABLE.write(Path.of("docs", "bounds.md"));
    }
  }

  private static int outage() {
    return Settings.full() ? 500_000 : 40_000;
  }

  /** Enough to fill the small log once at least. */
  private static int held() {
    return Settings.full() ? 500_000 : 120_000;
  }

  private void run(String scenario, long txs, long logBytes) throws Exception {
    Map<String, Long> most = figures(child(scenario, txs, logBytes));

    assertThat(most.get("transactions")).isGreaterThanOrEqualTo(txs);
    assertThat(most.get("memory_bytes")).isLessThanOrEqualTo(BoundedChain.MEMORY_BYTES);
    assertThat(most.get("log_bytes")).isLessThanOrEqualTo(logBytes);
    assertThat(most.get("direct_bytes")).isLessThanOrEqualTo(64 * MIB);
    assertThat(most.get("anonymous_bytes"))
        .isLessThanOrEqualTo(
            HEAP_MIB * MIB + BoundedChain.MEMORY_BYTES + ROCKSDB_BYTES + JAVA_BYTES);
    // 512 of RocksDB's, one a segment, jars and the rest.
    assertThat(most.get("open_files"))
        .isLessThanOrEqualTo(512 + logBytes / BoundedChain.SEGMENT_BYTES + 200);
    assertThat(most.get("threads")).isLessThanOrEqualTo(60);
    TABLE.add(scenario, logBytes, most);
  }

  /** Runs the scenario to its end; what it printed. */
  private List<String> child(String scenario, long txs, long logBytes) throws Exception {
    Path log = folder.resolve(scenario + ".log");
    List<String> options = List.of("-Xmx" + HEAP_MIB + "m", "-XX:+ExitOnOutOfMemoryError");
    Process process =
        new ProcessBuilder(
                ChildJvm.command(
                    options,
                    BoundsMain.class,
                    folder.resolve("home").toString(),
                    scenario,
                    Long.toString(txs),
                    Integer.toString(KEYS),
                    Long.toString(logBytes)))
            .redirectErrorStream(true)
            .redirectOutput(Redirect.to(log.toFile()))
            .start();
    try {
      assertThat(process.waitFor(LIMIT_MINUTES, TimeUnit.MINUTES)).as("%s ended", log).isTrue();
      assertThat(process.exitValue()).as("exit code, see %s", log).isZero();
    } finally {
      process.destroyForcibly().waitFor();
    }
    return Files.readAllLines(log);
  }

  private static Map<String, Long> figures(List<String> lines) {
    String last =
        lines.stream().filter(line -> line.startsWith("figures: ")).findFirst().orElseThrow();
    Map<String, Long> figures = new LinkedHashMap<>();
    for (String figure : last.substring("figures: ".length()).split(" ", -1)) {
      String[] parts = figure.split("=", -1);
      figures.put(parts[0], Long.parseLong(parts[1]));
    }
    return figures;
  }
}
