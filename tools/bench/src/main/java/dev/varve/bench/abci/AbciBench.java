package dev.varve.bench.abci;

import dev.varve.abci.AbciClient;
import dev.varve.bench.report.Machine;
import dev.varve.bench.report.Progress;
import java.io.PrintStream;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Measures an ABCI 2.0 server over its socket as a node drives it, or two servers in turn.
 *
 * <p>{@link #run} blocks until the end. One thread at a time; interrupting it ends the run.
 */
public final class AbciBench {
  /** Exit code: measured. */
  public static final int DONE = 0;

  /** Exit code: a server did not start, did not answer or answered wrongly. */
  public static final int FAILED = 1;

  private static final int MIN_ROUNDS = 3;
  private static final int MAX_ROUNDS = 99;

  private final PrintStream err;

  /**
   * A bench that reports errors and progress to {@code err}.
   *
   * @param err usually standard error
   */
  public AbciBench(PrintStream err) {
    this.err = Objects.requireNonNull(err, "err");
  }

  /**
   * What to measure.
   *
   * @param load the blocks to send
   * @param target the server, or the servers
   * @param json whether the report is JSON instead of tables
   * @param progress whether to show a line that updates in place; for a terminal
   */
  public record Options(Load load, Target target, boolean json, boolean progress) {}

  /** Who is measured. */
  public sealed interface Target {}

  /**
   * A server that runs already.
   *
   * @param address {@code tcp://HOST:PORT} or {@code unix://PATH}
   * @param metrics its Prometheus endpoint, where forces per block are wanted
   */
  public record Server(String address, Optional<URI> metrics) implements Target {
    public Server {
      AbciClient.requireAddress(address);
    }
  }

  /**
   * Two servers that are started afresh for every round and block size.
   *
   * @param base the one that ratios are taken to
   * @param other the one that is compared with it
   * @param rounds how often each runs, 3 to 99; the order is swapped every time
   * @param homes the folder their homes are made in, and removed from
   */
  public record Comparison(Contender base, Contender other, int rounds, Path homes)
      implements Target {
    public Comparison {
      if (rounds < MIN_ROUNDS || rounds > MAX_ROUNDS) {
        throw new IllegalArgumentException(
            "rounds is " + rounds + ": allowed is " + MIN_ROUNDS + " to " + MAX_ROUNDS);
      }
    }
  }

  /**
   * Measures, and prints the report to {@code out}; a failure is one line on the error stream.
   *
   * @return {@link #DONE} or {@link #FAILED}
   */
  public int run(Options options, PrintStream out) {
    Progress progress = new Progress(err, options.progress());
    LoadRunner runner = new LoadRunner(options.load(), Genesis.standard(), progress);
    Report report = new Report(options.load(), Machine.here());
    try {
      if (options.target() instanceof Comparison comparison) {
        List<ComparedSize> sizes =
            new ComparisonRunner(runner, comparison.homes())
                .run(comparison, options.load().blockSizes());
        out.print(
            options.json()
                ? new JsonReport(report).comparison(comparison, sizes)
                : report.comparison(comparison, sizes));
      } else {
        Server server = (Server) options.target();
        List<RunFigures> runs = new ArrayList<>();
        for (int size : options.load().blockSizes()) {
          runs.add(runner.run("server", server.address(), server.metrics(), size));
        }
        out.print(
            options.json() ? new JsonReport(report).single(runs) : report.single(server, runs));
      }
      out.flush();
      return DONE;
    } catch (BenchException e) {
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
}
