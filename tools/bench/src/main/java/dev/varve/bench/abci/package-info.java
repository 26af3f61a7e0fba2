/**
 * A load driver for ABCI 2.0 servers: it plays the node, so that an application can be measured
 * without consensus in the way.
 *
 * <p>Entry: {@link dev.varve.bench.abci.AbciBench}. Wire: protobuf {@code Request} and {@code
 * Response} behind an unsigned varint of their length, over four connections opened as the node
 * opens them (query, snapshot, mempool, consensus); dialect 0.38.
 *
 * <p>Invariants: a run's bytes depend on height and index alone; requests are made before the clock
 * of their call runs; every answer is checked (kind, codes, counts), and the first wrong one ends
 * the run without figures; a server that the driver starts is ended, and its home removed, whatever
 * happens.
 */
package dev.varve.bench.abci;
