package dev.varve.bench.abci;

import java.util.Map;
import java.util.OptionalDouble;

/**
 * One measured run: one server, one block size.
 *
 * @param calls measured, the warm-up excluded
 * @param firstTxPerSecond FinalizeBlock and Commit of the first {@link #FIRST_BLOCKS} blocks after
 *     the start of the run, warm-up or not: what a server that was just started gives
 * @param wholeTxPerSecond transactions by the run's whole time, the driver's own work included
 * @param forcesPerBlock how often the server asked the operating system to force, where it says so
 */
record RunFigures(
    int blockSize,
    int blocks,
    int warmupBlocks,
    Map<Call, CallFigures> calls,
    double firstTxPerSecond,
    double wholeTxPerSecond,
    OptionalDouble forcesPerBlock) {

  static final int FIRST_BLOCKS = 10;

  CallFigures call(Call call) {
    return calls.get(call);
  }
}
