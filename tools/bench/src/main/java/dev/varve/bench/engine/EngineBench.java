package dev.varve.bench.engine;

import dev.varve.bench.report.Figure;
import dev.varve.bench.report.Machine;
import dev.varve.bench.report.Progress;
import dev.varve.storage.StorageException;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Measures the storage engine whole, through its public interface, each figure beside a baseline of
 * the same run.
 *
 * <p>{@link #run} blocks until the end. One thread at a time; interrupting it ends the run.
 */
public final class EngineBench {
  /** Exit code: measured. */
  public static final int DONE = 0;

  /** Exit code: something failed. */
  public static final int FAILED = 1;

  /** Exit code: what was asked makes no sense. */
  public static final int USAGE = 2;

  /** The benchmarks, in their order. */
  public static final List<String> GROUPS =
      List.of(
          CommitBench.NAME,
          HitBench.NAME,
          MissBench.NAME,
          AppendBench.NAME,
          CatchUpBench.NAME,
          OutageBench.NAME);

  static final int MAX_TXS = 10_000;
  static final int MIN_TX_BYTES = 32;
  static final int MAX_TX_BYTES = 4_096;
  static final int MIN_BLOCKS = 4;
  static final int MAX_BLOCKS = 400;

  private final PrintStream err;

  /**
   * A bench that reports errors and progress to {@code err}.
   *
   * @param err usually standard error
   */
  public EngineBench(PrintStream err) {
    this.err = Objects.requireNonNull(err, "err");
  }

  /**
   * What to measure.
   *
   * @param groups which of {@link #GROUPS}
   * @param folder where homes are made, and removed from; what is forced there is measured
   * @param txs transactions a block, 1 to 10,000
   * @param txBytes bytes of a transaction, 32 to 4,096
   * @param blocks measured blocks of a case, 4 to 400
   * @param json whether the report is JSON instead of a table
   * @param progress whether to show a line that updates in place; for a terminal
   */
  public record Options(
      List<String> groups,
      Path folder,
      int txs,
      int txBytes,
      int blocks,
      boolean json,
      boolean progress) {
    public Options {
      groups = List.copyOf(groups);
      for (String group : groups) {
        if (!GROUPS.contains(group)) {
          throw new IllegalArgumentException(
              "no benchmark " + group + ": there are " + String.join(", ", GROUPS));
        }
      }
      require("txs", txs, 1, MAX_TXS);
      require("tx-bytes", txBytes, MIN_TX_BYTES, MAX_TX_BYTES);
      require("blocks", blocks, MIN_BLOCKS, MAX_BLOCKS);
    }

    static void require(String name, long value, long least, long most) {
      if (value < least || value > most) {
        throw new IllegalArgumentException(
            name + " is " + value + ": allowed is " + least + " to " + most);
      }
    }
  }

  @FunctionalInterface
  private interface Bench {
    List<Figure> run() throws IOException, InterruptedException;
  }

  /**
   * Measures, and prints the report to {@code out}; a failure is one line on the error stream.
   *
   * @return {@link #DONE} or {@link #FAILED}
   */
  public int run(Options options, PrintStream out) {
    Progress progress = new Progress(err, options.progress());
    BlockMaker maker = new BlockMaker(options.txs(), options.txBytes());
    Setup setup = new Setup(options.folder(), maker, options.blocks(), progress);
    try {
      List<Figure> figures = new ArrayList<>();
      for (Map.Entry<String, Bench> bench : benches(setup).entrySet()) {
        if (options.groups().contains(bench.getKey())) {
          figures.addAll(bench.getValue().run());
        }
      }
      progress.clear();
      Report report =
          new Report(
              Machine.here(),
              Machine.fileSystem(options.folder()),
              options.txs(),
              options.txBytes(),
              options.blocks());
      out.print(options.json() ? report.json(figures) : report.table(figures));
      out.flush();
      return DONE;
    } catch (IOException | StorageException | IllegalStateException e) {
      progress.clear();
      err.println("bench: " + e.getMessage());
      return FAILED;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      progress.clear();
      err.println("bench: interrupted");
      return FAILED;
    }
  }

  private static Map<String, Bench> benches(Setup setup) {
    Map<String, Bench> benches = new LinkedHashMap<>();
    benches.put(CommitBench.NAME, () -> new CommitBench(setup).run());
    benches.put(HitBench.NAME, () -> new HitBench(setup).run());
    benches.put(MissBench.NAME, () -> new MissBench(setup).run());
    benches.put(AppendBench.NAME, () -> new AppendBench(setup).run());
    benches.put(CatchUpBench.NAME, () -> new CatchUpBench(setup).run());
    benches.put(OutageBench.NAME, () -> new OutageBench(setup).run());
    return benches;
  }
}
