package dev.varve.gateway.http;

import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.jetty.util.Callback;

/** A request's share of what is bounded; given back, once, when the request is complete. */
final class Ticket implements Callback {
  private final Callback completion;
  private final Budget requests;
  private final Budget bodies;
  private final AtomicBoolean complete = new AtomicBoolean();
  private long bodyBytes;

  /**
   * For a request that was counted already.
   *
   * @param completion of Jetty
   */
  Ticket(Callback completion, Budget requests, Budget bodies) {
    this.completion = completion;
    this.requests = requests;
    this.bodies = bodies;
  }

  /** Takes room for a body of a size, in all; false where there is none. */
  boolean growBody(long size) {
    if (!bodies.tryTake(size - bodyBytes)) {
      return false;
    }
    bodyBytes = size;
    return true;
  }

  @Override
  public void succeeded() {
    if (complete.compareAndSet(false, true)) {
      giveBack();
      completion.succeeded();
    }
  }

  @Override
  public void failed(Throwable failure) {
    if (complete.compareAndSet(false, true)) {
      giveBack();
      completion.failed(failure);
    }
  }

  private void giveBack() {
    requests.giveBack(1);
    bodies.giveBack(bodyBytes);
  }

  @Override
  public InvocationType getInvocationType() {
    return completion.getInvocationType();
  }
}
