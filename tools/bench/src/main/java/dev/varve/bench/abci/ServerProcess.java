package dev.varve.bench.abci;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A contender's process with its fresh home; {@link #close} ends the one and removes the other, and
 * so does the end of this JVM.
 */
final class ServerProcess implements AutoCloseable {
  private static final Duration START_LIMIT = Duration.ofSeconds(60);
  private static final Duration STOP_LIMIT = Duration.ofSeconds(15);
  private static final long POLL_MS = 20;
  private static final int LOG_LINES_SHOWN = 5;

  private final Contender contender;
  private final Path root;
  private final Path log;
  private final int port;
  private final int httpPort;
  private final Thread hook;
  private volatile Process process;

  private ServerProcess(Contender contender, Path root, int port, int httpPort) {
    this.contender = contender;
    this.root = root;
    this.log = root.resolve("log");
    this.port = port;
    this.httpPort = httpPort;
    this.hook = new Thread(this::endAndRemove, "bench-cleanup");
  }

  /** Starts the server in a new folder below {@code parent} and waits until it accepts. */
  static ServerProcess start(Contender contender, Path parent)
      throws BenchException, InterruptedException {
    ServerProcess server;
    try {
      Path root = Files.createTempDirectory(parent, "varve-bench-");
      Files.createDirectory(root.resolve("home"));
      int[] ports = freePorts();
      server = new ServerProcess(contender, root, ports[0], ports[1]);
    } catch (IOException e) {
      throw new BenchException("no home for " + contender.name() + " below " + parent, e);
    }
    Runtime.getRuntime().addShutdownHook(server.hook);
    try {
      for (List<String> command : contender.setup()) {
        server.runToEnd(command);
      }
      server.process = server.launch(contender.command());
      server.awaitPort();
      return server;
    } catch (IOException e) {
      server.close();
      throw new BenchException("cannot start " + contender.name() + ": " + e.getMessage(), e);
    } catch (BenchException | InterruptedException e) {
      server.close();
      throw e;
    }
  }

  String address() {
    return "tcp://127.0.0.1:" + port;
  }

  Optional<URI> metrics() {
    return contender.metrics().map(text -> URI.create(fill(text)));
  }

  private String fill(String argument) {
    return argument
        .replace("{home}", root.resolve("home").toString())
        .replace("{address}", address())
        .replace("{port}", Integer.toString(port))
        .replace("{http}", Integer.toString(httpPort));
  }

  private Process launch(List<String> command) throws IOException {
    return new ProcessBuilder(command.stream().map(this::fill).toList())
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
        .start();
  }

  private void runToEnd(List<String> command)
      throws IOException, BenchException, InterruptedException {
    process = launch(command);
    if (!process.waitFor(START_LIMIT.toSeconds(), TimeUnit.SECONDS)) {
      throw new BenchException(
          command + " did not end within " + START_LIMIT.toSeconds() + " s" + lastLines());
    }
    if (process.exitValue() != 0) {
      throw new BenchException(
          command + " ended with exit code " + process.exitValue() + lastLines());
    }
  }

  private void awaitPort() throws BenchException, InterruptedException {
    long limit = System.nanoTime() + START_LIMIT.toNanos();
    while (!accepts()) {
      if (!process.isAlive()) {
        throw new BenchException(
            contender.name() + " ended with exit code " + process.exitValue() + lastLines());
      }
      if (System.nanoTime() - limit > 0) {
        throw new BenchException(
            contender.name()
                + " does not listen on "
                + address()
                + " after "
                + START_LIMIT.toSeconds()
                + " s"
                + lastLines());
      }
      process.waitFor(POLL_MS, TimeUnit.MILLISECONDS);
    }
  }

  private boolean accepts() {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return socket.isConnected();
    } catch (IOException e) {
      return false;
    }
  }

  private String lastLines() {
    try {
      List<String> lines = Files.readAllLines(log, StandardCharsets.UTF_8);
      List<String> last = lines.subList(Math.max(0, lines.size() - LOG_LINES_SHOWN), lines.size());
      return last.isEmpty() ? "" : "; its last lines: " + String.join(" | ", last);
    } catch (IOException e) {
      return "; its log cannot be read: " + e.getMessage();
    }
  }

  private static int[] freePorts() throws IOException {
    try (ServerSocket first = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        ServerSocket second = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return new int[] {first.getLocalPort(), second.getLocalPort()};
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
    children.forEach(ProcessHandle::destroy);
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
