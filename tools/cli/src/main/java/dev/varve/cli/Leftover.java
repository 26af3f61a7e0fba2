package dev.varve.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The process id of a home's CometBFT node, kept in a file so that a node that outlived a killed
 * devnet is found again.
 */
final class Leftover {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final Path cometHome;
  private final Path file;

  Leftover(Path cometHome) {
    this.cometHome = cometHome;
    this.file = cometHome.resolveSibling("comet.pid");
  }

  void remember(long pid) {
    try {
      Files.writeString(file, pid + "\n");
    } catch (IOException e) {
      throw CliException.failed("cannot write " + file + ": " + e.getMessage(), e);
    }
  }

  void forget() {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw CliException.failed("cannot delete " + file + ": " + e.getMessage(), e);
    }
  }

  /**
   * Waits for the node of an earlier run: it ends by itself once it misses its application.
   *
   * @throws CliException when it does not
   */
  void requireGone() {
    Optional<ProcessHandle> process = find();
    if (process.isEmpty()) {
      return;
    }
    try {
      process.get().onExit().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    } catch (TimeoutException | ExecutionException e) {
      long pid = process.get().pid();
      throw CliException.failed(
          "CometBFT of an earlier run, process "
              + pid
              + ", still uses "
              + cometHome
              + "; end it with: kill "
              + pid,
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw CliException.failed("interrupted", e);
    }
  }

  /** The process with the remembered id, if it is a node of this home and no stranger. */
  private Optional<ProcessHandle> find() {
    try {
      long pid = Long.parseLong(Files.readString(file).strip());
      return ProcessHandle.of(pid).filter(this::isOurs);
    } catch (NoSuchFileException | NumberFormatException e) {
      // No number is what a crash while it was written leaves; the ports are checked besides.
      return Optional.empty();
    } catch (IOException e) {
      throw CliException.failed("cannot read " + file + ": " + e.getMessage(), e);
    }
  }

  private boolean isOurs(ProcessHandle process) {
    return process
        .info()
        .commandLine()
        .filter(command -> command.contains(cometHome.toString()))
        .isPresent();
  }
}
