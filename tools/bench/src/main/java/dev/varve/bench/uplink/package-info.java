/**
 * Drives an uplink gateway and its node over HTTP, as clients do: acknowledgements, time to
 * readable, reads of pending keys, throughput to the chain, each beside the node itself in the same
 * run.
 *
 * <p>Entry type: {@link dev.varve.bench.uplink.UplinkBench}. What is measured and what is not
 * stands in {@code tools/bench/docs/uplink.md}.
 */
package dev.varve.bench.uplink;
