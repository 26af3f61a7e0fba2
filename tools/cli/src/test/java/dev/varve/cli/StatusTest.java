package dev.varve.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.varve.node.NodeStatus;
import dev.varve.storage.EngineStatus;
import dev.varve.storage.MemoryStore;
import dev.varve.storage.SyncStatus;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class StatusTest {
  @Test
  void shouldPutOneNodeInOneLine() {
    assertThat(StatusLine.render(List.of(status(12, "up")), 3.25))
        .isEqualTo("height 12  3.3 tx/s  app hash AABBCCDDEEFF  memory 1.5 KiB  disk 2.0 MiB");
  }

  @Test
  void shouldNameTheSlowestOfSeveralAndTroubleWithThem() {
    assertThat(StatusLine.render(List.of(status(12, "up"), status(9, "full")), 0))
        .startsWith("height 12 (slowest of 2: 9)  0.0 tx/s")
        .contains("memory 3.0 KiB  disk 4.0 MiB")
        .endsWith("NOT HEALTHY, see the log");
  }

  @Test
  void shouldAlignTheTable() throws IOException {
    JsonNode json = new ObjectMapper().readTree(status(12, "up").toJson());
    ((com.fasterxml.jackson.databind.node.ObjectNode) json).put("home", "/h").put("running", true);

    assertThat(StatusCommand.table(json).lines())
        .containsExactly(
            "home         /h",
            "application  process 42, healthy",
            "chain        c",
            "height       12, block of 1970-01-01T00:00:00Z",
            "app hash     AABBCCDDEEFF0011",
            "blocks       kept from height 3 on",
            "disk         up, height 12, 0 behind, 2.0 MiB",
            "memory       up, 1.5 KiB of 1.0 MiB, 3 records",
            "logs         0 B");
  }

  private static NodeStatus status(long height, String disk) {
    MemoryStore.MemoryStats memory = new MemoryStore.MemoryStats(3, 1536, 1 << 20, 0, 0, 0);
    EngineStatus engine =
        new EngineStatus(height, height, 3, disk, "up", memory, 2 << 20, 0, 7, SyncStatus.none());
    return new NodeStatus(
        "1", 42, Instant.EPOCH, "c", "AABBCCDDEEFF0011", Instant.EPOCH, engine, 5, null);
  }
}
