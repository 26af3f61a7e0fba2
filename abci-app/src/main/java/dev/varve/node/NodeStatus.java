package dev.varve.node;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.varve.storage.EngineStatus;
import dev.varve.storage.SyncStatus;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.time.Instant;

/**
 * How a node fares, for operators and scripts.
 *
 * @param pid process id
 * @param chainId empty before the first block
 * @param appHash hex, upper case as the node prints it; empty before the first block
 * @param blockTime the header time of the last block, or null before the first one
 * @param txs transactions of committed blocks since the start
 * @param failure why the application stopped answering, or null
 */
public record NodeStatus(
    String version,
    long pid,
    Instant startTime,
    String chainId,
    String appHash,
    Instant blockTime,
    EngineStatus engine,
    long txs,
    String failure) {

  /** Durable heights that the disk store has not applied yet. */
  public long lagBlocks() {
    return engine.height() - engine.diskHeight();
  }

  /** Whether every part works; the memory store may still be made, reads go to disk then. */
  public boolean healthy() {
    boolean memory = engine.memoryState().equals("up") || engine.memoryState().equals("starting");
    return failure == null && engine.diskState().equals("up") && memory;
  }

  /** Why it is not healthy, or {@code ok}; a line. */
  public String health() {
    if (healthy()) {
      return "ok\n";
    }
    if (failure != null) {
      return failure + "\n";
    }
    return "disk store: " + engine.diskState() + "; memory store: " + engine.memoryState() + "\n";
  }

  /** One JSON object, keys in snake case, byte counts and heights as numbers. */
  public String toJson() {
    StringWriter out = new StringWriter();
    try (JsonGenerator json = new JsonFactory().createGenerator(out)) {
      json.useDefaultPrettyPrinter();
      json.writeStartObject();
      json.writeBooleanField("healthy", healthy());
      json.writeStringField("failure", failure);
      json.writeStringField("chain_id", chainId);
      json.writeNumberField("height", engine.height());
      json.writeStringField("app_hash", appHash);
      json.writeStringField("block_time", blockTime == null ? null : blockTime.toString());
      json.writeNumberField("disk_height", engine.diskHeight());
      json.writeNumberField("lag_blocks", lagBlocks());
      json.writeNumberField("chain_floor", engine.chainFloor());
      json.writeNumberField("sealed_height", engine.sealedHeight());
      json.writeStringField("disk_state", engine.diskState());
      json.writeStringField("memory_state", engine.memoryState());
      json.writeNumberField("disk_bytes", engine.diskBytes());
      json.writeNumberField("log_bytes", engine.logBytes());
      json.writeNumberField("memory_bytes", engine.memory().bytes());
      json.writeNumberField("memory_bound_bytes", engine.memory().boundBytes());
      json.writeNumberField("memory_entries", engine.memory().entries());
      writeSync(json, engine.sync());
      json.writeNumberField("forces", engine.forces());
      json.writeNumberField("txs", txs);
      json.writeNumberField("pid", pid);
      json.writeStringField("version", version);
      json.writeStringField("start_time", startTime.toString());
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException("a string does not fail", e);
    }
    return out.append('\n').toString();
  }

  private static void writeSync(JsonGenerator json, SyncStatus sync) throws IOException {
    json.writeStringField("memory_warm_state", sync.warmState());
    json.writeNumberField("memory_warm_height", sync.warmHeight());
    json.writeNumberField("memory_warm_records", sync.warmRecords());
    json.writeNumberField("memory_warm_bytes", sync.warmBytes());
    json.writeNumberField("sync_runs", sync.runs());
    json.writeNumberField("sync_compared", sync.compared());
    json.writeNumberField("sync_repaired", sync.repaired());
    json.writeNumberField("sync_disk_corruptions", sync.diskCorruptions());
  }
}
