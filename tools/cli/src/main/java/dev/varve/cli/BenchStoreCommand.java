package dev.varve.cli;

import dev.varve.bench.engine.StoreBench;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code varve bench store}. */
@Command(
    name = "store",
    description = {
      "Measure a SQL cluster as a disk store, beside RocksDB in the same run.",
      "How fast a log full of blocks is drained, and how long reads take that memory, a replica,",
      "a primary and RocksDB answer. Makes databases of its own, named as those of the cluster",
      "with a suffix _bench_..., and drops them at the end."
    },
    footer = {
      "",
      "Examples:",
      "  varve bench store --cluster cluster.yaml",
      "  varve bench store --cluster cluster.yaml --blocks 20 --reads 1000 --json"
    })
final class BenchStoreCommand implements Callable<Integer> {
  @SuppressWarnings("UnusedVariable") // picocli fills it.
  @CommandLine.Mixin
  private CommonOptions common;

  @CommandLine.Spec private CommandLine.Model.CommandSpec spec;

  @Option(
      names = "--cluster",
      required = true,
      paramLabel = "F",
      description = "The cluster.yaml; its user must be allowed to create the databases.")
  private Path cluster;

  @Option(
      names = "--folder",
      paramLabel = "D",
      description =
          "Where log and RocksDB are made, on the disk to measure; default: the temporary folder.")
  private Path folder = Path.of(System.getProperty("java.io.tmpdir"));

  @Option(
      names = "--txs",
      paramLabel = "N",
      defaultValue = "2000",
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
      defaultValue = "60",
      description = "Blocks of the backlog; default ${DEFAULT-VALUE}.")
  private int blocks;

  @Option(
      names = "--reads",
      paramLabel = "N",
      defaultValue = "5000",
      description = "Reads of each kind; default ${DEFAULT-VALUE}.")
  private int reads;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  private final Console console;

  BenchStoreCommand(Environment environment) {
    this.console = environment.console();
  }

  @Override
  public Integer call() {
    if (!Files.isDirectory(folder)) {
      throw CliException.usage("--folder " + folder + ": no such folder");
    }
    StoreBench.Options options;
    try {
      options =
          new StoreBench.Options(
              cluster, folder, txs, txBytes, blocks, reads, json, console.terminal());
    } catch (IllegalArgumentException e) {
      throw new CommandLine.ParameterException(spec.commandLine(), e.getMessage(), e);
    }
    return new StoreBench(System.err).run(options, System.out);
  }
}
