package dev.varve.cli;

import dev.varve.bench.abci.AbciBench;
import dev.varve.bench.abci.Contender;
import dev.varve.bench.abci.Load;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code varve bench abci}. */
@Command(
    name = "abci",
    description = {
      "Drive an ABCI server as a node does and time its calls.",
      "They are CheckTx, PrepareProposal, ProcessProposal, FinalizeBlock and Commit, over the",
      "server's socket: tx/s, p50 and p99 of each call and, where the server tells, the number of",
      "forces. Or compare Varve with abci-cli kvstore, each started afresh for every round."
    },
    footer = {
      "",
      "Examples:",
      "  varve bench abci --address tcp://127.0.0.1:26658 --metrics http://127.0.0.1:26659/metrics",
      "  varve bench abci --compare /usr/local/bin/abci-cli --rounds 5"
    })
final class BenchAbciCommand implements Callable<Integer> {
  @SuppressWarnings("UnusedVariable") // picocli fills it.
  @CommandLine.Mixin
  private CommonOptions common;

  @CommandLine.ArgGroup(multiplicity = "1")
  private Target target;

  @Option(
      names = "--metrics",
      paramLabel = "URL",
      description = "Prometheus endpoint of the server, for its count of forces.")
  private URI metrics;

  @Option(
      names = "--rounds",
      paramLabel = "N",
      defaultValue = "3",
      description = "How often each server is measured; default ${DEFAULT-VALUE}.")
  private int rounds;

  @Option(
      names = "--sizes",
      split = ",",
      paramLabel = "N",
      defaultValue = "100,1000,5000",
      description = "Transactions a block, a run each; default ${DEFAULT-VALUE}.")
  private List<Integer> sizes;

  @Option(
      names = "--tx-bytes",
      paramLabel = "N",
      defaultValue = "250",
      description = "Bytes of a transaction; default ${DEFAULT-VALUE}.")
  private int txBytes;

  @Option(
      names = "--keys",
      paramLabel = "N",
      defaultValue = "0",
      description = "Write so many keys over and over; default ${DEFAULT-VALUE}: every key is new.")
  private long keys;

  @Option(
      names = "--blocks",
      paramLabel = "N",
      description = "Measured blocks of each run; default: what 100,000 transactions fill.")
  private Integer blocks;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  /** Who is measured. */
  private static final class Target {
    @Option(
        names = "--address",
        paramLabel = "ADDR",
        description = "A running server: tcp://HOST:PORT or unix:///PATH.")
    private String address;

    @Option(
        names = "--compare",
        paramLabel = "ABCI-CLI",
        description = "The executable abci-cli; its kvstore is compared with Varve.")
    private Path abciCli;
  }

  @CommandLine.Spec private CommandLine.Model.CommandSpec spec;

  private final Console console;

  BenchAbciCommand(Environment environment) {
    this.console = environment.console();
  }

  @Override
  public Integer call() {
    AbciBench.Options options;
    try {
      int measured = blocks == null ? Load.AUTO : blocks;
      Load load = new Load(sizes, txBytes, keys, Load.AUTO, measured, 256);
      options = new AbciBench.Options(load, target(), json, console.terminal());
    } catch (IllegalArgumentException e) {
      throw new CommandLine.ParameterException(spec.commandLine(), e.getMessage(), e);
    }
    return new AbciBench(System.err).run(options, System.out);
  }

  private AbciBench.Target target() {
    if (target.address != null) {
      return new AbciBench.Server(target.address, Optional.ofNullable(metrics));
    }
    if (!Files.isExecutable(target.abciCli)) {
      throw CliException.usage("--compare " + target.abciCli + ": no such executable");
    }
    return new AbciBench.Comparison(
        Contender.kvstore(target.abciCli.toAbsolutePath()),
        Contender.varve(Launcher.words()),
        rounds,
        Path.of(System.getProperty("java.io.tmpdir")));
  }
}
