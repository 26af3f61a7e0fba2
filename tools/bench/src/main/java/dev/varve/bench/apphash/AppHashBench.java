package dev.varve.bench.apphash;

import dev.varve.ledger.commitment.StateCommitment;
import dev.varve.storage.StateWrite;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Measures the cost of the app hash a write, at several sizes of the state, and that of a sparse
 * Merkle tree in the same run.
 *
 * <p>Times are microseconds of the thread's processor time a write, so that other load on the
 * machine counts only where it takes the caches; medians over rounds. {@code total} is the whole of
 * {@link StateCommitment#apply}, {@code digest} the SHA-256 of the same keys and values on their
 * own, which every scheme pays, {@code own} the difference; {@code sparse} is the baseline without
 * digests.
 */
public final class AppHashBench {
  private static final int LOAD_BLOCK = 5_000;

  private final ThreadMXBean cpu = ManagementFactory.getThreadMXBean();
  private final PrintStream out;
  private final Options options;
  private final List<Row> rows = new ArrayList<>();

  private AppHashBench(PrintStream out, Options options) {
    this.out = out;
    this.options = options;
  }

  /** Runs the benchmark and prints an aligned table, or JSON. */
  public static void run(PrintStream out, Options options) {
    new AppHashBench(out, options).run();
  }

  /**
   * {@code [--json] [--rounds N] [--writes N] [--value BYTES] [--keys N,N] [--blocks N,N]
   * [--no-baseline]}.
   */
  public static void main(String[] args) {
    run(System.out, Options.parse(args));
  }

  private void run() {
    measure(options.keys().get(0), false);
    for (int keys : options.keys()) {
      measure(keys, true);
    }
    if (options.json()) {
      printJson();
    } else {
      printTable();
    }
  }

  private void measure(int keys, boolean keep) {
    List<double[][]> ours = new ArrayList<>();
    double bytesPerKey = measureOurs(keys, ours);
    List<double[]> sparse = options.baseline() ? measureSparse(keys) : null;
    if (!keep) {
      return;
    }
    int at = 0;
    for (int block : options.blocks()) {
      for (Workload.Kind kind : Workload.Kind.values()) {
        double[][] times = ours.get(at);
        double total = median(times[0]);
        double digest = median(times[1]);
        rows.add(
            new Row(
                keys,
                block,
                kind,
                total,
                digest,
                total - digest,
                sparse == null ? Double.NaN : median(sparse.get(at)),
                bytesPerKey,
                max(times[2])));
        at++;
      }
    }
  }

  /** Adds total and digest times of each case; returns the heap a key takes. */
  private double measureOurs(int keys, List<double[][]> results) {
    Workload workload = new Workload(1, options.valueBytes());
    Digests digests = new Digests();
    long before = usedHeap();
    StateCommitment commitment = StateCommitment.empty();
    while (workload.liveKeys() < keys) {
      commitment.apply(workload.height(), workload.next(Workload.Kind.INSERT, LOAD_BLOCK));
    }
    double bytesPerKey = (double) (usedHeap() - before) / keys;
    for (int written = 0; written < keys; written += LOAD_BLOCK) {
      commitment.apply(workload.height(), workload.next(Workload.Kind.OVERWRITE, LOAD_BLOCK));
    }
    for (int block : options.blocks()) {
      for (Workload.Kind kind : Workload.Kind.values()) {
        double[][] times = new double[3][options.rounds()];
        for (int round = 0; round < options.rounds(); round++) {
          int blocks = Math.max(1, options.writes() / block);
          long total = 0;
          long digest = 0;
          long longest = 0;
          long live = workload.liveKeys();
          for (int i = 0; i < blocks; i++) {
            List<StateWrite> writes = workload.next(kind, block);
            long start = cpu.getCurrentThreadCpuTime();
            digests.of(writes);
            long middle = cpu.getCurrentThreadCpuTime();
            commitment.apply(workload.height(), writes);
            long end = cpu.getCurrentThreadCpuTime();
            digest += middle - start;
            total += end - middle;
            longest = Math.max(longest, end - middle);
          }
          times[0][round] = total / 1e3 / blocks / block;
          times[1][round] = digest / 1e3 / blocks / block;
          times[2][round] = longest / 1e6;
          takeBack(commitment, workload, live);
        }
        results.add(times);
      }
    }
    return bytesPerKey;
  }

  /**
   * Deletes what a round inserted, and overwrites keys until the log that the deletes left too long
   * has been compacted: the next round is not to pay for it. What compaction after deletes costs
   * shows where deletes are part of the case.
   */
  private static void takeBack(StateCommitment commitment, Workload workload, long live) {
    long debt = 3 * (workload.liveKeys() - live);
    while (workload.liveKeys() > live) {
      int rest = (int) Math.min(LOAD_BLOCK, workload.liveKeys() - live);
      commitment.apply(workload.height(), workload.undo(rest));
    }
    for (; debt > 0; debt -= LOAD_BLOCK) {
      commitment.apply(workload.height(), workload.next(Workload.Kind.OVERWRITE, LOAD_BLOCK));
    }
  }

  /** The baseline deletes nothing: inserts leave its state larger for the next case. */
  private List<double[]> measureSparse(int keys) {
    Workload workload = new Workload(1, options.valueBytes());
    Digests digests = new Digests();
    SparseTree tree = new SparseTree();
    while (workload.liveKeys() < keys) {
      tree.apply(digests.of(workload.next(Workload.Kind.INSERT, LOAD_BLOCK)), LOAD_BLOCK);
    }
    List<double[]> results = new ArrayList<>();
    for (int block : options.blocks()) {
      for (Workload.Kind kind : Workload.Kind.values()) {
        double[] times = new double[options.rounds()];
        Arrays.fill(times, Double.NaN);
        for (int round = 0; round < options.rounds() && !kind.deletes(); round++) {
          int blocks = Math.max(1, options.writes() / block);
          long total = 0;
          for (int i = 0; i < blocks; i++) {
            byte[] entries = digests.of(workload.next(kind, block));
            long start = cpu.getCurrentThreadCpuTime();
            tree.apply(entries, block);
            total += cpu.getCurrentThreadCpuTime() - start;
          }
          times[round] = total / 1e3 / blocks / block;
        }
        results.add(times);
      }
    }
    if (tree.rootHash().length == 0) {
      throw new IllegalStateException("the baseline has no root");
    }
    return results;
  }

  private void printTable() {
    out.printf(
        Locale.ROOT,
        "app hash, us of processor time a write, medians of %d rounds of %d writes,"
            + " values of %d bytes, %s%n",
        options.rounds(),
        options.writes(),
        options.valueBytes(),
        Runtime.version());
    out.printf(
        "%9s %6s %-9s %7s %7s %7s %7s %11s %9s%n",
        "keys", "block", "writes", "total", "digest", "own", "sparse", "heap B/key", "worst ms");
    for (Row row : rows) {
      out.printf(
          Locale.ROOT,
          "%9d %6d %-9s %7.2f %7.2f %7.2f %7s %11.1f %9.1f%n",
          row.keys(),
          row.block(),
          row.name(),
          row.total(),
          row.digest(),
          row.own(),
          cell(row.sparse()),
          row.bytesPerKey(),
          row.worstMs());
    }
    int cases = options.blocks().size() * Workload.Kind.values().length;
    for (int i = 0; i + cases < rows.size(); i++) {
      Row small = rows.get(i % cases);
      Row large = rows.get(i + cases);
      out.printf(
          Locale.ROOT,
          "%d keys to %d, block %d, %s: own x%.2f, sparse x%s%n",
          small.keys(),
          large.keys(),
          small.block(),
          small.name(),
          large.own() / small.own(),
          cell(large.sparse() / small.sparse()));
    }
  }

  private void printJson() {
    List<String> objects = new ArrayList<>();
    for (Row row : rows) {
      objects.add(
          String.format(
              Locale.ROOT,
              "{\"keys\":%d,\"block\":%d,\"writes\":\"%s\",\"total_us\":%.3f,\"digest_us\":%.3f,"
                  + "\"own_us\":%.3f,\"sparse_us\":%s,\"heap_bytes_per_key\":%.1f,"
                  + "\"worst_block_ms\":%.1f}",
              row.keys(),
              row.block(),
              row.name(),
              row.total(),
              row.digest(),
              row.own(),
              Double.isNaN(row.sparse()) ? "null" : cell(row.sparse()),
              row.bytesPerKey(),
              row.worstMs()));
    }
    out.printf(
        "{\"bench\":\"apphash\",\"jdk\":\"%s\",\"rows\":[%s]}%n",
        Runtime.version(), String.join(",", objects));
  }

  /** What was not measured is a dash. */
  private static String cell(double value) {
    return Double.isNaN(value) ? "-" : String.format(Locale.ROOT, "%.2f", value);
  }

  private static long usedHeap() {
    System.gc();
    Runtime runtime = Runtime.getRuntime();
    return runtime.totalMemory() - runtime.freeMemory();
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }

  private static double max(double[] values) {
    return Arrays.stream(values).max().orElse(0);
  }

  private record Row(
      int keys,
      int block,
      Workload.Kind kind,
      double total,
      double digest,
      double own,
      double sparse,
      double bytesPerKey,
      double worstMs) {
    String name() {
      return kind.name().toLowerCase(Locale.ROOT);
    }
  }
}
