package dev.varve.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** {@code varve uplink}. */
@Command(
    name = "uplink",
    description = {
      "Look after the transactions that a running gateway holds: those that are pending, and those",
      "that failed and wait for somebody to decide."
    },
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {UplinkListCommand.class, UplinkRequeueCommand.class, UplinkDropCommand.class},
    footer = {
      "",
      "Examples:",
      "  varve uplink list --home D",
      "  varve uplink requeue --home D --all",
      "  varve uplink drop --url https://127.0.0.1:26659 --token-file admin.token 17"
    })
final class UplinkCommand implements Runnable {
  @SuppressWarnings("UnusedVariable") // picocli fills it.
  @CommandLine.Mixin
  private CommonOptions common;

  @CommandLine.Spec private CommandLine.Model.CommandSpec spec;

  @Override
  public void run() {
    throw new CommandLine.ParameterException(spec.commandLine(), "no command given");
  }
}
