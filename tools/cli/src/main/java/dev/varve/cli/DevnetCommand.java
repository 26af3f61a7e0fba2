package dev.varve.cli;

import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code varve devnet}. */
@Command(
    name = "devnet",
    description = {
      "Run a chain on this machine: CometBFT nodes and their applications.",
      "Prints ready and the addresses, then how it goes; Ctrl-C stops everything. Started again",
      "with the same home it goes on where it was."
    },
    footer = {
      "",
      "Ports: validator i uses P + 10*i: P2P +0, node RPC +1, ABCI +2, gateway +3.",
      "",
      "Examples:",
      "  varve devnet",
      "  varve devnet --home /tmp/four --validators 4 --port-base 30000",
      "  varve devnet --fresh --cometbft 1.0 --timeout-commit 100ms"
    })
final class DevnetCommand implements Callable<Integer> {
  @CommandLine.Mixin private CommonOptions common;

  @Option(
      names = "--home",
      paramLabel = "D",
      description = "Folder that holds everything; default ~/.varve/devnet.")
  private Path home;

  @Option(
      names = "--validators",
      paramLabel = "N",
      description = "How many nodes, 1 to " + DevnetOptions.MAX_VALIDATORS + "; default 1.")
  private Integer validators;

  @Option(
      names = "--cometbft",
      paramLabel = "VERSION|PATH",
      description = {
        "Release (0.38.25), line (0.38, 0.40, 1.0) or executable of CometBFT; default 0.38. A",
        "release that is not on PATH is built with the Go toolchain and kept in",
        "$XDG_CACHE_HOME/varve, else ~/.cache/varve."
      })
  private String cometbft;

  @Option(
      names = "--disk",
      paramLabel = "STORE",
      description = "Disk store: rocksdb (default), leveldb or mysql. For a new home.")
  private String disk;

  @Option(
      names = "--cluster",
      paramLabel = "F",
      description = {
        "With --disk mysql: the file that describes the databases. Each validator has its own,",
        "with _0, _1, ... behind their names. For a new home."
      })
  private Path cluster;

  @Option(
      names = "--port-base",
      paramLabel = "P",
      description = "First port; default " + Ports.STANDARD_BASE + ".")
  private Integer portBase;

  @Option(
      names = "--timeout-commit",
      paramLabel = "TIME",
      converter = Durations.class,
      description = "Pause between blocks, such as 100ms or 2s; default 1s. For a new home.")
  private Duration timeoutCommit;

  @Option(
      names = "--chain-id",
      paramLabel = "ID",
      description = "Name of the chain; default varve-devnet. For a new home.")
  private String chainId;

  @Option(
      names = "--fresh",
      description = "Delete what an earlier devnet made in the home, and begin a new chain.")
  private boolean fresh;

  private final Environment environment;

  DevnetCommand(Environment environment) {
    this.environment = environment;
  }

  @Override
  public Integer call() {
    if (home != null) {
      HomeOption.requireNamed(home);
    }
    Path folder = home == null ? environment.userFolder().resolve("devnet") : home;
    DevnetOptions options =
        new DevnetOptions(
            folder,
            validators,
            cometbft,
            disk,
            cluster,
            portBase,
            timeoutCommit,
            chainId,
            fresh,
            common.verbose());
    return new Devnet(
            options,
            environment.cacheFolder(),
            environment.console(),
            StopSignal.install(),
            common.logLevel("info"))
        .run();
  }
}
