package dev.varve.it;

import com.fasterxml.jackson.databind.JsonNode;
import dev.varve.bench.engine.StoreBench;
import dev.varve.sharding.fixture.ClusterYaml;
import dev.varve.sharding.fixture.ClusterYaml.Layout;
import dev.varve.sharding.fixture.TestCluster;
import dev.varve.testnet.CometRpc;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * A devnet under a constant load, on RocksDB and then on a cluster: what it commits, how evenly,
 * and whether the log grows; then {@code varve bench store} on the same servers. Run by hand:
 * {@code ClusterLoadBench LAYOUT SECONDS TX_PER_SECOND}.
 */
final class ClusterLoadBench {
  private static final int WARM_SECONDS = 20;

  private final Path folder;
  private final int seconds;
  private final int rate;
  private TestDevnet devnet;
  private CometRpc rpc;

  private ClusterLoadBench(Path folder, int seconds, int rate) {
    this.folder = folder;
    this.seconds = seconds;
    this.rate = rate;
  }

  public static void main(String[] args) throws Exception {
    Layout layout = Layout.valueOf(args[0]);
    int seconds = Integer.parseInt(args[1]);
    int rate = Integer.parseInt(args[2]);
    Path folder = Files.createTempDirectory("cluster-load");
    ClusterLoadBench bench = new ClusterLoadBench(folder, seconds, rate);
    double embedded = bench.run("rocksdb", "--disk", "rocksdb");
    double clustered;
    try (TestCluster servers =
        layout == Layout.SEVERAL_PRIMARIES ? TestCluster.start(4, 1) : TestCluster.start(2, 1)) {
      Path yaml = new ClusterYaml(servers, servers.createDatabase()).write(folder, layout);
      clustered = bench.run("mysql", "--disk", "mysql", "--cluster", yaml.toString());
      new StoreBench(System.err)
          .run(
              new StoreBench.Options(yaml, folder, 2_000, 250, 60, 5_000, false, false),
              System.out);
    }
    System.out.printf(Locale.ROOT, "%s to rocksdb: %.3f%n", layout, clustered / embedded);
    System.exit(0);
  }

  /** Transactions committed a second. */
  private double run(String disk, String... options) throws Exception {
    devnet = new TestDevnet(Files.createDirectory(folder.resolve(disk))).start(options);
    rpc = devnet.rpc();
    try (SteadyLoad load = new SteadyLoad(rpc.base(), rate)) {
      Thread.sleep(WARM_SECONDS * 1000L);
      long first = rpc.height();
      long begin = System.nanoTime();
      List<Log> minutes = new ArrayList<>();
      for (int minute = 1; minute * 60L <= Math.max(60, seconds); minute++) {
        minutes.add(report(disk, minute, Math.min(60, seconds)));
      }
      tellOfLog(disk, minutes);
      long last = rpc.height();
      double elapsed = (System.nanoTime() - begin) / 1e9;
      double committed = transactions(first, last) / seconds(first, last);
      System.out.printf(
          Locale.ROOT,
          "%s: blocks %d to %d in %.0f s, %.0f tx/s, p50 %.2f s and p95 %.2f s a block;"
              + " %d sent, %d refused%n",
          disk,
          first,
          last,
          elapsed,
          committed,
          between(first, last, 0.5),
          between(first, last, 0.95),
          load.sent(),
          load.refused());
      return committed;
    } finally {
      devnet.stop();
    }
  }

  /** The means of a minute. */
  private record Log(double mebibytes, double blocks) {}

  /** Whether it grows: the minute before has filled what is empty at first. */
  private static void tellOfLog(String disk, List<Log> minutes) {
    Log second = minutes.get(Math.min(1, minutes.size() - 1));
    Log last = minutes.get(minutes.size() - 1);
    System.out.printf(
        Locale.ROOT,
        "%s: log in minute two %.1f MiB, %.2f blocks not drained; in minute %d %.1f MiB, %.2f%n",
        disk,
        second.mebibytes(),
        second.blocks(),
        minutes.size(),
        last.mebibytes(),
        last.blocks());
  }

  /** What the log and the lag were in a minute. */
  private Log report(String disk, int minute, int length) throws Exception {
    long end = System.nanoTime() + Duration.ofSeconds(length).toNanos();
    long samples = 0;
    long lag = 0;
    long logBytes = 0;
    long maxLag = 0;
    while (System.nanoTime() < end) {
      JsonNode status = devnet.status();
      samples++;
      lag += status.path("lag_blocks").asLong();
      maxLag = Math.max(maxLag, status.path("lag_blocks").asLong());
      logBytes += status.path("log_bytes").asLong();
      Thread.sleep(200);
    }
    System.out.printf(
        Locale.ROOT,
        "%s, minute %d: height %d, lag %.1f blocks, at most %d, log %.1f MiB%n",
        disk,
        minute,
        rpc.height(),
        lag / (double) samples,
        maxLag,
        logBytes / (double) samples / (1 << 20));
    return new Log(logBytes / (double) samples / (1 << 20), lag / (double) samples);
  }

  private long transactions(long first, long last) {
    long sum = 0;
    for (long height = first + 1; height <= last; height++) {
      sum +=
          rpc.call("/blockchain?minHeight=" + height + "&maxHeight=" + height)
              .path("block_metas")
              .path(0)
              .path("num_txs")
              .asLong();
    }
    return sum;
  }

  private double seconds(long first, long last) {
    return Duration.between(time(first), time(last)).toNanos() / 1e9;
  }

  private double between(long first, long last, double part) {
    double[] all = new double[(int) (last - first)];
    Instant before = time(first);
    for (int i = 0; i < all.length; i++) {
      Instant time = time(first + 1 + i);
      all[i] = Duration.between(before, time).toNanos() / 1e9;
      before = time;
    }
    Arrays.sort(all);
    return all[(int) Math.ceil(all.length * part) - 1];
  }

  private Instant time(long height) {
    String text = rpc.call("/header?height=" + height).path("header").path("time").asText();
    return Instant.parse(text);
  }
}
