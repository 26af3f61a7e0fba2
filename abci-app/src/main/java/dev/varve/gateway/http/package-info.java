/**
 * The gateway's server: CometBFT's RPC and Varve's own {@code /v1} on one port.
 *
 * <p>Entry type: {@link dev.varve.gateway.http.GatewayServer}. It speaks to {@link
 * dev.varve.gateway.Uplink} and to the node; Jetty is used here alone.
 *
 * <h2>Who answers</h2>
 *
 * <pre>
 * POST /                JSON-RPC, single or batch
 * GET|POST /METHOD?..   JSON-RPC by URI
 * /websocket            JSON-RPC and subscriptions
 *   broadcast_tx_async|sync|commit, abci_query           the uplink
 *   tx, tx_search, block_results                         pending, then the engine's records; the
 *                                                        node where there are none, or for a query
 *                                                        that is more than a hash or heights
 *   subscribe to tm.event='Uplink'                       the uplink
 *   everything else                                      the node, bytes unchanged
 * /v1/..., /health, /metrics                             the gateway; /v1/openapi.json says how
 * </pre>
 *
 * <h2>Guarantees</h2>
 *
 * <ul>
 *   <li>Arguments are read by CometBFT 0.38's grammar and answers have its shapes, so a client
 *       changes its URL and nothing else.
 *   <li>No thread waits for a broadcast, for the node's answer, or for a client. What may wait for
 *       the engine's disk runs on threads of its own, whose queue is bounded.
 *   <li>Requests of a batch are answered in order, one after the other; broadcasts that follow each
 *       other are accepted together, so that a full queue refuses all of them.
 *   <li>Connections, requests under way, bytes of bodies, batches, streams and what waits for a
 *       slow client are bounded; what does not fit is refused, or the client cut off.
 *   <li>A client's mistake is answered with a sentence and is not logged.
 * </ul>
 */
package dev.varve.gateway.http;
