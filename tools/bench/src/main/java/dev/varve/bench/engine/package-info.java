/**
 * Benchmarks of the storage engine as a whole: real RocksDB, Chronicle Map and fallback logs on a
 * throw-away home, driven through {@link dev.varve.storage.StorageEngine}.
 *
 * <p>Entry: {@link dev.varve.bench.engine.EngineBench}. Method and results: {@code docs/engine.md}.
 *
 * <p>Invariants: blocks depend on their height alone; making them lies outside every clock; a
 * figure and its baseline come from the same run and, where time is measured, by turns; homes are
 * removed whatever happens. Beside the store itself this is the only package that calls RocksDB, as
 * a baseline.
 */
package dev.varve.bench.engine;
