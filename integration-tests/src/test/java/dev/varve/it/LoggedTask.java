package dev.varve.it;

import com.google.protobuf.ByteString;
import dev.varve.ledger.Transactions;
import java.util.ArrayList;
import java.util.List;

/**
 * A transaction in a client's own log: what it sent, and what it was answered. It outlives every
 * process that it was sent to. Threads: any.
 */
final class LoggedTask {
  /** What must come of it once it is acknowledged. */
  enum Kind {
    /** A text: in a block at least once. */
    TEXT,
    /** The same, and after all of its key that were acknowledged before. */
    ORDERED,
    /** An envelope: in a block exactly once with code 0. */
    ENVELOPE,
    /** One that is valid for a few blocks only: the same, or failed for a reason. */
    BRIEF
  }

  final Kind kind;
  final ByteString tx;
  final String hash;
  final String key;
  final String value;

  /** Of the writes of its key; a read may not go back. 0 where values do not ascend. */
  final long number;

  /** Empty for none. */
  final String idempotencyKey;

  private final List<String> history = new ArrayList<>();
  private long id;
  private boolean sent;
  private volatile boolean acknowledged;

  private LoggedTask(
      Kind kind, ByteString tx, String key, String value, long number, String idempotencyKey) {
    this.kind = kind;
    this.tx = tx;
    this.hash = TestNode.hex(Transactions.hash(tx).toByteArray());
    this.key = key;
    this.value = value;
    this.number = number;
    this.idempotencyKey = idempotencyKey;
  }

  static LoggedTask text(Kind kind, String key, long number, String idempotencyKey) {
    String value = Long.toString(number);
    return new LoggedTask(kind, Transactions.text(key, value), key, value, number, idempotencyKey);
  }

  /** One of a key whose values come again. */
  static LoggedTask again(String key, String value) {
    return new LoggedTask(Kind.ORDERED, Transactions.text(key, value), key, value, 0, "");
  }

  static LoggedTask envelope(Kind kind, String key, long validUntil, String idempotencyKey) {
    ByteString tx = ByteString.copyFrom(Envelopes.put(key, "1", validUntil));
    return new LoggedTask(kind, tx, key, "1", 1, idempotencyKey);
  }

  boolean isOrdered() {
    return kind == Kind.ORDERED;
  }

  boolean isAcceptedOnce() {
    return kind == Kind.ENVELOPE || kind == Kind.BRIEF;
  }

  synchronized void say(String what) {
    history.add(what);
  }

  synchronized void sending(String how) {
    sent = true;
    history.add(how);
  }

  /** Whether it may have reached a gateway. */
  synchronized boolean isSent() {
    return sent;
  }

  /**
   * It was acknowledged.
   *
   * @param task its number, 0 where the answer did not tell it
   */
  synchronized void acknowledge(long task, String answer) {
    history.add(answer);
    if (acknowledged && task != id) {
      throw new AssertionError("two tasks with one idempotency key: " + this);
    }
    id = task;
    sent = true;
    acknowledged = true;
  }

  boolean isAcknowledged() {
    return acknowledged;
  }

  synchronized long id() {
    return id;
  }

  @Override
  public synchronized String toString() {
    return "%s %s=%s, hash %s, idempotency key \"%s\":%n  %s"
        .formatted(kind, key, value, hash, idempotencyKey, String.join("\n  ", history));
  }
}
