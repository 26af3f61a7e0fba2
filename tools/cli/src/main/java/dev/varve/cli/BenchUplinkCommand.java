package dev.varve.cli;

import dev.varve.bench.uplink.UplinkBench;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code varve bench uplink}. */
@Command(
    name = "uplink",
    description = {
      "Measure the uplink gateway on a devnet of its own, beside the node in the same run.",
      "Durable acknowledgements at 1,000 a second and at saturation, time from submit to readable,",
      "reads of pending keys, and throughput to the chain. Takes some minutes."
    },
    footer = {
      "",
      "Examples:",
      "  varve bench uplink",
      "  varve bench uplink --only ack,readable --seconds 30 --json"
    })
final class BenchUplinkCommand implements Callable<Integer> {
  @SuppressWarnings("UnusedVariable") // picocli fills it.
  @CommandLine.Mixin
  private CommonOptions common;

  @CommandLine.Spec private CommandLine.Model.CommandSpec spec;

  @Option(
      names = "--only",
      split = ",",
      paramLabel = "BENCH",
      description = "Of ack, saturation, readable, read and chain; default: all.")
  private List<String> only = UplinkBench.GROUPS;

  @Option(
      names = "--seconds",
      paramLabel = "N",
      defaultValue = "20",
      description = "How long each case takes; default ${DEFAULT-VALUE}.")
  private int seconds;

  @Option(
      names = "--cometbft",
      paramLabel = "VERSION|PATH",
      description = "Which CometBFT, see varve devnet --help.")
  private String cometbft;

  @Option(
      names = "--folder",
      paramLabel = "D",
      description =
          "Where the home is made, on the disk to measure; default: the temporary folder.")
  private Path folder = Path.of(System.getProperty("java.io.tmpdir"));

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  private final Console console;

  BenchUplinkCommand(Environment environment) {
    this.console = environment.console();
  }

  @Override
  public Integer call() {
    if (!Files.isDirectory(folder)) {
      throw CliException.usage("--folder " + folder + ": no such folder");
    }
    CometOption.require(cometbft);
    List<String> devnet = new ArrayList<>();
    if (cometbft != null) {
      devnet.addAll(List.of("--cometbft", cometbft));
    }
    UplinkBench.Options options;
    try {
      options =
          new UplinkBench.Options(
              only, Launcher.words(), devnet, folder, seconds, json, console.terminal());
    } catch (IllegalArgumentException e) {
      throw new CommandLine.ParameterException(spec.commandLine(), e.getMessage(), e);
    }
    return new UplinkBench(System.err).run(options, System.out);
  }
}
