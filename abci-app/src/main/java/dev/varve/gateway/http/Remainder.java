package dev.varve.gateway.http;

import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.util.Callback;

/**
 * What a client still sends of a body when its request has been answered already: read and thrown
 * away, so that the client comes to read the answer. Where a connection is closed on bytes that
 * were not read, TCP resets it, and the answer is lost.
 *
 * <p>Its end is the body's, or the time that a request may take to come.
 */
final class Remainder implements Callback, Runnable {
  private final Exchange exchange;

  Remainder(Exchange exchange) {
    this.exchange = exchange;
  }

  /** The answer is written. */
  @Override
  public void succeeded() {
    run();
  }

  @Override
  public void failed(Throwable failure) {
    exchange.ticket().failed(failure);
  }

  @Override
  public void run() {
    while (true) {
      Content.Chunk chunk = exchange.request().read();
      if (chunk == null) {
        exchange.request().demand(this);
        return;
      }
      boolean last = chunk.isLast() || Content.Chunk.isFailure(chunk);
      chunk.release();
      if (last) {
        exchange.ticket().succeeded();
        return;
      }
    }
  }
}
