package dev.varve.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.ByteString;
import dev.varve.fallback.io.FileTrees;
import dev.varve.node.HomeLock;
import dev.varve.node.NodeConfig;
import dev.varve.node.NodeHome;
import dev.varve.storage.BlockBatch;
import dev.varve.storage.DiskStore;
import dev.varve.storage.StorageEngine;
import dev.varve.storage.disk.leveldb.LevelDbConfig;
import dev.varve.storage.disk.leveldb.LevelDbStore;
import dev.varve.storage.disk.rocksdb.RocksDbConfig;
import dev.varve.storage.disk.rocksdb.RocksDbStore;
import dev.varve.storage.engine.DiskPolicy;
import dev.varve.storage.engine.EngineConfig;
import dev.varve.storage.engine.TieredEngine;
import dev.varve.storage.fixture.BatchBuilder;
import dev.varve.storage.fixture.Logs;
import dev.varve.storage.memory.ChronicleMemoryStore;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What status, dump and check tell of a home that no process has, and that they only read it. */
class StoppedHomeTest {
  private static final List<BlockBatch> BLOCKS =
      List.of(
          BatchBuilder.at(1)
              .tx("colour=red", 0)
              .meta("ledger.chain_id", ByteString.copyFromUtf8("stopped"))
              .build(),
          BatchBuilder.at(2).tx("colour=blue", 0).build(),
          BatchBuilder.at(3).tx("colour=green", 0).build());

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @TempDir private Path folder;
  private NodeHome home;
  private NodeConfig config;

  private void make(String store) {
    home = new NodeHome(folder.resolve("home"));
    home.create(Map.of("disk.store", store));
    config = NodeConfig.load(home, Map.of());
  }

  private DiskStore open() {
    Path path = config.disk().path();
    return config.disk().store().equals("leveldb")
        ? LevelDbStore.open(path, LevelDbConfig.defaults())
        : RocksDbStore.open(path, RocksDbConfig.defaults());
  }

  /** As a node leaves it that was killed: the log has all blocks, the store the first ones. */
  private void write(int stored) throws IOException {
    Path logs = config.fallback().path();
    try (StorageEngine engine =
        TieredEngine.open(
            open(),
            Logs.forced(logs.resolve("disk")),
            () -> ChronicleMemoryStore.create(16 << 20),
            () -> Logs.bridge(logs.resolve("memory")),
            EngineConfig.of(DiskPolicy.BEHIND))) {
      BLOCKS.forEach(engine::commit);
    }
    FileTrees.delete(config.disk().path());
    try (DiskStore store = open()) {
      store.apply(BLOCKS.subList(0, stored));
    }
  }

  @Test
  void shouldTellTheHeightOfTheLogAndHowFarTheStoreLags() throws IOException {
    make("rocksdb");
    write(1);
    JsonNode status = status(0);
    assertThat(status.path("height").asLong()).isEqualTo(3);
    assertThat(status.path("app_hash").asText())
        .isEqualTo(ProtoJson.hex(BLOCKS.get(2).block().getAppHash()));
    assertThat(status.path("disk_height").asLong()).isEqualTo(1);
    assertThat(status.path("lag_blocks").asLong()).isEqualTo(2);
    assertThat(StatusCommand.table(status).lines())
        .contains("height       3")
        .anyMatch(line -> line.startsWith("disk         height 1, 2 behind, "));
  }

  @Test
  void shouldTellTheHeightWhereTheStoreDoesNotOpen() throws IOException {
    make("rocksdb");
    write(3);
    Files.writeString(config.disk().path().resolve("db/CURRENT"), "nonsense");
    JsonNode status = status(CliException.FAILED);
    assertThat(status.path("height").asLong()).isEqualTo(3);
    assertThat(status.path("chain_id").asText()).isEqualTo("stopped");
    assertThat(StatusCommand.table(status).lines())
        .anyMatch(line -> line.startsWith("disk         DOES NOT OPEN: store "));
  }

  @Test
  void shouldChangeNothingOfALevelDbHome() throws IOException {
    make("leveldb");
    write(2);
    Map<String, String> before = content();
    assertThat(status(0).path("lag_blocks").asLong()).isEqualTo(1);
    assertThat(run("dump", "--home", home.path().toString(), "block", "2")).isZero();
    assertThat(run("check", "--home", home.path().toString())).isEqualTo(CliException.FAILED);
    assertThat(content()).isEqualTo(before);
    assertThat(err.toString()).isEmpty();

    Path log = log();
    byte[] damaged = Files.readAllBytes(log);
    damaged[damaged.length / 2] ^= 1;
    Files.write(log, damaged);
    before = content();
    assertThat(status(0).path("height").asLong()).isEqualTo(3);
    assertThat(run("dump", "--home", home.path().toString(), "block", "2")).isZero();
    assertThat(run("check", "--home", home.path().toString())).isEqualTo(CliException.FAILED);
    assertThat(content()).isEqualTo(before);
    assertThat(err.toString()).contains(log + " at byte ").contains("; see varve check");
    assertThat(out.toString()).contains("wrong: " + log + " at byte ");
  }

  @Test
  void shouldSayThatALevelDbNodeMustBeStopped() throws IOException {
    make("leveldb");
    write(2);
    try (HomeLock lock = HomeLock.acquire(home.path().resolve("LOCK"))) {
      assertThat(lock).isNotNull();
      for (String[] command : new String[][] {{"check"}, {"dump", "block", "2"}}) {
        String[] args = Arrays.copyOf(command, command.length + 2);
        args[command.length] = "--home";
        args[command.length + 1] = home.path().toString();
        assertThat(run(args)).isEqualTo(CliException.FAILED);
        assertThat(err.toString()).contains("with disk.store leveldb the node must be stopped");
        err.getBuffer().setLength(0);
      }
    }
  }

  private Path log() throws IOException {
    try (Stream<Path> files = Files.list(config.disk().path().resolve("db"))) {
      return files.filter(file -> file.toString().endsWith(".log")).findAny().orElseThrow();
    }
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

  private JsonNode status(int exitCode) throws IOException {
    out.getBuffer().setLength(0);
    assertThat(run("status", "--home", home.path().toString(), "--json"))
        .as(err.toString())
        .isEqualTo(exitCode);
    return new ObjectMapper().readTree(out.toString());
  }

  private int run(String... args) {
    PrintWriter outWriter = new PrintWriter(out, true);
    PrintWriter errWriter = new PrintWriter(err, true);
    Console console = new Console(outWriter, errWriter, false, false, 80);
    return Varve.run(console, Map.of("HOME", folder.toString()), outWriter, errWriter, args);
  }
}
