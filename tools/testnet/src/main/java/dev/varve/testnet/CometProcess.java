package dev.varve.testnet;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * A running CometBFT node; its output goes to the end of a log file.
 *
 * <p>For use by several threads. {@link #close} ends the node.
 */
public final class CometProcess implements AutoCloseable {
  private static final Duration STOP_LIMIT = Duration.ofSeconds(10);
  private static final Duration KILL_LIMIT = Duration.ofSeconds(10);
  private static final int TAIL_BYTES = 64 * 1024;

  private final Process process;
  private final Path logFile;

  private CometProcess(Process process, Path logFile) {
    this.process = process;
    this.logFile = logFile;
  }

  /** Starts a node; it has not answered anything yet when this returns. */
  public static CometProcess start(CometBinary bin, CometHome home, Path logFile) {
    ProcessBuilder builder =
        new ProcessBuilder(bin.path().toString(), "start", "--home", home.path().toString());
    builder.redirectErrorStream(true);
    builder.redirectOutput(ProcessBuilder.Redirect.appendTo(logFile.toFile()));
    builder.redirectInput(ProcessBuilder.Redirect.from(new java.io.File("/dev/null")));
    // A user's CMT_* variables would silently override the home's config.toml.
    builder.environment().keySet().removeIf(CometProcess::isNodeVariable);
    try {
      Files.createDirectories(logFile.toAbsolutePath().getParent());
      return new CometProcess(builder.start(), logFile);
    } catch (IOException e) {
      throw new TestnetException("cannot start " + bin.path() + ": " + e.getMessage(), e);
    }
  }

  public long pid() {
    return process.pid();
  }

  public boolean isAlive() {
    return process.isAlive();
  }

  /** Completes with the exit code when the node has ended, for whatever reason. */
  public CompletableFuture<Integer> onExit() {
    return process.onExit().thenApply(Process::exitValue);
  }

  /**
   * Asks the node to end (SIGTERM) and kills it when it has not within the limit.
   *
   * @return whether it ended by itself
   */
  public boolean stop(Duration limit) {
    process.destroy();
    if (await(limit)) {
      return true;
    }
    kill();
    return false;
  }

  /** Ends the node at once (SIGKILL), as a crash would. */
  public void kill() {
    process.destroyForcibly();
    if (!await(KILL_LIMIT)) {
      throw new TestnetException("CometBFT, process " + pid() + ", does not die");
    }
  }

  /** The last lines of the log file, at most 64 KiB. */
  public List<String> logTail(int lines) {
    try (RandomAccessFile file = new RandomAccessFile(logFile.toFile(), "r")) {
      byte[] bytes = new byte[(int) Math.min(TAIL_BYTES, file.length())];
      file.seek(file.length() - bytes.length);
      file.readFully(bytes);
      List<String> all = new String(bytes, StandardCharsets.UTF_8).lines().toList();
      return all.subList(Math.max(0, all.size() - lines), all.size());
    } catch (IOException e) {
      return List.of("(no log: " + e.getMessage() + ")");
    }
  }

  public Path logFile() {
    return logFile;
  }

  @Override
  public void close() {
    stop(STOP_LIMIT);
  }

  private boolean await(Duration limit) {
    try {
      return process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
      throw new TestnetException("interrupted while stopping CometBFT, process " + pid(), e);
    }
  }

  private static boolean isNodeVariable(String name) {
    return name.startsWith("CMT_") || name.startsWith("CMTHOME") || name.startsWith("TM_");
  }
}
