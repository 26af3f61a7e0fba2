/**
 * What every benchmark needs to say: the machine it ran on, percentiles, tables, progress.
 *
 * <p>Entry types: {@link dev.varve.bench.report.Machine}, {@link dev.varve.bench.report.Samples},
 * {@link dev.varve.bench.report.TextTable}, {@link dev.varve.bench.report.Progress}. They know
 * nothing of what is measured.
 */
package dev.varve.bench.report;
