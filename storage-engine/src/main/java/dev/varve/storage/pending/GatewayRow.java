package dev.varve.storage.pending;

import dev.varve.storage.StorageException;

/**
 * A row of {@code uplink_gateways}.
 *
 * @param number prefix of the ids that it gives
 * @param session of the process that had it last
 * @param takenBy who has its tasks, 0 for itself
 * @param renewals how often its lease was renewed
 * @param over whether its lease has run out by the server's clock, or was given by one that has
 *     been set back since
 * @param netBytes bytes that its writes have added to the tables, less those that they took away
 * @param feedSeq its last change
 * @param feedFloor the last change that is not kept any more
 */
record GatewayRow(
    int number,
    String session,
    State state,
    int takenBy,
    long renewals,
    long leaseMs,
    boolean over,
    long lastId,
    long followed,
    long netBytes,
    long feedSeq,
    long feedFloor) {
  /** What a change takes in the table, about. */
  private static final long FEED_ROW_BYTES = 100;

  enum State {
    /** A process has it, or had it and went without a word. */
    LIVE("live"),
    /** Its process has ended and said so. */
    CLOSED("closed"),
    /** Another has its tasks; it never comes back. */
    TAKEN("taken");

    private final String word;

    State(String word) {
      this.word = word;
    }

    String word() {
      return word;
    }

    static State of(String word) {
      for (State state : values()) {
        if (state.word.equals(word)) {
          return state;
        }
      }
      throw new StorageException.Corruption("uplink_gateways has the unknown state " + word, null);
    }
  }

  boolean isLive() {
    return state == State.LIVE;
  }

  boolean isTakenBy(int other) {
    return state == State.TAKEN && takenBy == other;
  }

  boolean is(Lease.Identity who) {
    return state != State.TAKEN && number == who.number() && session.equals(who.session());
  }

  /** What its tasks and changes take. */
  long bytes() {
    return netBytes + (feedSeq - feedFloor) * FEED_ROW_BYTES;
  }

  static long feedBytes(int rows) {
    return rows * FEED_ROW_BYTES;
  }
}
