package dev.varve.testnet;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Runs one command to its end, within a time limit, and keeps the last lines it printed. */
final class Commands {
  private static final int KEPT_LINES = 200;
  private static final Duration READER_GRACE = Duration.ofSeconds(5);

  private Commands() {}

  /** What a command gave: its exit code and the last lines of its standard and error output. */
  record Output(int exitCode, List<String> lines) {
    /** The last {@code count} lines, one under the other. */
    String tail(int count) {
      return String.join("\n", lines.subList(Math.max(0, lines.size() - count), lines.size()));
    }
  }

  /** A short command in {@code folder} with the environment of this process. */
  static Output run(Path folder, Duration limit, String... command) {
    return run(List.of(command), folder, Map.of(), limit, line -> {});
  }

  static Output run(
      List<String> command,
      Path folder,
      Map<String, String> environment,
      Duration limit,
      Consumer<String> onLine) {
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.directory(folder == null ? null : folder.toFile());
    builder.environment().putAll(environment);
    builder.redirectInput(ProcessBuilder.Redirect.from(new java.io.File("/dev/null")));
    Process process;
    try {
      process = builder.start();
    } catch (IOException e) {
      throw new TestnetException("cannot run " + command.get(0) + ": " + e.getMessage(), e);
    }
    Deque<String> lines = new ArrayDeque<>();
    Thread reader = new Thread(() -> read(process, lines, onLine), "output-of-" + process.pid());
    reader.setDaemon(true);
    reader.start();
    try {
      if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new TestnetException(
            String.join(" ", command) + " did not end within " + limit.toSeconds() + " s");
      }
      reader.join(READER_GRACE.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new TestnetException("interrupted while running " + command.get(0), e);
    } finally {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
    synchronized (lines) {
      return new Output(process.exitValue(), new ArrayList<>(lines));
    }
  }

  private static void read(Process process, Deque<String> lines, Consumer<String> onLine) {
    try (BufferedReader output =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = output.readLine(); line != null; line = output.readLine()) {
        synchronized (lines) {
          lines.addLast(line);
          if (lines.size() > KEPT_LINES) {
            lines.removeFirst();
          }
        }
        onLine.accept(line);
      }
    } catch (IOException | UncheckedIOException e) {
      synchronized (lines) {
        lines.addLast("(output lost: " + e.getMessage() + ")");
      }
    }
  }
}
