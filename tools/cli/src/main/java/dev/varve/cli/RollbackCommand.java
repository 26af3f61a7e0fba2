package dev.varve.cli;

import dev.varve.ledger.Ledger;
import dev.varve.node.HomeRollback;
import dev.varve.node.NodeConfig;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code varve rollback}. */
@Command(
    name = "rollback",
    description = {
      "Take the last block of a home back, or all above a height; the node must be stopped.",
      "State, blocks, transactions, results and app hash are then those of that height. It can go",
      "back as far as history.blocks in varve.toml says. CometBFT's own data stays as it is."
    },
    footer = {
      "",
      "Examples:",
      "  varve rollback --home D                 one block",
      "  varve rollback --home D --height 120    block 120 is the last then"
    })
final class RollbackCommand implements Callable<Integer> {
  @SuppressWarnings("UnusedVariable") // picocli fills it.
  @CommandLine.Mixin
  private CommonOptions common;

  @CommandLine.Mixin private HomeOption home;

  @Option(names = "--height", paramLabel = "H", description = "The height to go back to.")
  private Long height;

  private final Console console;

  RollbackCommand(Environment environment) {
    this.console = environment.console();
  }

  @Override
  public Integer call() {
    if (height != null && height < 1) {
      throw CliException.usage("--height " + height + ": must be a height, 1 or more");
    }
    NodeConfig config = home.config();
    OptionalLong target = height == null ? OptionalLong.empty() : OptionalLong.of(height);
    HomeRollback.Report report;
    try (Console.Progress progress = console.progress("taking blocks back")) {
      report =
          new HomeRollback(home.node(), config, at -> progress.update("reading block " + at))
              .run(target);
    }
    new Table()
        .row("was", Long.toString(report.before()))
        .row("is", Long.toString(report.now()))
        .row("app hash", report.appHash())
        .lines()
        .forEach(console::line);
    long count = report.before() - report.now();
    console.line("Started now, the node gives " + blocks(count) + " again, from its own store.");
    console.line(
        "To take it back in step see cometbft rollback; that needs a genesis whose"
            + " consensus_params.version.app is "
            + Ledger.APP_VERSION
            + ", as in those that varve makes.");
    console.line("Its home is " + home.node().cometHome() + " if varve start --with-node made it.");
    return 0;
  }

  private static String blocks(long count) {
    return count == 1 ? "the block" : "the " + count + " blocks";
  }
}
