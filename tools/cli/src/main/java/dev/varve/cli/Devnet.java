package dev.varve.cli;

import dev.varve.node.NodeConfig;
import dev.varve.testnet.CometBinary;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A chain on this machine, from nothing to blocks, until it is stopped or a part dies. */
final class Devnet {
  private static final Duration FIRST_BLOCK_LIMIT = Duration.ofMinutes(2);
  private static final long POLL_MS = 100;

  private DevnetOptions options;
  private final Path cacheFolder;
  private final Console console;
  private final StopSignal signal;
  private final String logLevel;
  private final List<Validator> validators = new ArrayList<>();

  Devnet(
      DevnetOptions options,
      Path cacheFolder,
      Console console,
      StopSignal signal,
      String logLevel) {
    this.logLevel = logLevel;
    this.options = options;
    this.cacheFolder = cacheFolder;
    this.console = console;
    this.signal = signal;
  }

  /** Runs the chain; returns the exit code. */
  int run() {
    if (options.cluster() != null) {
      NodeConfig.requireCluster(options.cluster());
    }
    try (DevnetHome home = new DevnetHome(options.home())) {
      signal.interruptible();
      DevnetMarker marker;
      CometBinary comet;
      try {
        Optional<DevnetMarker> existing = open(home);
        existing.ifPresentOrElse(
            found -> requireQuiet(home, found), () -> requireFreePorts(options.newMarker("")));
        comet = find(existing);
        marker = existing.isPresent() ? existing.get() : create(home, comet);
      } finally {
        signal.uninterruptible();
      }
      Logs.toFile(home.logFile(), logLevel);
      console.line("home     " + options.home());
      console.line("CometBFT " + comet.version() + ", " + comet.path());
      return start(home, marker, comet);
    } catch (RuntimeException e) {
      if (signal.isAsked()) {
        return stoppedEarly();
      }
      throw e;
    }
  }

  private Optional<DevnetMarker> open(DevnetHome home) {
    Optional<DevnetMarker> existing = home.open();
    if (options.fresh() && existing.isPresent()) {
      requireNoLeftovers(home, existing.get());
      home.wipe();
      options = options.withPortBaseOf(existing.get());
      return Optional.empty();
    }
    existing.ifPresent(options::requireSame);
    return existing;
  }

  private CometBinary find(Optional<DevnetMarker> existing) {
    String asked = options.cometbft();
    if (asked == null && existing.isPresent()) {
      DevnetMarker marker = existing.get();
      asked =
          marker.cometbftPath() != null
              ? marker.cometbftPath()
              : DevnetMarker.line(marker.cometbft());
    }
    existing.ifPresent(
        marker ->
            CometOption.line(options.cometbft())
                .ifPresent(line -> options.requireSameLine(marker, line)));
    CometBinary comet;
    try (Console.Progress progress = console.progress("looking for CometBFT")) {
      comet = CometBinary.find(asked, cacheFolder, progress::update);
    }
    existing.ifPresent(marker -> options.requireSameLine(marker, comet.version()));
    return comet;
  }

  private DevnetMarker create(DevnetHome home, CometBinary comet) {
    DevnetMarker marker = options.newMarker(comet.version());
    try (Console.Progress progress = console.progress("making the home")) {
      home.create(marker, options, comet);
    }
    return marker;
  }

  private void requireQuiet(DevnetHome home, DevnetMarker marker) {
    requireNoLeftovers(home, marker);
    requireFreePorts(marker);
  }

  private void requireNoLeftovers(DevnetHome home, DevnetMarker marker) {
    for (int i = 0; i < marker.validators(); i++) {
      new Leftover(home.node(i).cometHome()).requireGone(console);
    }
  }

  private static void requireFreePorts(DevnetMarker marker) {
    for (int i = 0; i < marker.validators(); i++) {
      new Ports(marker.portBase(), i).requireFree();
    }
  }

  private int start(DevnetHome home, DevnetMarker marker, CometBinary comet) {
    CompletableFuture<String> death = new CompletableFuture<>();
    try {
      try (Console.Progress progress = console.progress("starting the nodes")) {
        for (int i = 0; i < marker.validators() && !signal.isAsked(); i++) {
          Validator validator = Validator.start("validator " + i, home.node(i), comet, Map.of());
          validators.add(validator);
          var unused = validator.death().thenAccept(death::complete);
        }
        progress.update("waiting for the first block");
        waitForBlocks(death);
      }
      if (signal.isAsked()) {
        return stoppedEarly();
      }
      if (!death.isDone()) {
        announce(marker);
        follow(death);
      }
      return stop(death);
    } finally {
      stopAll();
    }
  }

  private void waitForBlocks(CompletableFuture<String> death) {
    long deadline = System.nanoTime() + FIRST_BLOCK_LIMIT.toNanos();
    while (!validators.stream().allMatch(Validator::hasCommitted)) {
      if (await(death, POLL_MS)) {
        return;
      }
      if (System.nanoTime() > deadline) {
        death.complete(
            "no block within "
                + FIRST_BLOCK_LIMIT.toSeconds()
                + " s; see "
                + validators.get(0).comet().logFile());
        return;
      }
    }
  }

  /** Waits a while for an end; returns whether it came. */
  private boolean await(CompletableFuture<String> death, long limitMs) {
    try {
      CompletableFuture.anyOf(death, signal.asked()).get(limitMs, TimeUnit.MILLISECONDS);
      return true;
    } catch (TimeoutException e) {
      return false;
    } catch (InterruptedException | ExecutionException e) {
      throw CliException.failed("waiting failed: " + e, e);
    }
  }

  private void announce(DevnetMarker marker) {
    console.line(console.good("ready"));
    for (int i = 0; i < validators.size(); i++) {
      console.line("node     " + validators.get(i).rpc());
      console.line("gateway  " + gateway(marker, i));
    }
    String gateway = gateway(marker, 0);
    console.line("write a key and read it before its block, then through the node, after it:");
    console.line("  curl -s '" + gateway + "/broadcast_tx_sync?tx=\"a=1\"'");
    console.line("  curl -s '" + gateway + "/abci_query?data=\"a\"'");
    console.line("  curl -s '" + validators.get(0).rpc() + "/abci_query?data=\"a\"'");
    console.line("Ctrl-C stops everything; the same command goes on from there");
  }

  private static String gateway(DevnetMarker marker, int validator) {
    return "http://127.0.0.1:" + new Ports(marker.portBase(), validator).http();
  }

  private void follow(CompletableFuture<String> death) {
    StatusLine status = new StatusLine(validators);
    long everyMs = console.terminal() ? 1_000 : 10_000;
    while (!await(death, everyMs)) {
      String text = status.next();
      if (console.terminal()) {
        console.live(text);
      } else {
        console.line(text);
      }
    }
    console.endLive();
  }

  private int stop(CompletableFuture<String> death) {
    if (signal.isAsked()) {
      console.line("stopping");
      return 0;
    }
    console.error(console.bad("stopping: ") + death.getNow(""));
    return CliException.FAILED;
  }

  private int stoppedEarly() {
    console.error("stopped before the chain was ready");
    return CliException.FAILED;
  }

  /** Nodes first, all at once; then the applications. */
  private void stopAll() {
    try (Console.Progress progress = console.progress("stopping")) {
      List<Thread> stops = new ArrayList<>();
      for (Validator validator : validators) {
        Thread thread = new Thread(validator::stopComet, "stop-" + validator.comet().pid());
        thread.start();
        stops.add(thread);
      }
      for (Thread thread : stops) {
        thread.join();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      validators.forEach(Validator::close);
    }
  }
}
