package dev.varve.bench.abci;

import java.util.Map;
import java.util.OptionalDouble;

/**
 * One measured run: one server, one block size.
 *
 * @param wholeTxPerSecond transactions by the run's whole time, the driver's own work included
 * @param forcesPerBlock how often the server asked the operating system to force, where it says so
 */
record RunFigures(
    int blockSize,
    int blocks,
    int warmupBlocks,
    Map<Call, CallFigures> calls,
    double wholeTxPerSecond,
    OptionalDouble forcesPerBlock) {

  CallFigures call(Call call) {
    return calls.get(call);
  }
}
