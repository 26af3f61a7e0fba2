package dev.varve.bench.uplink;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.varve.bench.report.Figure;
import dev.varve.bench.report.FigureTable;
import dev.varve.bench.report.Machine;
import dev.varve.bench.report.Progress;
import java.io.IOException;
import java.io.PrintStream;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/**
 * Measures an uplink gateway on a devnet of its own, beside its node in the same run.
 *
 * <p>{@link #run} blocks until the end. One thread at a time; interrupting it ends the run.
 */
public final class UplinkBench {
  /** Exit code: measured. */
  public static final int DONE = 0;

  /** Exit code: something failed. */
  public static final int FAILED = 1;

  /** The benchmarks, in their order. */
  public static final List<String> GROUPS =
      List.of("ack", "saturation", "readable", "read", "chain");

  private static final int MIN_SECONDS = 1;
  private static final int MAX_SECONDS = 600;

  private final PrintStream err;

  /**
   * A bench that reports errors and progress to {@code err}.
   *
   * @param err usually standard error
   */
  public UplinkBench(PrintStream err) {
    this.err = Objects.requireNonNull(err, "err");
  }

  /**
   * What to measure.
   *
   * @param groups which of {@link #GROUPS}
   * @param launcher the words that run the {@code varve} command
   * @param devnetOptions more of {@code varve devnet}, such as {@code --disk leveldb}
   * @param folder where the home is made, and removed from; what is forced there is measured
   * @param seconds how long each case takes, 1 to 600
   * @param json whether the report is JSON instead of a table
   * @param progress whether to show a line that updates in place; for a terminal
   */
  public record Options(
      List<String> groups,
      List<String> launcher,
      List<String> devnetOptions,
      Path folder,
      int seconds,
      boolean json,
      boolean progress) {
    public Options {
      groups = List.copyOf(groups);
      launcher = List.copyOf(launcher);
      devnetOptions = List.copyOf(devnetOptions);
      for (String group : groups) {
        if (!GROUPS.contains(group)) {
          throw new IllegalArgumentException(
              "no benchmark " + group + ": there are " + String.join(", ", GROUPS));
        }
      }
      if (seconds < MIN_SECONDS || seconds > MAX_SECONDS) {
        throw new IllegalArgumentException(
            "seconds is " + seconds + ": allowed is " + MIN_SECONDS + " to " + MAX_SECONDS);
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
    progress.show("starting a devnet");
    try (Devnet devnet =
        Devnet.start(options.launcher(), options.folder(), options.devnetOptions())) {
      UplinkRun run = new UplinkRun(devnet, options.seconds(), progress);
      run.warmUp();
      List<Figure> figures = new ArrayList<>();
      for (String group : GROUPS) {
        if (options.groups().contains(group)) {
          figures.addAll(run.measure(group));
        }
      }
      progress.clear();
      out.print(report(options, figures));
      out.flush();
      return DONE;
    } catch (IOException | IllegalStateException e) {
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

  private static String report(Options options, List<Figure> figures) throws IOException {
    Machine machine = Machine.here();
    String fileSystem = Machine.fileSystem(options.folder());
    if (!options.json()) {
      return String.format(
          Locale.ROOT,
          "%s, files on %s%na devnet of one validator, %d s a case%n%n%s",
          machine.line(),
          fileSystem,
          options.seconds(),
          FigureTable.text(figures));
    }
    StringWriter text = new StringWriter();
    try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
      json.useDefaultPrettyPrinter();
      json.writeStartObject();
      json.writeNumberField("seconds", options.seconds());
      FigureTable.json(json, machine, fileSystem, figures);
      json.writeEndObject();
    }
    return text.append('\n').toString();
  }
}
