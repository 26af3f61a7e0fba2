package dev.varve.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** {@code varve uplink drop}. */
@Command(
    name = "drop",
    description = "Give tasks up that failed, or that are queued and were not sent.",
    footer = {
      "",
      "Examples:",
      "  varve uplink drop --home D 17 21",
      "  varve uplink drop --home D --all"
    })
final class UplinkDropCommand implements Callable<Integer> {
  @SuppressWarnings("UnusedVariable") // picocli fills it.
  @CommandLine.Mixin
  private CommonOptions common;

  @CommandLine.Mixin private UplinkClient client;
  @CommandLine.Mixin private UplinkTasks tasks;

  private final Console console;

  UplinkDropCommand(Environment environment) {
    this.console = environment.console();
  }

  @Override
  public Integer call() {
    for (long id : tasks.ids(client)) {
      client.ask("DELETE", "/v1/uplink/" + id);
      console.line("task " + id + " is dropped");
    }
    return 0;
  }
}
