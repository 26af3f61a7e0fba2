package dev.varve.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.varve.storage.EngineStatus;
import dev.varve.storage.MemoryStore;
import dev.varve.storage.SyncStatus;
import java.io.IOException;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the server shows of a node: metrics, status and health. */
class NodePagesTest {
  private final NodeMetrics metrics = new NodeMetrics();
  private NodeStatus status = status("up", null);

  @BeforeEach
  void setUp() {
    metrics.observe(() -> status.engine());
  }

  @AfterEach
  void tearDown() {
    metrics.close();
  }

  @Test
  void shouldServeMetricsInPrometheusFormat() throws Exception {
    metrics.committed(3, 1);
    metrics.abciCall("commit").record(java.time.Duration.ofMillis(5));

    assertThat(metrics.scrape().lines())
        .contains(
            "varve_height 7.0",
            "varve_disk_height 5.0",
            "varve_chain_floor 3.0",
            "varve_sealed_height 4.0",
            "varve_disk_lag_blocks 2.0",
            "varve_disk_up 1.0",
            "varve_memory_bytes 11.0",
            "varve_log_bytes 13.0",
            "varve_forces_total 17.0",
            "varve_memory_warm 0.0",
            "varve_memory_warm_height 3.0",
            "varve_memory_warm_records_total 21.0",
            "varve_memory_warm_bytes_total 22.0",
            "varve_sync_runs_total 23.0",
            "varve_sync_skipped_total 24.0",
            "varve_sync_refilled_total 25.0",
            "varve_sync_compared_total 26.0",
            "varve_sync_repaired_total 27.0",
            "varve_sync_disk_corruptions_total 28.0",
            "varve_memory_passed_over_blocks_total 29.0",
            "varve_txs_total{result=\"ok\"} 3.0",
            "varve_txs_total{result=\"failed\"} 1.0",
            "varve_abci_call_seconds_count{call=\"commit\"} 1")
        .anyMatch(line -> line.startsWith("jvm_memory_used_bytes{"));
  }

  @Test
  void shouldServeStatusAsJson() throws Exception {
    Map<String, String> fields = fields(status.toJson());

    assertThat(fields)
        .containsEntry("healthy", "true")
        .containsEntry("chain_id", "test \"chain\"")
        .containsEntry("height", "7")
        .containsEntry("disk_height", "5")
        .containsEntry("lag_blocks", "2")
        .containsEntry("chain_floor", "3")
        .containsEntry("sealed_height", "4")
        .containsEntry("app_hash", "AB")
        .containsEntry("forces", "17")
        .containsEntry("memory_warm_state", "running")
        .containsEntry("memory_warm_height", "3")
        .containsEntry("memory_warm_records", "21")
        .containsEntry("memory_warm_bytes", "22")
        .containsEntry("sync_runs", "23")
        .containsEntry("sync_compared", "26")
        .containsEntry("sync_repaired", "27")
        .containsEntry("sync_disk_corruptions", "28")
        .containsEntry("failure", "null");
  }

  @Test
  void shouldBeHealthyWhileEverythingWorks() {
    assertThat(status.healthy()).isTrue();
    assertThat(status.health()).isEqualTo("ok\n");
  }

  @Test
  void shouldSayWhatIsWrongWithAStore() {
    status = status("no space left", null);

    assertThat(status.healthy()).isFalse();
    assertThat(status.health()).isEqualTo("disk store: no space left; memory store: up\n");
  }

  @Test
  void shouldSayThatTheApplicationFailed() {
    status = status("up", "block 7 comes again");

    assertThat(status.healthy()).isFalse();
    assertThat(status.health()).isEqualTo("block 7 comes again\n");
  }

  private static NodeStatus status(String disk, String failure) {
    MemoryStore.MemoryStats memory = new MemoryStore.MemoryStats(1, 11, 100, 0, 0, 0);
    SyncStatus sync = new SyncStatus("running", 3, 21, 22, 23, 24, 25, 26, 27, 28, 29);
    EngineStatus engine = new EngineStatus(7, 5, 3, 4, disk, "up", memory, 1000, 13, 17, sync);
    return new NodeStatus(
        "1", 42, Instant.EPOCH, "test \"chain\"", "AB", Instant.EPOCH, engine, 4, failure);
  }

  private static Map<String, String> fields(String json) throws IOException {
    Map<String, String> fields = new HashMap<>();
    try (JsonParser parser = new JsonFactory().createParser(json)) {
      parser.nextToken();
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String name = parser.currentName();
        parser.nextToken();
        fields.put(name, parser.getText());
      }
    }
    return fields;
  }
}
