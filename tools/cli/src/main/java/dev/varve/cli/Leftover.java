package dev.varve.cli;

import dev.varve.node.NodeHome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The process id of a home's CometBFT node, kept in a file so that a node that outlived a killed
 * devnet is found again.
 */
final class Leftover {
  private static final Duration TERM_PATIENCE = Duration.ofSeconds(5);
  private static final Duration KILL_PATIENCE = Duration.ofSeconds(5);

  /** A node ends by itself once it misses its application. */
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private static final long POLL_MS = 100;

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
      throw CliException.failed("cannot write " + file + ": " + NodeHome.words(e), e);
    }
  }

  void forget() {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw CliException.failed("cannot delete " + file + ": " + NodeHome.words(e), e);
    }
  }

  /**
   * Ends the node of an earlier run, or waits for its end where it is not surely ours. The caller
   * has made sure that no other process runs the home.
   *
   * @param console told what was ended
   * @throws CliException when it stays
   */
  void requireGone(Console console) {
    Optional<ProcessHandle> found = find();
    if (found.isEmpty()) {
      return;
    }
    ProcessHandle node = found.get();
    String name = "CometBFT of an earlier run, process " + node.pid();
    if (isProven(node)) {
      node.destroy();
      if (ends(node, TERM_PATIENCE)) {
        console.error(name + ", still ran and was ended");
        return;
      }
      node.destroyForcibly();
      if (ends(node, KILL_PATIENCE)) {
        console.error(name + ", still ran, did not end on SIGTERM and was killed");
        return;
      }
    } else if (ends(node, PATIENCE)) {
      return;
    }
    throw CliException.failed(
        name + ", still uses " + cometHome + "; end it with: kill -9 " + node.pid());
  }

  private boolean ends(ProcessHandle node, Duration limit) {
    long deadline = System.nanoTime() + limit.toNanos();
    // A process that nobody waited for has an exit to come, but no command line any more.
    while (isOurs(node)) {
      if (System.nanoTime() > deadline) {
        return false;
      }
      try {
        node.onExit().get(POLL_MS, TimeUnit.MILLISECONDS);
      } catch (TimeoutException e) {
        // Not yet: the loop looks at the clock.
      } catch (ExecutionException e) {
        throw CliException.failed("cannot wait for process " + node.pid() + ": " + e, e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw CliException.failed("interrupted", e);
      }
    }
    return true;
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
      throw CliException.failed("cannot read " + file + ": " + NodeHome.words(e), e);
    }
  }

  private boolean isOurs(ProcessHandle process) {
    return process
        .info()
        .commandLine()
        .filter(command -> command.contains(cometHome.toString()))
        .isPresent();
  }

  /** Whether it was started as we start nodes, with this very home. */
  private boolean isProven(ProcessHandle process) {
    List<String> arguments = List.of(process.info().arguments().orElse(new String[0]));
    List<String> ours = List.of("start", "--home", cometHome.toString());
    return arguments.size() >= ours.size()
        && arguments.subList(arguments.size() - ours.size(), arguments.size()).equals(ours);
  }
}
