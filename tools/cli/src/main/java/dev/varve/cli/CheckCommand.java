package dev.varve.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.varve.node.CheckReport;
import dev.varve.node.HomeCheck;
import dev.varve.node.NodeConfig;
import dev.varve.node.Problem;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code varve check}. */
@Command(
    name = "check",
    description = {
      "Read every record of a home and compare them with each other.",
      "Looks at checksums, heights without a gap, transactions with results, logs and hash index,",
      "the app hash with the state, and the blocks in the fallback log with all of that; in a",
      "cluster at every table of the primaries, see varve store repair. Memory's own log is not",
      "read: it is never forced, and discarded at each start. Changes nothing. The node may run,",
      "but then its log is not read; with leveldb it must be stopped. Exit code 1 when something",
      "is wrong."
    },
    footer = {
      "",
      "Examples:",
      "  varve check --home D",
      "  varve check --home ~/.varve/devnet/v0 --json"
    })
final class CheckCommand implements Callable<Integer> {
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
    try (Console.Progress progress = console.progress("reading")) {
      report = new HomeCheck(home.node(), config, progress::update).run();
    }
    console.line(json ? toJson(report).toPrettyString() : String.join("\n", text(report)));
    return report.sound() ? 0 : CliException.FAILED;
  }

  private List<String> text(CheckReport report) {
    Table table =
        new Table()
            .row("heights", report.firstHeight() + " to " + report.lastHeight())
            .row("blocks", Long.toString(report.blocks()))
            .row("transactions", Long.toString(report.transactions()))
            .row("keys", Long.toString(report.keys()))
            .row("log", logged(report))
            .row("problems", Integer.toString(report.problems().size()));
    List<String> lines = new ArrayList<>(table.lines());
    report.notes().forEach(note -> lines.add("note: " + note));
    String remedy = "";
    for (Problem problem : report.problems()) {
      // Said once for all problems in a row that it mends.
      if (!remedy.isEmpty() && !problem.remedy().equals(remedy)) {
        lines.add("what to do: " + remedy);
      }
      remedy = problem.remedy();
      lines.add(console.bad("wrong: ") + problem.what());
    }
    if (report.problems().size() >= HomeCheck.MAX_PROBLEMS) {
      lines.add("and maybe more: the check ended here");
    }
    lines.add(report.sound() ? console.good("sound") : "what to do: " + remedy);
    return lines;
  }

  private static String logged(CheckReport report) {
    if (report.logged() == 0) {
      return "no blocks";
    }
    return report.logged() + " blocks up to " + report.loggedHeight();
  }

  private static ObjectNode toJson(CheckReport report) {
    ObjectNode node = Json.of();
    node.put("sound", report.sound());
    node.put("first_height", report.firstHeight());
    node.put("last_height", report.lastHeight());
    node.put("blocks", report.blocks());
    node.put("transactions", report.transactions());
    node.put("keys", report.keys());
    node.put("logged_blocks", report.logged());
    node.put("logged_height", report.loggedHeight());
    ArrayNode problems = node.putArray("problems");
    for (Problem problem : report.problems()) {
      problems.addObject().put("what", problem.what()).put("remedy", problem.remedy());
    }
    report.notes().forEach(node.putArray("notes")::add);
    return node;
  }
}
