package dev.varve.bench.engine;

import dev.varve.bench.report.Figure;
import dev.varve.bench.report.Machine;
import dev.varve.bench.report.Progress;
import dev.varve.sharding.ClusterConfigException;
import dev.varve.storage.StorageException;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;

/**
 * Measures a SQL cluster as a disk store beside RocksDB: how fast a log full of blocks is drained,
 * and how long reads take that memory, a replica, a primary and RocksDB answer.
 *
 * <p>Works in databases of its own, whose names are those of the cluster with a suffix, and drops
 * them at the end. {@link #run} blocks until then. One thread at a time; interrupting it ends the
 * run.
 */
public final class StoreBench {
  private static final int MAX_READS = 1_000_000;

  private final PrintStream err;

  /**
   * A bench that reports errors and progress to {@code err}.
   *
   * @param err usually standard error
   */
  public StoreBench(PrintStream err) {
    this.err = err;
  }

  /**
   * What to measure.
   *
   * @param cluster the cluster.yaml
   * @param folder where the log and the RocksDB beside it are made, and removed from
   * @param txs transactions a block, 1 to 10,000
   * @param txBytes bytes of a transaction, 32 to 4,096
   * @param blocks blocks of the backlog, 4 to 400
   * @param reads of each kind, 100 to 1,000,000
   * @param json whether the report is JSON instead of a table
   * @param progress whether to show a line that updates in place; for a terminal
   */
  public record Options(
      Path cluster,
      Path folder,
      int txs,
      int txBytes,
      int blocks,
      int reads,
      boolean json,
      boolean progress) {
    public Options {
      EngineBench.Options.require("txs", txs, 1, EngineBench.MAX_TXS);
      EngineBench.Options.require(
          "tx-bytes", txBytes, EngineBench.MIN_TX_BYTES, EngineBench.MAX_TX_BYTES);
      EngineBench.Options.require("blocks", blocks, EngineBench.MIN_BLOCKS, EngineBench.MAX_BLOCKS);
      EngineBench.Options.require("reads", reads, 100, MAX_READS);
    }
  }

  /**
   * Measures, and prints the report to {@code out}; a failure is one line on the error stream.
   *
   * @return {@link EngineBench#DONE}, {@link EngineBench#FAILED}, or {@link EngineBench#USAGE} for
   *     a cluster.yaml that is missing or not as it should be
   */
  public int run(Options options, PrintStream out) {
    Progress progress = new Progress(err, options.progress());
    try {
      List<Figure> figures = new StoreRun(options, progress).figures();
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
      return EngineBench.DONE;
    } catch (IOException | SQLException | StorageException | IllegalStateException e) {
      progress.clear();
      err.println("bench: " + e.getMessage());
    } catch (ClusterConfigException e) {
      progress.clear();
      err.println("bench: " + e.getMessage());
      return EngineBench.USAGE;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      progress.clear();
      err.println("bench: interrupted");
    }
    return EngineBench.FAILED;
  }
}
