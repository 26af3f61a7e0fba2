package dev.varve.cli;

import dev.varve.bench.engine.EngineBench;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code varve bench engine}. */
@Command(
    name = "engine",
    description = {
      "Measure the storage engine, each figure beside a baseline of the same run.",
      "Commit of blocks, reads that memory answers and that it does not, appends to a fallback",
      "log, drain, warm-up, and commit while the disk store is down. Takes some minutes and 4 GB",
      "of disk, which are given back."
    },
    footer = {
      "",
      "Examples:",
      "  varve bench engine",
      "  varve bench engine --only hit,miss --json",
      "  varve bench engine --folder /mnt/disk --blocks 200"
    })
final class BenchEngineCommand implements Callable<Integer> {
  @SuppressWarnings("UnusedVariable") // picocli fills it.
  @CommandLine.Mixin
  private CommonOptions common;

  @CommandLine.Spec private CommandLine.Model.CommandSpec spec;

  @Option(
      names = "--only",
      split = ",",
      paramLabel = "BENCH",
      description = "Of commit, hit, miss, append, catchup and outage; default: all.")
  private List<String> only = EngineBench.GROUPS;

  @Option(
      names = "--folder",
      paramLabel = "D",
      description = "Where homes are made, on the disk to measure; default: the temporary folder.")
  private Path folder = Path.of(System.getProperty("java.io.tmpdir"));

  @Option(
      names = "--txs",
      paramLabel = "N",
      defaultValue = "5000",
      description = "Transactions a block; default ${DEFAULT-VALUE}.")
  private int txs;

  @Option(
      names = "--tx-bytes",
      paramLabel = "N",
      defaultValue = "250",
      description = "Bytes of a transaction; default ${DEFAULT-VALUE}.")
  private int txBytes;

  @Option(
      names = "--blocks",
      paramLabel = "N",
      defaultValue = "120",
      description = "Measured blocks of a case; default ${DEFAULT-VALUE}.")
  private int blocks;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  private final Console console;

  BenchEngineCommand(Environment environment) {
    this.console = environment.console();
  }

  @Override
  public Integer call() {
    if (!Files.isDirectory(folder)) {
      throw CliException.usage("--folder " + folder + ": no such folder");
    }
    EngineBench.Options options;
    try {
      options =
          new EngineBench.Options(only, folder, txs, txBytes, blocks, json, console.terminal());
    } catch (IllegalArgumentException e) {
      throw new CommandLine.ParameterException(spec.commandLine(), e.getMessage(), e);
    }
    return new EngineBench(System.err).run(options, System.out);
  }
}
