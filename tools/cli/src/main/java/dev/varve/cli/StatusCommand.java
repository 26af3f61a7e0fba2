package dev.varve.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.ByteString;
import dev.varve.node.ByteSize;
import dev.varve.node.HomeLock;
import dev.varve.node.NodeConfig;
import dev.varve.node.NodeHome;
import dev.varve.node.StoredChain;
import dev.varve.node.StoredLog;
import dev.varve.storage.StorageException;
import dev.varve.storage.record.AppliedHeight;
import dev.varve.testnet.CometHome;
import dev.varve.testnet.CometRpc;
import dev.varve.testnet.TestnetException;
import java.net.URI;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code varve status}. */
@Command(
    name = "status",
    description = {
      "Print how a node fares: heights, app hash, the blocks kept, how far the disk store lags,",
      "store states.",
      "Asks the running application and, where the home has one, its CometBFT node; reads the",
      "store and the fallback log when nothing runs, and changes nothing. Takes the home of a",
      "devnet too."
    },
    footer = {
      "",
      "Exit code 1 when a part that runs is not healthy, or a store or log does not open.",
      "",
      "Examples:",
      "  varve status --home D",
      "  varve status --home ~/.varve/devnet --json"
    })
final class StatusCommand implements Callable<Integer> {
  private static final String CHAIN_ID = "ledger.chain_id";

  @SuppressWarnings("UnusedVariable") // picocli fills it.
  @CommandLine.Mixin
  private CommonOptions common;

  @CommandLine.Mixin private HomeOption home;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  private final Console console;

  StatusCommand(Environment environment) {
    this.console = environment.console();
  }

  @Override
  public Integer call() {
    boolean healthy = true;
    List<NodeHome> homes = homes();
    List<ObjectNode> statuses = new ArrayList<>();
    for (NodeHome node : homes) {
      ObjectNode status = status(node);
      statuses.add(status);
      healthy &= status.path("healthy").asBoolean(true);
    }
    if (json && homes.size() == 1) {
      console.line(statuses.get(0).toPrettyString());
    } else if (json) {
      ObjectNode all = Json.of();
      statuses.forEach(all.putArray("nodes")::add);
      console.line(all.toPrettyString());
    } else {
      for (ObjectNode status : statuses) {
        table(status).lines().forEach(console::line);
        if (statuses.size() > 1) {
          console.line("");
        }
      }
    }
    return healthy ? 0 : CliException.FAILED;
  }

  private List<NodeHome> homes() {
    Optional<DevnetMarker> devnet = DevnetMarker.read(home.path());
    if (devnet.isEmpty()) {
      return List.of(home.node());
    }
    List<NodeHome> homes = new ArrayList<>();
    for (int i = 0; i < devnet.get().validators(); i++) {
      homes.add(new NodeHome(home.path().resolve("v" + i)));
    }
    return homes;
  }

  private ObjectNode status(NodeHome node) {
    node.requireFormat();
    NodeConfig config = NodeConfig.load(node, Map.of());
    ObjectNode status = Json.of().put("home", node.path().toString());
    Optional<HomeLock.Owner> owner = HomeLock.owner(node.lockFile());
    if (owner.isEmpty()) {
      status.put("running", false);
      fromHome(node, config, status);
    } else {
      status.put("running", true);
      status.put("pid", owner.get().pid());
      fromApplication(owner.get().http(), status);
    }
    if (CometHome.exists(node.cometHome())) {
      status.set("node", fromNode(CometHome.open(node.cometHome()).rpc()));
    }
    return status;
  }

  private void fromHome(NodeHome node, NodeConfig config, ObjectNode status) {
    status.put("height", 0);
    if (Files.exists(config.disk().path())) {
      fromStore(node, config, status);
    }
    try {
      fromLog(new LoggedRecords(new StoredLog(config), 0), status);
    } catch (StorageException e) {
      status.put("healthy", false).put("log_error", e.getMessage());
    }
    if (status.has("disk_height")) {
      status.put(
          "lag_blocks", status.path("height").asLong() - status.path("disk_height").asLong());
    }
  }

  private void fromStore(NodeHome node, NodeConfig config, ObjectNode status) {
    try (StoredChain chain = StoredChain.open(node, config)) {
      StoreFiles.tell(console, chain);
      AppliedHeight applied = chain.store().applied();
      status.put("chain_id", chain.chainId().orElse(""));
      status.put("height", applied.getHeight());
      status.put("app_hash", ProtoJson.hex(applied.getAppHash()));
      status.put("chain_floor", chain.store().chainFloor());
      status.put("disk_height", applied.getHeight());
      status.put("disk_bytes", chain.store().diskBytes());
    } catch (StorageException e) {
      status.put("healthy", false).put("disk_error", e.getMessage());
    }
  }

  /** What was acknowledged last may be in the log alone. */
  private static void fromLog(LoggedRecords log, ObjectNode status) {
    Optional<ObjectNode> applied =
        log.applied().filter(last -> last.path("height").asLong() > status.path("height").asLong());
    if (applied.isEmpty()) {
      return;
    }
    status.put("height", applied.get().path("height").asLong());
    status.put("app_hash", applied.get().path("app_hash").asText());
    if (status.path("chain_id").asText("").isEmpty()) {
      // Only a chain's first block has it.
      status.put("chain_id", log.meta(CHAIN_ID).map(ByteString::toStringUtf8).orElse(""));
    }
  }

  /** {@code http}: where the process that has the home serves, whatever its settings say by now. */
  private static void fromApplication(Optional<String> http, ObjectNode status) {
    if (http.isEmpty()) {
      status.put("application", "runs without HTTP: nothing more is known");
      return;
    }
    try {
      status.setAll((ObjectNode) HttpJson.get("http://" + http.get() + "/v1/status"));
    } catch (CliException e) {
      status.put("healthy", false);
      status.put("application", e.getMessage());
    }
  }

  private static ObjectNode fromNode(URI rpc) {
    ObjectNode node = Json.of().put("rpc", rpc.toString());
    try {
      JsonNode answer = new CometRpc(rpc).status();
      JsonNode sync = answer.path("sync_info");
      node.put("running", true);
      node.put("version", answer.path("node_info").path("version").asText());
      node.put("height", sync.path("latest_block_height").asLong());
      node.put("catching_up", sync.path("catching_up").asBoolean());
    } catch (TestnetException e) {
      node.put("running", false);
    }
    return node;
  }

  static Table table(JsonNode status) {
    Table table = new Table().row("home", status.path("home").asText());
    boolean running = status.path("running").asBoolean();
    table.row("application", running ? running(status) : "stopped");
    if (!status.has("height")) {
      return table;
    }
    table.row("chain", text(status, "chain_id"));
    table.row("height", height(status));
    table.row("app hash", text(status, "app_hash"));
    if (status.has("chain_floor")) {
      long floor = status.path("chain_floor").asLong();
      table.row("blocks", floor == 0 ? "all kept" : "kept from height " + floor + " on");
    }
    if (status.has("memory_state")) {
      table.row(
          "disk",
          text(status, "disk_state")
              + ", height "
              + status.path("disk_height").asLong()
              + ", "
              + status.path("lag_blocks").asLong()
              + " behind, "
              + bytes(status, "disk_bytes"));
      table.row(
          "memory",
          text(status, "memory_state")
              + ", "
              + bytes(status, "memory_bytes")
              + " of "
              + bytes(status, "memory_bound_bytes")
              + ", "
              + status.path("memory_entries").asLong()
              + " records");
      table.row("logs", bytes(status, "log_bytes"));
    } else {
      stopped(status, table);
    }
    if (status.has("node")) {
      table.row("node", node(status.path("node")));
    }
    return table;
  }

  /** The rows of a home that no process has. */
  private static void stopped(JsonNode status, Table table) {
    if (status.has("disk_height")) {
      table.row(
          "disk",
          "height "
              + status.path("disk_height").asLong()
              + ", "
              + status.path("lag_blocks").asLong()
              + " behind, "
              + bytes(status, "disk_bytes"));
    } else if (status.has("disk_error")) {
      table.row("disk", "DOES NOT OPEN: " + status.path("disk_error").asText());
    }
    if (status.has("log_error")) {
      table.row("logs", "DO NOT OPEN: " + status.path("log_error").asText());
    }
  }

  private static String running(JsonNode status) {
    String process = "process " + status.path("pid").asText();
    if (status.has("application")) {
      return process + ", " + status.path("application").asText();
    }
    if (status.path("healthy").asBoolean()) {
      return process + ", healthy";
    }
    return process
        + ", NOT HEALTHY"
        + (status.path("failure").isTextual() ? ": " + status.path("failure").asText() : "");
  }

  private static String height(JsonNode status) {
    String time = status.path("block_time").asText("null");
    return status.path("height").asLong() + (time.equals("null") ? "" : ", block of " + time);
  }

  private static String node(JsonNode node) {
    return node.path("running").asBoolean()
        ? "CometBFT "
            + node.path("version").asText()
            + ", height "
            + node.path("height").asLong()
            + (node.path("catching_up").asBoolean() ? ", catching up" : "")
        : "does not answer at " + node.path("rpc").asText();
  }

  private static String text(JsonNode status, String name) {
    String text = status.path(name).asText("");
    return text.isEmpty() ? "none yet" : text;
  }

  private static String bytes(JsonNode status, String name) {
    return ByteSize.rounded(status.path(name).asLong());
  }
}
