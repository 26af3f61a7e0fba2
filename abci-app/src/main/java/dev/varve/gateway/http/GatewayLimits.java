package dev.varve.gateway.http;

/**
 * How much a server takes at once.
 *
 * @param bodyBytes of a request's body, and of a message over WebSocket
 * @param bufferedBytes of all bodies that are being read or answered
 * @param headerBytes of a request's first line and headers; a transaction in a URI counts here
 * @param batchItems requests in a JSON-RPC batch, transactions in one of {@code /v1/uplink}
 * @param connections more wait to be accepted
 * @param requests under way; more are refused
 * @param streams subscriptions by server-sent events, and WebSocket connections
 * @param streamEvents what waits for a slow client of a stream before it is cut off
 * @param readThreads that wait for the engine's disk, or for the node
 * @param nodeConnections to the node, for what is passed on
 */
public record GatewayLimits(
    int bodyBytes,
    int bufferedBytes,
    int headerBytes,
    int batchItems,
    int connections,
    int requests,
    int streams,
    int streamEvents,
    int readThreads,
    int nodeConnections) {
  public static final GatewayLimits DEFAULT =
      new GatewayLimits(1_000_000, 64 << 20, 64 << 10, 100, 1_000, 1_000, 100, 1_000, 8, 32);

  /**
   * Checks every value.
   *
   * @throws IllegalArgumentException naming the key, its value and what is allowed
   */
  public GatewayLimits {
    checkRange("bodyBytes", bodyBytes, 1_000, 64 << 20);
    checkRange("bufferedBytes", bufferedBytes, bodyBytes, 1 << 30);
    checkRange("headerBytes", headerBytes, 1 << 10, 1 << 20);
    checkRange("batchItems", batchItems, 1, 10_000);
    checkRange("connections", connections, 1, 100_000);
    checkRange("requests", requests, 1, 100_000);
    checkRange("streams", streams, 0, connections);
    checkRange("streamEvents", streamEvents, 1, 1_000_000);
    checkRange("readThreads", readThreads, 1, 256);
    checkRange("nodeConnections", nodeConnections, 1, 1_024);
  }

  private static void checkRange(String key, int value, int least, int most) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(
          key + " = " + value + ": allowed are " + least + " to " + most);
    }
  }
}
