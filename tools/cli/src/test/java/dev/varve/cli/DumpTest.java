package dev.varve.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.ByteString;
import dev.varve.fallback.io.FileTrees;
import dev.varve.node.NodeConfig;
import dev.varve.node.NodeHome;
import dev.varve.storage.BlockBatch;
import dev.varve.storage.StorageEngine;
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
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Records of a home whose disk store ends before its log does, or is gone. */
class DumpTest {
  private static final ByteString KEY = ByteString.copyFromUtf8("\0colour");
  private static final BlockBatch FIRST =
      BatchBuilder.at(1).tx("colour=red", 0).write(KEY, ByteString.copyFromUtf8("red")).build();
  private static final BlockBatch SECOND =
      BatchBuilder.at(2)
          .tx("colour=red", 1)
          .tx("colour=blue", 0)
          .write(KEY, ByteString.copyFromUtf8("blue"))
          .build();

  private static final String ACCEPTED = "AB".repeat(32);
  private static final BlockBatch THIRD =
      BatchBuilder.at(3)
          .write(KEY, null)
          .write(ByteString.fromHex("010000000000000009" + ACCEPTED), ByteString.EMPTY)
          .commitment(ByteString.copyFromUtf8("c3"))
          .build();

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @TempDir private Path folder;
  private NodeHome home;
  private NodeConfig config;

  @BeforeEach
  void setUp() {
    home = new NodeHome(folder.resolve("home"));
    home.create(Map.of());
    config = NodeConfig.load(home, Map.of());
  }

  /** The log keeps both blocks after the store has them. */
  private void write(BlockBatch... batches) {
    Path logs = config.fallback().path();
    RocksDbStore store = RocksDbStore.open(config.disk().path(), RocksDbConfig.defaults());
    try (StorageEngine engine =
        TieredEngine.open(
            store,
            Logs.forced(logs.resolve("disk")),
            () -> ChronicleMemoryStore.create(16 << 20),
            () -> Logs.bridge(logs.resolve("memory")),
            EngineConfig.of(DiskPolicy.BEHIND))) {
      Stream.of(batches).forEach(engine::commit);
    }
  }

  private void deleteStore() throws IOException {
    FileTrees.delete(config.disk().path());
  }

  /** Both blocks are in the log, the store has the first alone. */
  private void writeSecondToTheLogAlone() throws IOException {
    write(FIRST, SECOND);
    deleteStore();
    RocksDbStore store = RocksDbStore.open(config.disk().path(), RocksDbConfig.defaults());
    try (store) {
      store.apply(java.util.List.of(FIRST));
    }
  }

  @Test
  void shouldPrintWhatOnlyTheLogHas() throws IOException {
    writeSecondToTheLogAlone();

    assertThat(dump("block", "2").path("height").asLong()).isEqualTo(2);
    assertThat(dump("applied").path("height").asLong()).isEqualTo(2);
    assertThat(dump("state", "colour").path("value_text").asText()).isEqualTo("blue");
    assertThat(dump("tx", hash("colour=blue")).path("tx_text").asText()).isEqualTo("colour=blue");
    JsonNode entry = dump("entry", "2");
    assertThat(entry.path("transactions").size()).isEqualTo(2);
    assertThat(Path.of(entry.path("file").asText())).startsWith(config.fallback().path());
  }

  @Test
  void shouldPrintEveryKindOfRecord() throws IOException {
    write(FIRST, SECOND, THIRD);
    FileTrees.delete(config.fallback().path());

    assertThat(dump("tx", "2:1").path("tx_text").asText()).isEqualTo("colour=blue");
    assertThat(dump("result", "2:0").path("code").asLong()).isEqualTo(1);
    assertThat(dump("log", "2:0").path("events").size()).isEqualTo(1);
    assertThat(dump("marker", "1").path("height").asLong()).isEqualTo(1);
    assertThat(dump("deletion", "colour").path("height").asLong()).isEqualTo(3);
    JsonNode history = dump("history", "3");
    assertThat(history.path("keys").asLong()).isEqualTo(2);
    assertThat(history.path("entries").path(0).path("deleted").asBoolean()).isTrue();
    assertThat(dump("commitment", "3").path("value").asText()).isEqualTo("6333");
    assertThat(dump("accepted", "9:" + ACCEPTED).path("height").asLong()).isEqualTo(3);
  }

  @Test
  void shouldPrintEveryKindThatTheLogHas() throws IOException {
    write(FIRST, SECOND, THIRD);
    deleteStore();

    assertThat(dump("tx", "2:1").path("tx_text").asText()).isEqualTo("colour=blue");
    assertThat(dump("deletion", "colour").path("height").asLong()).isEqualTo(3);
    assertThat(dump("commitment", "3").path("value").asText()).isEqualTo("6333");
    assertThat(dump("accepted", "9:" + ACCEPTED).path("height").asLong()).isEqualTo(3);
    assertThat(run("dump", "--home", home.path().toString(), "history", "3"))
        .isEqualTo(CliException.FAILED);
  }

  @Test
  void shouldSayWhatAKeyMustBe() {
    write(FIRST);
    for (String[] wrong :
        new String[][] {
          {"tx", "5", "must be 64 hex digits, the transaction's SHA-256 or HEIGHT:INDEX"},
          {"history", "x", "history x: must be a height"},
          {"accepted", "5", "accepted 5: must be HEIGHT:HASH"},
          {"deletion", "0x0", "deletion 0x0: must be an even count of hex digits"},
        }) {
      assertThat(run("dump", "--home", home.path().toString(), wrong[0], wrong[1]))
          .isEqualTo(CliException.USAGE);
      assertThat(err.toString()).contains(wrong[2]);
    }
  }

  @Test
  void shouldPreferTheInclusionThatSucceeded() throws IOException {
    writeSecondToTheLogAlone();

    JsonNode result = dump("result", hash("colour=red"));

    assertThat(result.path("height").asLong()).isEqualTo(1);
    assertThat(result.path("success").asBoolean()).isTrue();
  }

  @Test
  void shouldPreferTheStoreWhereItIsAhead() {
    write(FIRST, SECOND);

    assertThat(dump("state", "colour").path("height").asLong()).isEqualTo(2);
    assertThat(dump("block", "1").path("height").asLong()).isEqualTo(1);
  }

  @Test
  void shouldReadTheLogOfAHomeThatLostItsStore() throws IOException {
    write(FIRST, SECOND);
    deleteStore();

    assertThat(dump("state", "colour").path("value_text").asText()).isEqualTo("blue");
    assertThat(err.toString()).contains("the disk store does not give it: no store in ");
  }

  @Test
  void shouldSayWhatIsNotThere() {
    write(FIRST);

    assertThat(run("dump", "--home", home.path().toString(), "entry", "7"))
        .isEqualTo(CliException.FAILED);
    assertThat(err.toString()).contains("no such record: 7 is not in the fallback log");
  }

  private static String hash(String tx) {
    return ProtoJson.hex(BatchBuilder.sha256(ByteString.copyFromUtf8(tx)));
  }

  private JsonNode dump(String... what) {
    out.getBuffer().setLength(0);
    String[] args =
        Stream.concat(Stream.of("dump", "--home", home.path().toString()), Stream.of(what))
            .toArray(String[]::new);
    assertThat(run(args)).as(err.toString()).isZero();
    try {
      return new ObjectMapper().readTree(out.toString());
    } catch (IOException e) {
      throw new AssertionError(out.toString(), e);
    }
  }

  private int run(String... args) {
    PrintWriter outWriter = new PrintWriter(out, true);
    PrintWriter errWriter = new PrintWriter(err, true);
    Console console = new Console(outWriter, errWriter, false, false, 80);
    return Varve.run(console, Map.of("HOME", folder.toString()), outWriter, errWriter, args);
  }
}
