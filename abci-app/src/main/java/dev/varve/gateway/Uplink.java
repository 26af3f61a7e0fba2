package dev.varve.gateway;

import com.google.protobuf.ByteString;
import dev.varve.abci.types.RequestQuery;
import dev.varve.abci.types.ResponseQuery;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * What the gateway offers to its servers: accept, follow, read, and mend the failed list.
 *
 * <p>Threads: any; no call blocks for longer than a read of the engine or the node, and futures
 * complete on the gateway's threads, which must not be kept. Errors: {@link UplinkException},
 * thrown or in the future.
 */
public interface Uplink {
  /**
   * Accepts transactions, all or none. Completes when all are backed up; none is sent before.
   *
   * <p>Fails with {@link UplinkException.Refused} (the message says which), {@link
   * UplinkException.Busy}, {@link UplinkException.Conflict} or {@link UplinkException.Unavailable}.
   *
   * @return in the order of the submissions; a task that was there already as it stands now
   */
  CompletableFuture<List<TaskStatus>> submit(List<Submission> submissions);

  /** Completes when the node has answered for a task, or it failed; with its state at the limit. */
  CompletableFuture<TaskStatus> whenTaken(long id, Duration limit);

  /** Completes when a task is committed, failed or dropped; with its state at the limit. */
  CompletableFuture<TaskStatus> whenDone(long id, Duration limit);

  /** A task that is pending, failed, or was committed of late. */
  Optional<TaskStatus> task(long id);

  /** Tasks of a transaction's bytes that are pending, failed, or were committed of late. */
  List<TaskStatus> tasks(ByteString hash);

  /** The bytes of a pending or failed task. */
  Optional<ByteString> pendingTx(ByteString hash);

  /** What a key has, pending first unless {@code chainFirst}. */
  Value value(ByteString key, boolean chainFirst);

  /**
   * A query as the application answers it; {@code ""}, {@code /store}, {@code /tx/}, {@code
   * /result/} and {@code /logs/} without a height pending first unless {@code chainFirst}. The
   * answer's {@code info} is the word of its {@link Source}.
   */
  ResponseQuery query(RequestQuery request, boolean chainFirst);

  /** The committed chain, as far as the gateway reads it without the node. */
  Chain chain();

  /** Tasks by state, oldest first, with an id above {@code after}, at most {@code limit}. */
  List<TaskStatus> list(TaskState state, long after, int limit);

  /** Sends a failed task again, as a new task at the end of the queue; returns that. */
  CompletableFuture<TaskStatus> requeue(long id);

  /** Takes a failed task, or one that is queued and not sent, off. */
  CompletableFuture<TaskStatus> drop(long id);

  /** Has every later change of a task told, in order, until closed; never blocks the gateway. */
  AutoCloseable subscribe(Consumer<TaskStatus> listener);

  /**
   * As {@link #subscribe(Consumer)}.
   *
   * @param dropped told once when the listener was so slow that changes could not be kept for it:
   *     it is told no more of them
   */
  default AutoCloseable subscribe(Consumer<TaskStatus> listener, Runnable dropped) {
    return subscribe(listener);
  }

  /** The height up to which blocks were looked through for tasks; known while the node is away. */
  default long followed() {
    return status().followed();
  }

  /** Why the gateway does not accept anything yet, a sentence; empty once it does. */
  default String problem() {
    return "";
  }

  /** How the gateway fares. */
  UplinkStatus status();
}
