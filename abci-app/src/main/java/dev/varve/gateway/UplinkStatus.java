package dev.varve.gateway;

import dev.varve.storage.PendingStats;

/**
 * How the gateway fares now.
 *
 * @param accepting tasks that wait for their backup
 * @param queued tasks that wait to be sent
 * @param inFlight tasks sent or in the node's mempool
 * @param inMempool those of them that the node has taken
 * @param failed tasks on the failed list
 * @param pendingBytes bytes of the transactions that are pending
 * @param oldestPendingMs age of the oldest pending task in milliseconds, 0 without one
 * @param followed height up to which blocks were looked through
 * @param nodeUp whether the node answered last
 * @param nodeProblem why not, else empty
 */
public record UplinkStatus(
    int accepting,
    int queued,
    int inFlight,
    int inMempool,
    int failed,
    long pendingBytes,
    long oldestPendingMs,
    long followed,
    boolean nodeUp,
    String nodeProblem,
    PendingStats store,
    UplinkCounts counts) {}
