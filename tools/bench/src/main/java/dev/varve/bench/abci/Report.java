package dev.varve.bench.abci;

import dev.varve.bench.report.Machine;
import dev.varve.bench.report.Samples;
import dev.varve.bench.report.TextTable;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** The tables that people read. */
record Report(Load load, Machine machine) {
  private static final String FIRST =
      "first " + RunFigures.FIRST_BLOCKS + " blocks " + Call.FINALIZE_AND_COMMIT.label();

  String single(AbciBench.Server server, List<RunFigures> runs) {
    TextTable table =
        new TextTable("txs/block", "call", "blocks", "tx/s", "p50 ms", "p99 ms", "forces/block");
    for (RunFigures run : runs) {
      for (CallFigures call : run.calls().values()) {
        boolean whole = call.call() == Call.FINALIZE_AND_COMMIT;
        table.row(
            Integer.toString(run.blockSize()),
            call.call().label(),
            Integer.toString(run.blocks()),
            count(call.txPerSecond()),
            ms(call.p50Ms()),
            ms(call.p99Ms()),
            whole && run.forcesPerBlock().isPresent()
                ? ratio(run.forcesPerBlock().getAsDouble())
                : "");
      }
      table.row(
          Integer.toString(run.blockSize()),
          FIRST,
          Integer.toString(Math.min(RunFigures.FIRST_BLOCKS, run.warmupBlocks() + run.blocks())),
          count(run.firstTxPerSecond()),
          "",
          "",
          "");
    }
    return head(server.address()) + table.render();
  }

  String comparison(AbciBench.Comparison comparison, List<ComparedSize> sizes) {
    String base = comparison.base().name();
    String other = comparison.other().name();
    TextTable table =
        new TextTable("txs/block", "figure", base, other, other + "/" + base, "per round");
    for (ComparedSize size : sizes) {
      for (Call call : Call.values()) {
        compareRow(table, size, call.label() + " tx/s", run -> run.call(call).txPerSecond(), true);
      }
      compareRow(table, size, FIRST + " tx/s", RunFigures::firstTxPerSecond, true);
      compareRow(table, size, "all calls and driver tx/s", RunFigures::wholeTxPerSecond, true);
      for (Call call : Call.values()) {
        compareRow(table, size, call.label() + " p50 ms", run -> run.call(call).p50Ms(), false);
        compareRow(table, size, call.label() + " p99 ms", run -> run.call(call).p99Ms(), false);
      }
      table.row(
          Integer.toString(size.blockSize()),
          "forces/block",
          forces(size.base()),
          forces(size.other()),
          "",
          "");
    }
    return head(base + " and " + other + ", medians of " + comparison.rounds() + " rounds")
        + table.render();
  }

  private String head(String title) {
    String keys = load.keys() == 0 ? "every key new" : "over " + load.keys() + " keys";
    StringBuilder head = new StringBuilder(title).append('\n');
    head.append(machine.line()).append('\n');
    head.append(load.txBytes()).append("-byte transactions, ").append(keys);
    for (int size : load.blockSizes()) {
      head.append("; blocks of ").append(size);
      head.append(": ").append(load.warmupBlocks(size)).append(" warm-up, ");
      head.append(load.blocks(size)).append(" measured");
    }
    return head.append("\n\n").toString();
  }

  private static void compareRow(
      TextTable table,
      ComparedSize size,
      String label,
      ToDoubleFunction<RunFigures> figure,
      boolean isRate) {
    double base = size.baseMedian(figure);
    double other = size.otherMedian(figure);
    double[] rounds = size.roundRatios(figure);
    Arrays.sort(rounds);
    table.row(
        Integer.toString(size.blockSize()),
        label,
        isRate ? count(base) : ms(base),
        isRate ? count(other) : ms(other),
        ratio(size.ratio(figure)),
        ratio(rounds[0]) + " to " + ratio(rounds[rounds.length - 1]));
  }

  private static String forces(List<RunFigures> runs) {
    double[] known =
        runs.stream()
            .filter(run -> run.forcesPerBlock().isPresent())
            .mapToDouble(run -> run.forcesPerBlock().getAsDouble())
            .toArray();
    return known.length == 0 ? "-" : ratio(Samples.median(known));
  }

  private static String count(double value) {
    return String.format(Locale.ROOT, "%,.0f", value);
  }

  private static String ms(double value) {
    return String.format(Locale.ROOT, "%.3f", value);
  }

  private static String ratio(double value) {
    return String.format(Locale.ROOT, "%.2f", value);
  }
}
