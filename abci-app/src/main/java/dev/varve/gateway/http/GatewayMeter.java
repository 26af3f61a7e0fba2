package dev.varve.gateway.http;

import dev.varve.gateway.Source;

/**
 * Is told of what a server did and how long that took. Threads: any; none may be held up.
 *
 * <p>Times are in nanoseconds, from when a request was there whole.
 */
public interface GatewayMeter {
  /** Transactions of one submission are backed up. */
  void acknowledged(int count, long nanos);

  /**
   * One submission was not accepted. One of several transactions, that is refused for good, is
   * tried again in parts, each of which is told, too.
   *
   * @param reason {@code refused} (for good), {@code busy}, {@code unavailable}, {@code conflict},
   *     or {@code broken} where nobody foresaw it
   */
  void refused(String reason);

  /**
   * A read was answered from what is pending or committed here; the node's answers are not told.
   */
  void read(Source source, long nanos);
}
