package dev.varve.storage.engine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** What fault runs on one store did, a row for each hundred seeds. Threads: any. */
final class FaultTable {
  private static final int ROW = 100;

  private final String store;
  private final Map<Long, FaultTally> runs = new TreeMap<>();

  FaultTable(String store) {
    this.store = store;
  }

  synchronized void add(long seed, FaultTally tally) {
    runs.put(seed, tally);
  }

  void write(Path docs) throws IOException {
    String text =
        """
        # Fault runs on %s

        The engine over a real store and real logs, under faults that a seed decides: commits,
        reads, stores that fail or are slow, calls that fail once, memory that fails, restarts,
        and kills (the files as they are at that moment are opened anew). What was acknowledged
        must read back right in between, all of it at the end, and from the disk store alone.
        Made by `mvn verify -Pfull`; a run is replayed with `-Dvarve.seed=<seed>`.

        Java %s, %d processors.

        %s"""
            .formatted(store, Runtime.version(), Runtime.getRuntime().availableProcessors(), this);
    Files.createDirectories(docs);
    Files.writeString(docs.resolve("fault-runs-" + store.toLowerCase(Locale.ROOT) + ".md"), text);
  }

  @Override
  public synchronized String toString() {
    StringBuilder out = new StringBuilder();
    out.append(runs.size()).append(" runs on ").append(store).append(", none failed.\n\n");
    out.append("| seeds from | to | commits | store faults | failed calls | memory failures |");
    out.append(" restarts | kills |\n| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n");
    FaultTally sum = FaultTally.NONE;
    FaultTally row = FaultTally.NONE;
    long from = 0;
    int inRow = 0;
    int left = runs.size();
    for (Map.Entry<Long, FaultTally> run : runs.entrySet()) {
      from = inRow == 0 ? run.getKey() : from;
      row = row.plus(run.getValue());
      inRow++;
      left--;
      if (inRow == ROW || left == 0) {
        out.append(line("" + from, "" + run.getKey(), row));
        sum = sum.plus(row);
        row = FaultTally.NONE;
        inRow = 0;
      }
    }
    return out.append(line("all", "", sum)).toString();
  }

  private static String line(String from, String to, FaultTally of) {
    return "| %s | %s | %d | %d | %d | %d | %d | %d |%n"
        .formatted(
            from,
            to,
            of.commits(),
            of.storeFaults(),
            of.failedCalls(),
            of.memoryFailures(),
            of.restarts(),
            of.kills());
  }
}
