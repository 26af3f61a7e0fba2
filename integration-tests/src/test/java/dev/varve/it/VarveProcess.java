package dev.varve.it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The varve command as users run it: a process of its own from the packaged jar. Standard and error
 * output go to one file.
 */
final class VarveProcess implements AutoCloseable {
  private static final Duration KILL_LIMIT = Duration.ofSeconds(10);
  private static final long POLL_MS = 20;

  private final Process process;
  private final Path output;
  private final String name;

  private VarveProcess(Process process, Path output, String name) {
    this.process = process;
    this.output = output;
    this.name = name;
  }

  /** Starts {@code varve args...}; {@code output} is written anew. */
  static VarveProcess start(Path output, String... args) {
    return start(List.of(), output, args);
  }

  /** The same under another command, such as a tracer. */
  static VarveProcess start(List<String> prefix, Path output, String... args) {
    List<String> command = new ArrayList<>(prefix);
    command.addAll(command(args));
    return run(command, output, args);
  }

  /** The same with more flags of the JVM. */
  static VarveProcess startWith(List<String> flags, Path output, String... args) {
    List<String> command = command(args);
    command.addAll(1, flags);
    return run(command, output, args);
  }

  private static VarveProcess run(List<String> command, Path output, String... args) {
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.redirectErrorStream(true).redirectOutput(output.toFile());
    builder.redirectInput(Path.of("/dev/null").toFile());
    builder.environment().put("NO_COLOR", "1");
    try {
      return new VarveProcess(builder.start(), output, "varve " + String.join(" ", args));
    } catch (IOException e) {
      throw new AssertionError("cannot run " + command, e);
    }
  }

  /** The command line that the launcher script would run. */
  static List<String> command(String... args) {
    Path jar = Path.of(required("varve.jar"));
    if (!Files.isRegularFile(jar)) {
      throw new AssertionError("no " + jar + ": run mvn verify, which packages it");
    }
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Xmx512m");
    command.addAll(jvmFlags(Runtime.version().feature()));
    command.addAll(List.of("-cp", jar.toString(), "dev.varve.cli.Varve"));
    command.addAll(List.of(args));
    return command;
  }

  /** The flags that the stores need on a Java of this version. */
  static List<String> jvmFlags(int feature) {
    List<String> flags =
        new ArrayList<>(Arrays.asList(required("varve.jvm.flags").strip().split("\\s+")));
    if (feature >= 24) {
      flags.add("--enable-native-access=ALL-UNNAMED");
      flags.add("--sun-misc-unsafe-memory-access=allow");
    }
    return flags;
  }

  long pid() {
    return process.pid();
  }

  boolean isAlive() {
    return process.isAlive();
  }

  Process process() {
    return process;
  }

  /** What it has printed so far. */
  String output() {
    try {
      return Files.readString(output);
    } catch (IOException e) {
      throw new AssertionError("cannot read " + output, e);
    }
  }

  /** Waits until a line of its output begins with {@code start}; fails when it ends before. */
  VarveProcess awaitLine(String start, Duration limit) {
    long deadline = System.nanoTime() + limit.toNanos();
    while (System.nanoTime() < deadline) {
      boolean alive = process.isAlive();
      if (output().lines().anyMatch(line -> line.startsWith(start))) {
        return this;
      }
      if (!alive) {
        throw new AssertionError(
            "%s ended with %d before it printed \"%s\"; it printed:%n%s"
                .formatted(name, process.exitValue(), start, output()));
      }
      sleep();
    }
    throw new AssertionError(
        "%s did not print \"%s\" within %d s; it printed:%n%s"
            .formatted(name, start, limit.toSeconds(), output()));
  }

  /** Waits for its end; returns the exit code. */
  int awaitExit(Duration limit) {
    try {
      if (process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
        return process.exitValue();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
    throw new AssertionError(
        "%s did not end within %d s; it printed:%n%s".formatted(name, limit.toSeconds(), output()));
  }

  /** What Ctrl-C sends. */
  void interrupt() {
    signal("INT", pid());
  }

  static void signal(String signal, long pid) {
    try {
      int code = new ProcessBuilder("kill", "-" + signal, Long.toString(pid)).start().waitFor();
      if (code != 0) {
        throw new AssertionError("kill -" + signal + " " + pid + " gave " + code);
      }
    } catch (IOException e) {
      throw new AssertionError("cannot run kill", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }

  /** SIGKILL, for it alone; returns when it is gone. */
  void kill() {
    process.destroyForcibly();
    awaitExit(KILL_LIMIT);
  }

  /** Ends it and what it started, whatever state they are in. */
  @Override
  public void close() {
    List<ProcessHandle> children = process.descendants().toList();
    kill();
    children.forEach(ProcessHandle::destroyForcibly);
  }

  private static String required(String property) {
    String value = System.getProperty(property, "");
    if (value.isEmpty()) {
      throw new AssertionError("the system property " + property + " is not set; run with Maven");
    }
    return value;
  }

  private static void sleep() {
    try {
      Thread.sleep(POLL_MS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }
}
