package dev.varve.cli;

import dev.varve.bench.apphash.AppHashBench;
import dev.varve.bench.apphash.Options;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code varve bench apphash}. */
@Command(
    name = "apphash",
    description = {
      "Measure what the app hash costs a write at several sizes of the state.",
      "Beside it stands a sparse Merkle tree. Microseconds of processor time; five million keys",
      "take minutes and 2 GiB."
    },
    footer = {
      "",
      "Examples:",
      "  varve bench apphash",
      "  varve bench apphash --keys 100000 --rounds 3 --no-baseline --json"
    })
final class BenchAppHashCommand implements Callable<Integer> {
  @SuppressWarnings("UnusedVariable") // picocli fills it.
  @CommandLine.Mixin
  private CommonOptions common;

  @CommandLine.Spec private CommandLine.Model.CommandSpec spec;

  @Option(
      names = "--keys",
      split = ",",
      paramLabel = "N",
      description = "Sizes of the state; default 100000,5000000.")
  private List<Integer> keys = Options.DEFAULT.keys();

  @Option(
      names = "--blocks",
      split = ",",
      paramLabel = "N",
      description = "Writes a block; default 1000,5000.")
  private List<Integer> blocks = Options.DEFAULT.blocks();

  @Option(
      names = "--rounds",
      paramLabel = "N",
      description = "Rounds, of which the median counts; default 9.")
  private int rounds = Options.DEFAULT.rounds();

  @Option(
      names = "--writes",
      paramLabel = "N",
      description = "Writes a round and case; default 50000.")
  private int writes = Options.DEFAULT.writes();

  @Option(names = "--value-bytes", paramLabel = "N", description = "Bytes of a value; default 128.")
  private int valueBytes = Options.DEFAULT.valueBytes();

  @Option(names = "--no-baseline", description = "Leave the sparse Merkle tree out.")
  private boolean noBaseline;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Override
  public Integer call() {
    Options options;
    try {
      options = new Options(keys, blocks, rounds, writes, valueBytes, !noBaseline, json);
    } catch (IllegalArgumentException e) {
      throw new CommandLine.ParameterException(spec.commandLine(), e.getMessage(), e);
    }
    AppHashBench.run(System.out, options);
    return 0;
  }
}
