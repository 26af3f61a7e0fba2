package dev.varve.bench.report;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A process that a benchmark starts, with a folder of its own; {@link #close} ends it with all that
 * it has started and removes the folder, and so does the end of this JVM.
 */
public final class ChildProcess implements AutoCloseable {
  private static final Duration STOP_LIMIT = Duration.ofSeconds(15);
  private static final int LOG_LINES_SHOWN = 5;

  private final Path root;
  private final Thread hook = new Thread(this::endAndRemove, "bench-cleanup");
  private volatile Process process;

  private ChildProcess(Path root) {
    this.root = root;
    Runtime.getRuntime().addShutdownHook(hook);
  }

  /** Takes a folder over; nothing runs yet. */
  public static ChildProcess in(Path root) {
    return new ChildProcess(root);
  }

  /**
   * Starts a process.
   *
   * @param name how messages call it
   * @param root a folder that exists and is removed with the process
   */
  public static ChildProcess start(String name, List<String> words, Path root) throws IOException {
    ChildProcess child = in(root);
    try {
      child.launch(words);
      return child;
    } catch (IOException e) {
      child.close();
      throw new IOException("cannot start " + name + ": " + e.getMessage(), e);
    }
  }

  /** Starts the next process in the folder; the one before has ended. */
  public Process launch(List<String> words) throws IOException {
    process =
        new ProcessBuilder(words)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()))
            .start();
    return process;
  }

  public Process process() {
    return process;
  }

  public Path root() {
    return root;
  }

  /** What the processes print. */
  public Path log() {
    return root.resolve("log");
  }

  /** The end of what they printed, to be put behind a message. */
  public String lastLines() {
    try {
      List<String> lines = Files.readAllLines(log(), StandardCharsets.UTF_8);
      List<String> last = lines.subList(Math.max(0, lines.size() - LOG_LINES_SHOWN), lines.size());
      return last.isEmpty() ? "" : "; its last lines: " + String.join(" | ", last);
    } catch (IOException e) {
      return "; its log cannot be read: " + e.getMessage();
    }
  }

  @Override
  public void close() {
    endAndRemove();
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The JVM is going down: the hook finds nothing left to do.
      return;
    }
  }

  private synchronized void endAndRemove() {
    if (process != null) {
      end(process);
    }
    if (Files.exists(root)) {
      remove(root);
    }
  }

  private static void end(Process process) {
    List<ProcessHandle> children = process.descendants().toList();
    process.destroy();
    try {
      if (!process.waitFor(STOP_LIMIT.toSeconds(), TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
    children.forEach(ProcessHandle::destroyForcibly);
  }

  private static void remove(Path root) {
    try (Stream<Path> paths = Files.walk(root)) {
      for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot remove " + root, e);
    }
  }
}
