package dev.varve.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.varve.node.HomeCopy;
import dev.varve.storage.disk.copy.StoreCopy;
import dev.varve.storage.record.CopyTotal;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code varve store copy}. */
@Command(
    name = "copy",
    description = {
      "Copy all records of a chain to a store of another kind, or to other databases.",
      "Each side is a home, whose store may be rocksdb, leveldb or mysql, or a cluster.yaml. The",
      "nodes of both must be stopped; the source stays as it is, the target must be empty. Blocks",
      "that only the source's fallback log has come along. All is read back and compared by",
      "counts and checksums at the end. Broken off, the same command goes on; until it is done",
      "varve start refuses the target."
    },
    footer = {
      "",
      "CometBFT's own data is not copied: start the new home with the node of the old one, as",
      "its abci.address then, or with --with-node after its comet folder was moved.",
      "A cluster.yaml as the target stays the cluster of the same home, as when databases move.",
      "A home on the databases of the source's cluster.yaml gets what belongs on the node's disk.",
      "",
      "Examples:",
      "  varve init --home E                        then disk.store = \"mysql\" and disk.cluster",
      "  varve store copy --from D --to E           a chain moves into a cluster",
      "  varve store copy --from cluster.yaml --to F",
      "  varve store copy --from old.yaml --to new.yaml"
    })
final class StoreCopyCommand implements Callable<Integer> {
  @SuppressWarnings("UnusedVariable") // picocli fills it.
  @CommandLine.Mixin
  private CommonOptions common;

  @Option(
      names = "--from",
      paramLabel = "HOME|YAML",
      required = true,
      description = "What is copied.")
  private Path from;

  @Option(
      names = "--to",
      paramLabel = "HOME|YAML",
      required = true,
      description = "Where it is copied to.")
  private Path to;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  private final Console console;

  StoreCopyCommand(Environment environment) {
    this.console = environment.console();
  }

  @Override
  public Integer call() {
    requireNamed("--from", from);
    requireNamed("--to", to);
    HomeCopy.Report report;
    try (Console.Progress progress = console.progress("opening " + from + " and " + to)) {
      report = new HomeCopy(from, to, progress::update).run();
    }
    if (json) {
      console.line(toJson(report).toPrettyString());
    } else {
      print(report);
    }
    return 0;
  }

  private static void requireNamed(String option, Path path) {
    if (path.toString().isBlank()) {
      throw CliException.usage(option + " is empty: must be a home or a cluster.yaml");
    }
  }

  private void print(HomeCopy.Report report) {
    Table table =
        new Table()
            .row("chain", report.chainId())
            .row("height", Long.toString(report.lastHeight()))
            .row("app hash", report.appHash())
            .row("from log", report.logged() + " blocks");
    table.lines().forEach(console::line);
    for (HomeCopy.Part part : report.parts()) {
      console.line(part.name() + (part.resumed() ? ", taken up again" : ""));
      Table records = new Table();
      for (CopyTotal total : part.totals()) {
        records.row("  " + name(total), total.getCount() + "  " + sum(total));
      }
      records.lines().forEach(console::line);
    }
    console.line(
        console.good("verified")
            + ": all records were read back, counts and checksums"
            + " are those of the source");
  }

  private static String name(CopyTotal total) {
    return StoreCopy.type(total).name().toLowerCase(Locale.ROOT);
  }

  private static String sum(CopyTotal total) {
    return String.format(Locale.ROOT, "%016x", total.getSum());
  }

  private ObjectNode toJson(HomeCopy.Report report) {
    ObjectNode node = Json.of();
    node.put("from", from.toString());
    node.put("to", to.toString());
    node.put("chain_id", report.chainId());
    node.put("height", report.lastHeight());
    node.put("app_hash", report.appHash());
    node.put("copied_height", report.height());
    node.put("logged_blocks", report.logged());
    node.put("verified", true);
    ArrayNode parts = node.putArray("stores");
    for (HomeCopy.Part part : report.parts()) {
      ObjectNode store = parts.addObject();
      store.put("name", part.name()).put("resumed", part.resumed());
      ObjectNode records = store.putObject("records");
      for (CopyTotal total : part.totals()) {
        records
            .putObject(name(total))
            .put("count", total.getCount())
            .put("checksum_sum", sum(total));
      }
    }
    return node;
  }
}
