package dev.varve.ledger.violation;

import java.time.Instant;

/** Breaks the rules on time and on static state. */
final class ReadsTheClock {
  static int calls;

  static Instant now() {
    calls++;
    return Instant.now();
  }
}
