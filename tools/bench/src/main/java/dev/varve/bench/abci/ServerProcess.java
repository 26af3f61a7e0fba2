package dev.varve.bench.abci;

import dev.varve.bench.report.ChildProcess;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * A contender's process with its fresh home; {@link #close} ends the one and removes the other, and
 * so does the end of this JVM.
 */
final class ServerProcess implements AutoCloseable {
  private static final Duration START_LIMIT = Duration.ofSeconds(60);
  private static final long POLL_MS = 20;

  private final Contender contender;
  private final ChildProcess child;
  private final int port;
  private final int httpPort;

  private ServerProcess(Contender contender, ChildProcess child, int port, int httpPort) {
    this.contender = contender;
    this.child = child;
    this.port = port;
    this.httpPort = httpPort;
  }

  /** Starts the server in a new folder below {@code parent} and waits until it accepts. */
  static ServerProcess start(Contender contender, Path parent)
      throws BenchException, InterruptedException {
    ServerProcess server;
    try {
      Path root = Files.createTempDirectory(parent, "varve-bench-");
      Files.createDirectory(root.resolve("home"));
      int[] ports = freePorts();
      server = new ServerProcess(contender, ChildProcess.in(root), ports[0], ports[1]);
    } catch (IOException e) {
      throw new BenchException("no home for " + contender.name() + " below " + parent, e);
    }
    try {
      for (List<String> command : contender.setup()) {
        server.runToEnd(command);
      }
      server.awaitPort(server.launch(contender.command()));
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
        .replace("{home}", child.root().resolve("home").toString())
        .replace("{address}", address())
        .replace("{port}", Integer.toString(port))
        .replace("{http}", Integer.toString(httpPort));
  }

  private Process launch(List<String> command) throws IOException {
    return child.launch(command.stream().map(this::fill).toList());
  }

  private void runToEnd(List<String> command)
      throws IOException, BenchException, InterruptedException {
    Process process = launch(command);
    if (!process.waitFor(START_LIMIT.toSeconds(), TimeUnit.SECONDS)) {
      throw new BenchException(
          command + " did not end within " + START_LIMIT.toSeconds() + " s" + child.lastLines());
    }
    if (process.exitValue() != 0) {
      throw new BenchException(
          command + " ended with exit code " + process.exitValue() + child.lastLines());
    }
  }

  private void awaitPort(Process process) throws BenchException, InterruptedException {
    long limit = System.nanoTime() + START_LIMIT.toNanos();
    while (!accepts()) {
      if (!process.isAlive()) {
        throw new BenchException(
            contender.name() + " ended with exit code " + process.exitValue() + child.lastLines());
      }
      if (System.nanoTime() - limit > 0) {
        throw new BenchException(
            contender.name()
                + " does not listen on "
                + address()
                + " after "
                + START_LIMIT.toSeconds()
                + " s"
                + child.lastLines());
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

  private static int[] freePorts() throws IOException {
    try (ServerSocket first = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        ServerSocket second = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return new int[] {first.getLocalPort(), second.getLocalPort()};
    }
  }

  @Override
  public void close() {
    child.close();
  }
}
