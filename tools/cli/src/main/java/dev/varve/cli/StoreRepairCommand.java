package dev.varve.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.varve.node.HomeRepair;
import dev.varve.node.NodeConfig;
import java.net.URI;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code varve store repair}. */
@Command(
    name = "repair",
    description = {
      "Fill in what is missing or damaged in the cluster of a home, as varve check finds it.",
      "Blocks, transactions, results, logs and heights come from the rows that are left, the",
      "fallback log, the node's own disk, and with --node from a CometBFT node; state, history,",
      "commitments and names from the node's own disk; locations follow from the results. What is",
      "written must have the checksums and hashes that are left. The home must be stopped.",
      "Exit code 1 when something is wrong still."
    },
    footer = {
      "",
      "The node may be any of the chain; cometbft inspect answers for one that is stopped.",
      "",
      "Examples:",
      "  varve store repair --home D --dry-run",
      "  cometbft inspect --home D/comet     and beside it:",
      "  varve store repair --home D --node http://127.0.0.1:26657"
    })
final class StoreRepairCommand implements Callable<Integer> {
  @SuppressWarnings("UnusedVariable") // picocli fills it.
  @CommandLine.Mixin
  private CommonOptions common;

  @CommandLine.Mixin private HomeOption home;

  @Option(
      names = "--node",
      paramLabel = "URL",
      description = "RPC of a CometBFT node that has the blocks, http://HOST:PORT.")
  private URI node;

  @Option(names = "--dry-run", description = "Only tell what is wrong.")
  private boolean dryRun;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  private final Console console;

  StoreRepairCommand(Environment environment) {
    this.console = environment.console();
  }

  @Override
  public Integer call() {
    if (node != null && !("http".equals(node.getScheme()) || "https".equals(node.getScheme()))) {
      throw CliException.usage("--node " + node + ": must be a URL, http://HOST:PORT");
    }
    NodeConfig config = home.config();
    HomeRepair.Report report;
    try (Console.Progress progress = console.progress("reading")) {
      report =
          new HomeRepair(home.node(), config, progress::update)
              .run(Optional.ofNullable(node).map(RpcBlocks::new), dryRun);
    }
    if (json) {
      console.line(toJson(report).toPrettyString());
    } else {
      print(report);
    }
    return report.left().isEmpty() ? 0 : CliException.FAILED;
  }

  private void print(HomeRepair.Report report) {
    report.found().forEach(text -> console.line(console.bad("wrong: ") + text));
    new Table()
        .row("found", Integer.toString(report.found().size()))
        .row("blocks", blocks(report))
        .row("other rows", Integer.toString(report.records()))
        .row("left", Integer.toString(report.left().size()))
        .lines()
        .forEach(console::line);
    report.notes().forEach(text -> console.line("note: " + text));
    if (!dryRun) {
      report.left().forEach(text -> console.line(console.bad("left: ") + text));
    }
    if (report.left().isEmpty()) {
      console.line(console.good("sound") + ": the cluster has all blocks, read back");
    }
  }

  private static String blocks(HomeRepair.Report report) {
    return String.format(
        "%d from rows and the node's own disk, %d from the fallback log, %d from the node",
        report.fromTables(), report.fromLog(), report.fromNode());
  }

  private static ObjectNode toJson(HomeRepair.Report report) {
    ObjectNode out = Json.of();
    out.put("sound", report.left().isEmpty());
    report.found().forEach(out.putArray("found")::add);
    out.put("blocks_from_rows", report.fromTables());
    out.put("blocks_from_log", report.fromLog());
    out.put("blocks_from_node", report.fromNode());
    out.put("other_rows", report.records());
    report.left().forEach(out.putArray("left")::add);
    report.notes().forEach(out.putArray("notes")::add);
    return out;
  }
}
