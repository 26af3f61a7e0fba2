package dev.varve.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** {@code varve store}. */
@Command(
    name = "store",
    description = "Move a chain to another store, or mend the cluster that it lies in.",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {StoreCopyCommand.class, StoreRepairCommand.class},
    footer = {
      "",
      "Examples:",
      "  varve store copy --from D --to E",
      "  varve store repair --home D --node http://127.0.0.1:26657",
      "  varve store copy --help"
    })
final class StoreCommand implements Runnable {
  @SuppressWarnings("UnusedVariable") // picocli fills it.
  @CommandLine.Mixin
  private CommonOptions common;

  @CommandLine.Spec private CommandLine.Model.CommandSpec spec;

  @Override
  public void run() {
    throw new CommandLine.ParameterException(spec.commandLine(), "no command given");
  }
}
