package dev.varve.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code varve uplink list}. */
@Command(
    name = "list",
    description = "List the tasks of a running gateway: those that failed, unless told otherwise.",
    footer = {
      "",
      "Examples:",
      "  varve uplink list --home D",
      "  varve uplink list --home D --state queued --json"
    })
final class UplinkListCommand implements Callable<Integer> {
  private static final List<String> STATES =
      List.of("queued", "sent", "in_mempool", "committed", "failed", "dropped");

  @SuppressWarnings("UnusedVariable") // picocli fills it.
  @CommandLine.Mixin
  private CommonOptions common;

  @CommandLine.Mixin private UplinkClient client;

  @Option(
      names = "--state",
      paramLabel = "STATE",
      defaultValue = "failed",
      description = {
        "Which: queued, sent, in_mempool, committed (of late), failed or dropped (of late);",
        "default ${DEFAULT-VALUE}."
      })
  private String state;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  private final Console console;

  UplinkListCommand(Environment environment) {
    this.console = environment.console();
  }

  @Override
  public Integer call() {
    String word = state.toLowerCase(Locale.ROOT);
    if (!STATES.contains(word)) {
      throw CliException.usage(
          "--state " + state + ": must be one of " + String.join(", ", STATES));
    }
    List<JsonNode> tasks = client.tasks(word);
    if (json) {
      ObjectNode all = Json.of();
      tasks.forEach(all.putArray("tasks")::add);
      console.line(all.toPrettyString());
      return 0;
    }
    if (tasks.isEmpty()) {
      console.line("no task is " + word);
      return 0;
    }
    Table table = new Table().row("id", "hash", "accepted", "attempts", "reason");
    for (JsonNode task : tasks) {
      table.row(
          task.path("id").asText(),
          task.path("hash").asText(),
          Instant.ofEpochMilli(task.path("accepted_ms").asLong()).toString(),
          task.path("attempts").asText(),
          task.path("reason").asText());
    }
    table.lines().forEach(console::line);
    return 0;
  }
}
