package dev.varve.gateway.http;

import java.util.concurrent.atomic.AtomicLong;

/** An amount that is shared: what is taken is given back. Threads: any. */
final class Budget {
  private final long most;
  private final AtomicLong taken = new AtomicLong();

  Budget(long most) {
    this.most = most;
  }

  /** Takes an amount, or nothing of it where not enough is left. */
  boolean tryTake(long amount) {
    if (taken.addAndGet(amount) <= most) {
      return true;
    }
    taken.addAndGet(-amount);
    return false;
  }

  void giveBack(long amount) {
    taken.addAndGet(-amount);
  }
}
