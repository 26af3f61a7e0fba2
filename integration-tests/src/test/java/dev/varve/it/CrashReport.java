package dev.varve.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.varve.testnet.CometRpc;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What each cycle of a crash run did, as a table. */
final class CrashReport {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final long seed;
  private final List<String> rows = new ArrayList<>();
  private long hashes;

  CrashReport(long seed) {
    this.seed = seed;
  }

  void add(int cycle, String victim, int runMs, long seen, long after, int checked) {
    rows.add(
        "| %d | %s | %d | %d | %d | %d |".formatted(cycle, victim, runMs, seen, after, checked));
  }

  /** Each block's app hash, as Varve has it, must stand in the next header. */
  void requireAppHashes(CometRpc rpc, long last) throws IOException {
    for (long height = 1; height <= last; height++) {
      JsonNode answer = rpc.abciQuery("/block/" + height, "");
      assertThat(answer.path("code").asInt()).as("/block/%d: %s", height, answer).isZero();
      JsonNode own = JSON.readTree(answer.path("value").binaryValue());
      JsonNode next = rpc.block(height + 1).path("block").path("header");
      assertThat(own.path("app_hash").asText())
          .as("app hash of height %d", height)
          .isEqualTo(next.path("app_hash").asText());
    }
    hashes = last;
  }

  void write(Path file, String cometVersion) throws IOException {
    String text =
        """
        # Crash runs

        Application and node are ended by SIGKILL at random moments under load (8 clients, each with
        one transaction on its way). After each restart the chain must go on past the last height
        seen, and every transaction seen committed since the crash before must be readable with its
        height, result and value; at the end all of the run are read once more.
        Made by `mvn verify -Pfull`; a run is replayed with `-Dvarve.seed=<seed>`.

        CometBFT %s, Java %s, %d processors.

        %s"""
            .formatted(
                cometVersion, Runtime.version(), Runtime.getRuntime().availableProcessors(), this);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  @Override
  public String toString() {
    return "Seed "
        + seed
        + ", "
        + rows.size()
        + " cycles, app hashes of "
        + hashes
        + " blocks compared with the next header.\n\n"
        + "| cycle | killed | after ms | height seen | height after | transactions found |\n"
        + "| ---: | --- | ---: | ---: | ---: | ---: |\n"
        + String.join("\n", rows)
        + "\n";
  }
}
