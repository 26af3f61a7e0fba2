package dev.varve.gateway;

import java.util.function.LongSupplier;

/**
 * One call at a time for all that ask: who asks while one runs gets the answer of the next, which
 * begins after the question. Threads: any; one of those that ask makes the call.
 */
final class SharedCall {
  private final LongSupplier call;

  // Guarded by this.
  private long started;
  private long finished;
  private boolean running;
  private long answer;
  private RuntimeException failure;

  SharedCall(LongSupplier call) {
    this.call = call;
  }

  /**
   * An answer of a call that began after this did.
   *
   * @throws RuntimeException that of the call
   */
  long get() {
    long mine;
    synchronized (this) {
      mine = started + 1;
      try {
        while (running && finished < mine) {
          wait();
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new UplinkException.Unavailable("interrupted while waiting for an answer", e);
      }
      if (finished >= mine) {
        return answer();
      }
      running = true;
      started = mine;
    }
    long result = 0;
    RuntimeException failed = null;
    try {
      result = call.getAsLong();
    } catch (RuntimeException e) {
      failed = e;
    }
    synchronized (this) {
      running = false;
      finished = mine;
      answer = result;
      failure = failed;
      notifyAll();
      return answer();
    }
  }

  private long answer() {
    if (failure != null) {
      throw failure;
    }
    return answer;
  }
}
