package dev.varve.bench.uplink;

import dev.varve.bench.report.ChildProcess;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * A devnet of one validator in a fresh home, for the time of a run; {@link #close} ends it and
 * removes the home, and so does the end of this JVM.
 */
final class Devnet implements AutoCloseable {
  private static final int START_LIMIT_SECONDS = 300;
  private static final int PORTS = 4;
  private static final int CLOCK_TICKS = 100; // USER_HZ of Linux, whatever the kernel's own is

  private final ChildProcess child;
  private final URI node;
  private final URI gateway;

  private Devnet(ChildProcess child, URI node, URI gateway) {
    this.child = child;
    this.node = node;
    this.gateway = gateway;
  }

  /**
   * Starts one.
   *
   * @param launcher the words that run the {@code varve} command
   * @param options more of {@code varve devnet}
   */
  static Devnet start(List<String> launcher, Path parent, List<String> options)
      throws IOException, InterruptedException {
    Path root = Files.createTempDirectory(parent, "varve-bench-");
    int base = freeBase();
    List<String> words = new ArrayList<>(launcher);
    words.addAll(
        List.of("devnet", "--home", root.resolve("home").toString(), "--port-base", "" + base));
    words.addAll(options);
    ChildProcess child = ChildProcess.start("the devnet", words, root);
    try {
      awaitReady(child);
    } catch (IOException | InterruptedException e) {
      child.close();
      throw e;
    }
    return new Devnet(
        child,
        URI.create("http://127.0.0.1:" + (base + 1)),
        URI.create("http://127.0.0.1:" + (base + 3)));
  }

  private static void awaitReady(ChildProcess child) throws IOException, InterruptedException {
    long limit = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_LIMIT_SECONDS);
    while (!isReady(child.log())) {
      if (!child.process().isAlive() || System.nanoTime() - limit > 0) {
        throw new IOException("the devnet did not get ready" + child.lastLines());
      }
      child.process().waitFor(100, TimeUnit.MILLISECONDS);
    }
  }

  private static boolean isReady(Path log) throws IOException {
    try (BufferedReader lines = Files.newBufferedReader(log, StandardCharsets.UTF_8)) {
      return lines.lines().anyMatch("ready"::equals);
    }
  }

  URI node() {
    return node;
  }

  URI gateway() {
    return gateway;
  }

  /** Processor time that the application with its gateway has taken, in seconds. */
  double applicationSeconds() throws IOException {
    return seconds(child.process().toHandle());
  }

  /** Processor time that the node has taken, in seconds. */
  double nodeSeconds() throws IOException {
    Optional<ProcessHandle> comet = child.process().descendants().findFirst();
    return comet.isPresent() ? seconds(comet.get()) : Double.NaN;
  }

  /** User and system time, fields 14 and 15 of proc(5)'s stat, behind the name in brackets. */
  private static double seconds(ProcessHandle process) throws IOException {
    String stat = Files.readString(Path.of("/proc/" + process.pid() + "/stat"));
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
    return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) / (double) CLOCK_TICKS;
  }

  /** Below the ports that systems give to clients. */
  private static int freeBase() throws IOException {
    for (int attempt = 0; attempt < 100; attempt++) {
      int base = ThreadLocalRandom.current().nextInt(1_000, 3_000) * 10;
      if (areFree(base)) {
        return base;
      }
    }
    throw new IOException("no four free ports in a row in 100 attempts");
  }

  private static boolean areFree(int base) {
    for (int port = base; port < base + PORTS; port++) {
      try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
        if (!socket.isBound()) {
          return false;
        }
      } catch (IOException e) {
        return false;
      }
    }
    return true;
  }

  @Override
  public void close() {
    child.close();
  }
}
