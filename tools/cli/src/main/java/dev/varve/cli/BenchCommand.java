package dev.varve.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** {@code varve bench}. */
@Command(
    name = "bench",
    description = {
      "Measure the calls of an ABCI server, the storage engine, a cluster, the uplink gateway or",
      "the app hash."
    },
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      BenchAbciCommand.class,
      BenchEngineCommand.class,
      BenchStoreCommand.class,
      BenchUplinkCommand.class,
      BenchAppHashCommand.class
    },
    footer = {"", "Example:", "  varve bench abci --help"})
final class BenchCommand implements Runnable {
  @SuppressWarnings("UnusedVariable") // picocli fills it.
  @CommandLine.Mixin
  private CommonOptions common;

  @CommandLine.Spec private CommandLine.Model.CommandSpec spec;

  @Override
  public void run() {
    throw new CommandLine.ParameterException(spec.commandLine(), "no benchmark given");
  }
}
