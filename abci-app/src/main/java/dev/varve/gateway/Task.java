package dev.varve.gateway;

import com.google.protobuf.ByteString;
import dev.varve.ledger.Transactions;
import dev.varve.ledger.TxContent;
import dev.varve.storage.CommittedTask;
import dev.varve.storage.FailedTask;
import dev.varve.storage.PendingTask;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** A task and where it stands. Guarded by the lock of {@link Tasks}, but for what is final. */
final class Task {
  final ByteString hash;
  final boolean ordered;
  final String idempotencyKey;
  final long acceptedMs;
  final int bytes;

  /** Whether a second inclusion of its bytes changes nothing. */
  final boolean acceptedOnce;

  /** 0 until it is backed up. */
  long id;

  /** The transaction; let go when it is in a block. */
  ByteString tx;

  /** What it writes, by key; the last write of a key. Let go with the transaction. */
  Map<ByteString, Optional<ByteString>> writes;

  /** Its place among those that wait for the backup, 0 for one that does not. */
  long acceptNumber;

  /** Null until it is backed up. */
  TaskState state;

  /** Its backup failed: it never was. */
  boolean rejected;

  /** Another gateway sends it. */
  boolean foreign;

  /** Taken off as soon as that is written: not to be sent. */
  boolean leaving;

  /** It may be in the node's mempool, or in a block not looked through yet. */
  boolean maybeSent;

  /** The chain's height when it was written: no block up to there has it for an answer. */
  long acceptedHeight;

  /** Where another gateway says that it is, 0 for nowhere. */
  long foreignHeight;

  int attempts;
  int countedAttempts;
  int failuresInRow;

  /** How often in a row the node knew its bytes already. */
  int knownInRow;

  /** The height at which the last attempt was counted. */
  long countedHeight = -1;

  /** Tells the answers of one attempt from those of another; 0 while it is not under way. */
  long sendNumber;

  long sentHeight;
  long sentNanos;
  long notBeforeNanos;

  /** Keys on which an earlier ordered task stands before it. */
  int waitsFor;

  /** Whether it is among the ordered tasks that are pending. */
  boolean inOrder;

  long height;
  int index;
  int code;
  String reason = "";
  long endedMs;
  List<Waiter> waiters = List.of();

  /** One who waits for it. */
  record Waiter(boolean untilTaken, Runnable told) {}

  private Task(
      ByteString hash,
      ByteString tx,
      boolean ordered,
      String idempotencyKey,
      long acceptedMs,
      TxContent content) {
    this.hash = hash;
    this.tx = tx;
    this.bytes = tx.size();
    this.ordered = ordered;
    this.idempotencyKey = idempotencyKey;
    this.acceptedMs = acceptedMs;
    this.writes = writes(content);
    this.acceptedOnce = content instanceof TxContent.Decoded decoded && decoded.acceptedOnce();
  }

  /** A new one. */
  static Task of(Submission submission, ByteString hash, TxContent content, long nowMs) {
    return new Task(
        hash, submission.tx(), submission.ordered(), submission.idempotencyKey(), nowMs, content);
  }

  /** A failed one once more. */
  static Task again(Task old, long nowMs) {
    return new Task(
        old.hash, old.tx, old.ordered, old.idempotencyKey, nowMs, Transactions.read(old.tx));
  }

  /** One from the backup. */
  static Task of(PendingTask kept) {
    Task task =
        new Task(
            kept.hash(),
            kept.tx(),
            kept.ordered(),
            kept.idempotencyKey(),
            kept.acceptedMs(),
            Transactions.read(kept.tx()));
    task.id = kept.id();
    task.state = TaskState.QUEUED;
    task.maybeSent = true;
    return task;
  }

  /** One from the backup's failed list. */
  static Task of(FailedTask kept) {
    Task task = of(kept.task());
    task.state = TaskState.FAILED;
    task.reason = kept.reason();
    task.attempts = kept.attempts();
    task.endedMs = kept.failedMs();
    return task;
  }

  /** One that is remembered. */
  static Task of(CommittedTask kept) {
    Task task =
        new Task(
            kept.hash(),
            ByteString.EMPTY,
            false,
            kept.idempotencyKey(),
            kept.committedMs(),
            new TxContent.Undecodable("not kept"));
    task.id = kept.id();
    task.commit(kept.height(), kept.index(), kept.code(), kept.committedMs());
    return task;
  }

  private static Map<ByteString, Optional<ByteString>> writes(TxContent content) {
    if (!(content instanceof TxContent.Decoded decoded)) {
      return Map.of();
    }
    if (decoded.writes().size() == 1) {
      TxContent.Write only = decoded.writes().get(0);
      return Map.of(only.key(), only.value());
    }
    Map<ByteString, Optional<ByteString>> last = new TreeMap<>(ByKey.ORDER);
    decoded.writes().forEach(write -> last.put(write.key(), write.value()));
    return last;
  }

  PendingTask backup() {
    return new PendingTask(id, hash, tx, ordered, idempotencyKey, acceptedMs);
  }

  FailedTask failure() {
    return new FailedTask(backup(), reason, attempts, endedMs);
  }

  CommittedTask remembered() {
    return new CommittedTask(id, hash, idempotencyKey, height, index, code, endedMs);
  }

  void commit(long height, int index, int code, long nowMs) {
    state = TaskState.COMMITTED;
    this.height = height;
    this.index = index;
    this.code = code;
    reason = "";
    endedMs = nowMs;
    tx = ByteString.EMPTY;
    writes = Map.of();
  }

  boolean isPending() {
    return state != null && state.isPending();
  }

  boolean isUnderWay() {
    return state == TaskState.SENT || state == TaskState.IN_MEMPOOL;
  }

  TaskStatus status(boolean durable) {
    return new TaskStatus(
        id, hash, state, durable, ordered, acceptedMs, attempts, height, index, code, reason);
  }

  void addWaiter(Waiter waiter) {
    List<Waiter> more = new ArrayList<>(waiters);
    more.add(waiter);
    waiters = more;
  }
}
