package dev.varve.gateway;

import dev.varve.storage.PendingStats;

/**
 * How the gateway fares now.
 *
 * @param queued tasks that wait to be sent
 * @param inFlight tasks sent or in the node's mempool
 * @param failed tasks on the failed list
 * @param pendingBytes bytes of the transactions that are pending
 * @param oldestPendingMs age of the oldest pending task in milliseconds, 0 without one
 * @param followed height up to which blocks were looked through
 * @param nodeUp whether the node answered last
 * @param nodeProblem why not, else empty
 */
public record UplinkStatus(
    int queued,
    int inFlight,
    int failed,
    long pendingBytes,
    long oldestPendingMs,
    long followed,
    boolean nodeUp,
    String nodeProblem,
    PendingStats store) {}
