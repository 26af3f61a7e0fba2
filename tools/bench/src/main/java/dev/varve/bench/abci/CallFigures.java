package dev.varve.bench.abci;

/**
 * What one call took in one run.
 *
 * @param txPerSecond transactions by the sum of the call's times
 */
record CallFigures(Call call, double txPerSecond, double p50Ms, double p99Ms) {}
