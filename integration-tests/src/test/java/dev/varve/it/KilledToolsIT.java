package dev.varve.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.ByteString;
import dev.varve.ledger.Transactions;
import dev.varve.node.CheckReport;
import dev.varve.node.HomeCheck;
import dev.varve.node.HomeRollback;
import dev.varve.node.NodeConfig;
import dev.varve.node.NodeHome;
import dev.varve.storage.DiskStore;
import dev.varve.storage.disk.leveldb.LevelDbConfig;
import dev.varve.storage.disk.leveldb.LevelDbStore;
import dev.varve.storage.disk.rocksdb.RocksDbConfig;
import dev.varve.storage.disk.rocksdb.RocksDbStore;
import dev.varve.storage.fault.StoreCopy;
import dev.varve.storage.record.TxLocation;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * {@code varve rollback}, and {@code varve start} while it drops blocks, ended by SIGKILL at random
 * moments: the home is sound at a height in between, the work can be finished, and the chain goes
 * on with the same app hashes.
 */
class KilledToolsIT {
  private static final int CYCLES = 1;
  private static final int CYCLES_FULL = 20;
  private static final long BLOCKS = 300;
  private static final long RETAINED = 10;
  private static final Duration LIMIT = Duration.ofMinutes(2);
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final long HISTORY = 3;

  @RegisterExtension private final TestFolder folder = new TestFolder();

  private final FedHome chain = new FedHome();
  private final HttpClient http = HttpClient.newHttpClient();
  private NodeHome source;
  private URI status;

  @ParameterizedTest
  @ValueSource(strings = {"rocksdb", "leveldb"})
  void shouldBeWholeAfterARollbackWasKilled(String store) throws Exception {
    create(store, Map.of());
    long seed = Settings.seed();
    Random random = new Random(seed);
    long target = 20;
    long wholeMs = timeRollback(target);
    for (int cycle = 1; cycle <= cycles(); cycle++) {
      NodeHome home = copy("rollback-" + cycle);
      try (VarveProcess rollback = rollback(home, target)) {
        pause((long) (wholeMs * (0.3 + 0.7 * random.nextDouble())));
        rollback.kill();
      }
      long height = requireSound(home, 1);
      System.out.printf("%s, rollback %d killed at height %d%n", store, cycle, height);
      assertThat(height).as("seed %d", seed).isBetween(target, BLOCKS);
      if (height > target) {
        HomeRollback.Report done =
            new HomeRollback(home, NodeConfig.load(home, Map.of()), at -> {})
                .run(OptionalLong.of(target));
        assertThat(done.now()).isEqualTo(target);
        assertThat(done.appHash()).isEqualTo(TestNode.hex(chain.appHash(target).toByteArray()));
      }
      assertThat(requireSound(home, 1)).isEqualTo(target);
      chain.feed(home, BLOCKS);
      assertThat(requireSound(home, 1)).isEqualTo(BLOCKS);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"rocksdb", "leveldb"})
  void shouldBeWholeAfterPruningWasKilled(String store) throws Exception {
    create(store, Map.of("history.blocks", Long.toString(HISTORY), "retain.blocks", "0"));
    long seed = Settings.seed();
    Random random = new Random(seed);
    for (int cycle = 1; cycle <= cycles(); cycle++) {
      NodeHome home = copy("prune-" + cycle);
      retain(home, 0, RETAINED);
      try (VarveProcess varve = startPruning(home)) {
        pause(random.nextInt(800));
        varve.kill();
      }
      long floor = BLOCKS - RETAINED + 1;
      assertThat(requireSound(home, floor)).as("seed %d", seed).isEqualTo(BLOCKS);
      System.out.printf("%s, pruning %d: %d steps were left%n", store, cycle, finish(home));
      assertThat(requireSound(home, floor)).isEqualTo(BLOCKS);
      retain(home, RETAINED, 0);
      chain.feed(home, BLOCKS + 3);
      assertThat(requireSound(home, floor)).isEqualTo(BLOCKS + 3);
    }
  }

  private static int cycles() {
    return Settings.full() ? CYCLES_FULL : CYCLES;
  }

  private void create(String store, Map<String, String> settings) throws IOException {
    int base = FreePorts.base(1);
    status = URI.create("http://127.0.0.1:" + (base + 3) + "/v1/status");
    source = new NodeHome(folder.resolve("source"));
    Map<String, String> all = new HashMap<>(settings);
    all.put("disk.store", store);
    all.put("abci.address", "tcp://127.0.0.1:" + (base + 2));
    all.put("http.address", "127.0.0.1:" + (base + 3));
    all.put("start.warm_up_millis", "0");
    all.put("fallback.segment_bytes", "8 MiB");
    all.put("memory.bytes", "16 MiB");
    source.create(all);
    chain.feed(source, BLOCKS);
  }

  private NodeHome copy(String name) {
    NodeHome home = new NodeHome(folder.resolve(name));
    StoreCopy.take(source.path(), home.path());
    return home;
  }

  /** Changes how many blocks a home keeps. */
  private static void retain(NodeHome home, long before, long now) throws IOException {
    Path file = home.path().resolve("varve.toml");
    String text = Files.readString(file);
    assertThat(text).contains("\nblocks = " + before + "\n");
    Files.writeString(
        file, text.replace("\nblocks = " + before + "\n", "\nblocks = " + now + "\n"));
  }

  private VarveProcess rollback(NodeHome home, long target) {
    return VarveProcess.start(
        folder.resolve("rollback.log"),
        "rollback",
        "--home",
        home.path().toString(),
        "--height",
        Long.toString(target));
  }

  private long timeRollback(long target) throws IOException {
    long start = System.nanoTime();
    try (VarveProcess rollback = rollback(copy("whole"), target)) {
      assertThat(rollback.awaitExit(LIMIT)).as(rollback.output()).isZero();
    }
    return (System.nanoTime() - start) / 1_000_000;
  }

  /** Returns when the floor was raised: from then on records are dropped. */
  private VarveProcess startPruning(NodeHome home) throws IOException, InterruptedException {
    VarveProcess varve =
        VarveProcess.start(folder.resolve("varve.log"), "start", "--home", home.path().toString());
    varve.awaitLine("abci", LIMIT);
    long end = System.nanoTime() + LIMIT.toNanos();
    while (floor() == 0) {
      assertThat(System.nanoTime()).as(varve.output()).isLessThan(end);
      pause(10);
    }
    return varve;
  }

  private long floor() throws IOException, InterruptedException {
    HttpRequest request = HttpRequest.newBuilder(status).build();
    String body = http.send(request, HttpResponse.BodyHandlers.ofString()).body();
    return JSON.readTree(body).path("chain_floor").asLong();
  }

  /** Drops what is left to drop; returns in how many steps. */
  private static int finish(NodeHome home) {
    NodeConfig config = NodeConfig.load(home, Map.of());
    Path path = config.disk().path();
    int steps = 0;
    try (DiskStore store =
        config.disk().store().equals("leveldb")
            ? LevelDbStore.open(
                path,
                LevelDbConfig.defaults().withHistoryBlocks(HISTORY).withRetainBlocks(RETAINED))
            : RocksDbStore.open(
                path,
                RocksDbConfig.defaults().withHistoryBlocks(HISTORY).withRetainBlocks(RETAINED))) {
      while (store.prune()) {
        steps++;
      }
      for (long height = 1; height <= BLOCKS; height++) {
        for (ByteString tx : FedHome.block(height).getTxsList()) {
          Optional<TxLocation> at = store.locate(Transactions.hash(tx));
          boolean kept = height >= store.chainFloor();
          assertThat(at.isPresent() || !kept).as("block %d is found", height).isTrue();
          at.ifPresent(
              place -> assertThat(place.getHeight()).isGreaterThanOrEqualTo(store.chainFloor()));
        }
      }
    }
    return steps;
  }

  private static long requireSound(NodeHome home, long first) {
    NodeConfig config = NodeConfig.load(home, Map.of());
    CheckReport report = new HomeCheck(home, config, text -> {}).run();
    assertThat(report.problems()).isEmpty();
    assertThat(report.firstHeight()).isEqualTo(first);
    return report.lastHeight();
  }

  private static void pause(long ms) throws InterruptedException {
    Thread.sleep(ms);
  }
}
