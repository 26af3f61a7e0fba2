package dev.varve.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.ByteString;
import dev.varve.node.NodeConfig;
import dev.varve.node.NodeHome;
import dev.varve.storage.disk.rocksdb.RocksDbConfig;
import dev.varve.storage.disk.rocksdb.RocksDbStore;
import dev.varve.storage.fixture.BatchBuilder;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoreCopyTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @TempDir private Path folder;

  @BeforeEach
  void setUp() {
    NodeHome home = home("from", "rocksdb");
    NodeConfig config = NodeConfig.load(home, Map.of());
    try (RocksDbStore store = RocksDbStore.open(config.disk().path(), RocksDbConfig.defaults())) {
      for (int height = 1; height <= 5; height++) {
        BatchBuilder batch = BatchBuilder.at(height).tx("a=" + height, 0).write("a", "" + height);
        if (height == 1) {
          batch.meta("ledger.chain_id", ByteString.copyFromUtf8("mine"));
        }
        store.apply(List.of(batch.build()));
      }
    }
  }

  private NodeHome home(String name, String store) {
    NodeHome home = new NodeHome(folder.resolve(name));
    home.create(Map.of("disk.store", store));
    return home;
  }

  @Test
  void shouldCopyAndSayWhatWasCompared() throws IOException {
    home("to", "leveldb");
    home("more", "rocksdb");
    assertThat(run("copy", "--from", path("from"), "--to", path("to"))).as(err.toString()).isZero();
    assertThat(out.toString())
        .containsPattern("chain +mine\n")
        .containsPattern("height +5\n")
        .containsPattern("  transaction +5  [0-9a-f]{16}\n")
        .contains("verified: all records were read back");
    out.getBuffer().setLength(0);
    assertThat(run("copy", "--from", path("to"), "--to", path("more"), "--json")).isZero();
    JsonNode report = new ObjectMapper().readTree(out.toString());
    assertThat(report.path("chain_id").asText()).isEqualTo("mine");
    assertThat(report.path("height").asInt()).isEqualTo(5);
    assertThat(report.path("verified").asBoolean()).isTrue();
    JsonNode records = report.path("stores").path(0).path("records");
    assertThat(records.path("marker").path("count").asInt()).isEqualTo(5);
    assertThat(records.path("state").path("checksum_sum").asText()).hasSize(16);
  }

  @Test
  void shouldTellWhatIsWrong() {
    assertThat(run()).isEqualTo(2);
    assertThat(run("copy", "--from", "", "--to", path("to"))).isEqualTo(2);
    assertThat(err.toString()).contains("--from is empty: must be a home or a cluster.yaml");
    assertThat(run("copy", "--from", path("from"), "--to", path("to"))).isEqualTo(2);
    assertThat(err.toString()).contains("is neither a home (varve init makes one) nor a file");
    assertThat(run("repair", "--home", path("from"), "--node", "10.0.0.7:26657")).isEqualTo(2);
    assertThat(run("repair", "--home", path("from"))).isEqualTo(2);
    assertThat(err.toString()).contains("has disk.store \"rocksdb\": only a cluster (mysql)");
  }

  private String path(String name) {
    return folder.resolve(name).toString();
  }

  private int run(String... more) {
    PrintWriter outWriter = new PrintWriter(out, true);
    PrintWriter errWriter = new PrintWriter(err, true);
    Console console = new Console(outWriter, errWriter, false, false, 80);
    String[] args = new String[1 + more.length];
    args[0] = "store";
    System.arraycopy(more, 0, args, 1, more.length);
    return Varve.run(console, Map.of("HOME", folder.toString()), outWriter, errWriter, args);
  }
}
