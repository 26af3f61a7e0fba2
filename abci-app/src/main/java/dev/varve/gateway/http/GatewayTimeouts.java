package dev.varve.gateway.http;

import java.time.Duration;

/**
 * How long a server waits.
 *
 * @param request from a request's first byte until it is there whole
 * @param idle a connection without a request, or without progress, is closed; above those below
 * @param sync {@code broadcast_tx_sync} for the node's answer before it says {@code queued}
 * @param commit {@code broadcast_tx_commit} for the block
 * @param node for an answer to what is passed on
 * @param heartbeat between signs of life on a stream; below {@code idle}
 * @param stop for requests under way when the server stops
 */
public record GatewayTimeouts(
    Duration request,
    Duration idle,
    Duration sync,
    Duration commit,
    Duration node,
    Duration heartbeat,
    Duration stop) {
  private static final Duration LEAST = Duration.ofMillis(10);
  private static final Duration MOST = Duration.ofHours(1);

  public static final GatewayTimeouts DEFAULT =
      new GatewayTimeouts(
          Duration.ofSeconds(10),
          Duration.ofSeconds(60),
          Duration.ofSeconds(1),
          Duration.ofSeconds(10),
          Duration.ofSeconds(30),
          Duration.ofSeconds(15),
          Duration.ofSeconds(10));

  /**
   * Checks every value.
   *
   * @throws IllegalArgumentException naming the key, its value and what is allowed
   */
  public GatewayTimeouts {
    checkRange("request", request);
    checkRange("idle", idle);
    checkRange("sync", sync);
    checkRange("commit", commit);
    checkRange("node", node);
    checkRange("heartbeat", heartbeat);
    checkRange("stop", stop);
    checkBelow("sync", sync, idle);
    checkBelow("commit", commit, idle);
    checkBelow("node", node, idle);
    checkBelow("heartbeat", heartbeat, idle);
  }

  /** A connection whose answer is waited for looks idle. */
  private static void checkBelow(String key, Duration value, Duration idle) {
    if (value.compareTo(idle) >= 0) {
      throw new IllegalArgumentException(
          key + " = " + value + ": allowed is less than idle = " + idle);
    }
  }

  private static void checkRange(String key, Duration value) {
    if (value.compareTo(LEAST) < 0 || value.compareTo(MOST) > 0) {
      throw new IllegalArgumentException(
          key + " = " + value + ": allowed are " + LEAST + " to " + MOST);
    }
  }
}
