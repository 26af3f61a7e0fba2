package dev.varve.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.varve.node.CheckReport;
import dev.varve.node.NodeConfig;
import dev.varve.node.StoreCheck;
import dev.varve.node.StoredChain;
import dev.varve.storage.StorageException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code varve check}. */
@Command(
    name = "check",
    description = {
      "Read every record of a store and compare them with each other: checksums, heights without",
      "a gap, transactions with results, logs and hash index, the app hash with the state.",
      "Changes nothing; the node may run. Exit code 1 when something is wrong."
    },
    footer = {
      "",
      "Examples:",
      "  varve check --home D",
      "  varve check --home ~/.varve/devnet/v0 --json"
    })
final class CheckCommand implements Callable<Integer> {
  private static final List<String> ADVICE =
      List.of(
          "What to do: stop the node and keep a copy of the home. Look for faults of the disk or",
          "of memory (dmesg, smartctl) before anything is written there again. Then make a new",
          "home with varve init and let its node fetch the chain from its peers.");

  @SuppressWarnings("UnusedVariable") // picocli fills it.
  @CommandLine.Mixin
  private CommonOptions common;

  @CommandLine.Mixin private HomeOption home;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  private final Console console;

  CheckCommand(Environment environment) {
    this.console = environment.console();
  }

  @Override
  public Integer call() {
    NodeConfig config = home.config();
    CheckReport report;
    try (StoredChain chain = StoredChain.open(home.node(), config);
        Console.Progress progress = console.progress("reading")) {
      long last = chain.store().applied().getHeight();
      report =
          new StoreCheck(chain, height -> progress.update("block " + height + " of " + last)).run();
    } catch (StorageException.Corruption e) {
      report = unopened(e);
    }
    console.line(json ? toJson(report).toPrettyString() : String.join("\n", text(report)));
    return report.sound() ? 0 : CliException.FAILED;
  }

  private static CheckReport unopened(StorageException.Corruption failure) {
    String problem = "the store cannot be opened: " + failure.getMessage();
    return new CheckReport(0, 0, 0, 0, 0, List.of(problem));
  }

  private List<String> text(CheckReport report) {
    Table table =
        new Table()
            .row("heights", report.firstHeight() + " to " + report.lastHeight())
            .row("blocks", Long.toString(report.blocks()))
            .row("transactions", Long.toString(report.transactions()))
            .row("keys", Long.toString(report.keys()))
            .row("problems", Integer.toString(report.problems().size()));
    List<String> lines = new java.util.ArrayList<>(table.lines());
    report.problems().forEach(problem -> lines.add(console.bad("wrong: ") + problem));
    if (report.problems().size() >= StoreCheck.MAX_PROBLEMS) {
      lines.add("and maybe more: the check ended here");
    }
    if (report.sound()) {
      lines.add(console.good("sound"));
    } else {
      lines.addAll(ADVICE);
    }
    return lines;
  }

  private static ObjectNode toJson(CheckReport report) {
    ObjectNode node = Json.of();
    node.put("sound", report.sound());
    node.put("first_height", report.firstHeight());
    node.put("last_height", report.lastHeight());
    node.put("blocks", report.blocks());
    node.put("transactions", report.transactions());
    node.put("keys", report.keys());
    report.problems().forEach(node.putArray("problems")::add);
    return node;
  }
}
