package dev.varve.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** {@code varve uplink requeue}. */
@Command(
    name = "requeue",
    description = "Send failed tasks again, each as a new task at the end of the queue.",
    footer = {
      "",
      "Examples:",
      "  varve uplink requeue --home D 17 21",
      "  varve uplink requeue --home D --all"
    })
final class UplinkRequeueCommand implements Callable<Integer> {
  @SuppressWarnings("UnusedVariable") // picocli fills it.
  @CommandLine.Mixin
  private CommonOptions common;

  @CommandLine.Mixin private UplinkClient client;
  @CommandLine.Mixin private UplinkTasks tasks;

  private final Console console;

  UplinkRequeueCommand(Environment environment) {
    this.console = environment.console();
  }

  @Override
  public Integer call() {
    for (long id : tasks.ids(client)) {
      JsonNode task = client.ask("POST", "/v1/uplink/" + id + "/requeue");
      console.line("task " + id + " is task " + task.path("id").asText() + " now");
    }
    return 0;
  }
}
