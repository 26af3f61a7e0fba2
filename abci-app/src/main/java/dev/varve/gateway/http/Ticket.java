package dev.varve.gateway.http;

import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.jetty.util.Callback;

/** A request's share of what is bounded; given back, once, when the request is complete. */
final class Ticket implements Callback {
  private final Callback completion;
  private final Budget requests;
  private final Budget bodies;
  private final Patience.Patient patient;
  private final AtomicBoolean complete = new AtomicBoolean();
  private volatile boolean receiving;
  private long bytes;

  /**
   * For a request that was counted already.
   *
   * @param completion of Jetty
   * @param requests where it was counted, or null where there was no room
   * @param receiving whether a body is to come
   */
  Ticket(
      Callback completion,
      Budget requests,
      Budget bodies,
      Patience.Patient patient,
      boolean receiving) {
    this.completion = completion;
    this.requests = requests;
    this.bodies = bodies;
    this.patient = patient;
    this.receiving = receiving;
  }

  /** Takes room for more bytes of a body or an answer; false where there is none. */
  boolean take(long more) {
    if (!bodies.tryTake(more)) {
      return false;
    }
    bytes += more;
    return true;
  }

  /** What was taken for a body that is not kept. */
  void giveBackBytes() {
    bodies.giveBack(bytes);
    bytes = 0;
  }

  /** The request is there whole. */
  void received() {
    receiving = false;
    patient.received();
  }

  /** Whether a body is still to come; then the connection is of no use after the answer. */
  boolean isReceiving() {
    return receiving;
  }

  /** The answer is on its way, and long enough to take a while. */
  void answering() {
    patient.answering();
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
    patient.rests();
    giveBackBytes();
    if (requests != null) {
      requests.giveBack(1);
    }
  }

  @Override
  public InvocationType getInvocationType() {
    return completion.getInvocationType();
  }
}
