package dev.varve.gateway;

import com.google.protobuf.ByteString;
import dev.varve.storage.PendingStore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives tasks to the node in order of acceptance and takes its answers.
 *
 * <p>A broken connection pauses everything and costs no attempt; an error that concerns one task
 * pauses that task, and the others for a moment. Threads: {@link #step} from one at a time.
 */
final class Sender {
  private static final Logger LOG = LoggerFactory.getLogger(Sender.class);

  /** The longest pause while the node is away: so much later it is noticed that it is back. */
  private static final long MAX_OUTAGE_PAUSE_NANOS = TimeUnit.SECONDS.toNanos(5);

  /** The longest pause of all for the sake of one, a part of that one's own. */
  private static final long MAX_SHARED_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

  private static final int SHARED_PART = 8;

  private static final long LEASE_PAUSE_MILLIS = 50;

  private final Tasks tasks;
  private final PendingStore store;
  private final NodePort node;
  private final Backoff backoff;

  // Guarded by the tasks' lock.
  private long lastNumber;
  private long knownLosses;
  private long pausedUntilNanos;
  private int outagesInRow;
  private int refusalsInRow;

  Sender(Tasks tasks, PendingStore store, NodePort node, Backoff backoff) {
    this.tasks = tasks;
    this.store = store;
    this.node = node;
    this.backoff = backoff;
  }

  /** Sends one task; returns whether there was one. */
  boolean step() {
    if (!store.maySend()) {
      return false;
    }
    Task task;
    long number;
    ByteString tx;
    tasks.lock.lock();
    try {
      noticeLosses();
      task = mayGoOn() ? tasks.queue.next(tasks.time.nanos()) : null;
      if (task == null) {
        return false;
      }
      number = ++lastNumber;
      tx = task.tx;
      task.state = TaskState.SENT;
      task.sendNumber = number;
      task.attempts++;
      task.maybeSent = true;
      task.sentHeight = tasks.followed;
      task.sentNanos = tasks.time.nanos();
      tasks.changed(task);
    } finally {
      tasks.lock.unlock();
    }
    node.send(tx).thenAccept(answer -> answered(task, number, answer));
    return true;
  }

  private boolean mayGoOn() {
    return tasks.settledDoubts == tasks.doubts
        && tasks.owed.isBeginWritten()
        && tasks.queue.underWayCount() < tasks.config.limits().maxUnderWay()
        && pausedUntilNanos <= tasks.time.nanos();
  }

  private void answered(Task task, long number, NodePort.Answer answer) {
    tasks.lock.lock();
    try {
      if (task.sendNumber != number) {
        // In a block already, or under way again.
        return;
      }
      switch (answer.outcome()) {
        case TAKEN, KNOWN -> taken(task, answer);
        case AGAIN -> refusedForNow(task, answer.detail());
        case REFUSED -> tasks.fail(task, "the node refuses it: " + answer.detail());
        case UNKNOWN -> connectionLost(task, answer.detail());
      }
    } finally {
      tasks.lock.unlock();
    }
  }

  private void taken(Task task, NodePort.Answer answer) {
    nodeAnswers();
    refusalsInRow = 0;
    task.state = TaskState.IN_MEMPOOL;
    task.failuresInRow = 0;
    boolean known = answer.outcome() == NodePort.Outcome.KNOWN;
    task.knownInRow = known ? task.knownInRow + 1 : 0;
    task.reason = known ? answer.detail() : "";
    tasks.changed(task);
  }

  /** A chain that stands still must not use attempts up: then nothing could have gone better. */
  private void refusedForNow(Task task, String detail) {
    nodeAnswers();
    if (tasks.followed > task.countedHeight) {
      task.countedHeight = tasks.followed;
      task.countedAttempts++;
    }
    task.failuresInRow++;
    refusalsInRow++;
    pauseAll(Math.min(backoff.nanos(refusalsInRow) / SHARED_PART, MAX_SHARED_PAUSE_NANOS));
    if (task.countedAttempts >= tasks.config.retries().maxAttempts()) {
      tasks.fail(task, "the node did not take it in " + task.attempts + " attempts: " + detail);
    } else {
      tasks.again(task, detail, backoff.nanos(task.failuresInRow));
    }
  }

  /** One that broke while nothing was unanswered. */
  private void noticeLosses() {
    if (node.losses() > knownLosses) {
      sendAgain("the connection to the node broke");
    }
  }

  private void connectionLost(Task unanswered, String detail) {
    outagesInRow++;
    if (outagesInRow == 1) {
      LOG.warn("the uplink has no connection to the node: {}", detail);
    }
    pauseAll(backoff.nanos(outagesInRow, MAX_OUTAGE_PAUSE_NANOS));
    unanswered.attempts--;
    sendAgain(detail);
  }

  /** A node that was restarted has forgotten what was in its mempool. */
  private void sendAgain(String detail) {
    knownLosses = node.losses();
    tasks.doubts++;
    for (Task task : tasks.queue.takeUnderWay()) {
      tasks.again(task, detail, 0);
    }
  }

  private void nodeAnswers() {
    if (outagesInRow > 0) {
      LOG.info("the uplink is connected to the node again");
      outagesInRow = 0;
    }
  }

  private void pauseAll(long nanos) {
    pausedUntilNanos = Math.max(pausedUntilNanos, tasks.time.nanos() + nanos);
  }

  /** Waits until something may be sent, or a second. */
  void await() throws InterruptedException {
    if (!store.maySend()) {
      TimeUnit.MILLISECONDS.sleep(LEASE_PAUSE_MILLIS);
      return;
    }
    tasks.lock.lockInterruptibly();
    try {
      long left = Math.min(nanosLeft(), TimeUnit.SECONDS.toNanos(1));
      while (left > 0 && !tasks.closed) {
        left = Math.min(nanosLeft(), tasks.sendWork.awaitNanos(left));
      }
    } finally {
      tasks.lock.unlock();
    }
  }

  private long nanosLeft() {
    long now = tasks.time.nanos();
    long pause = Math.max(0, pausedUntilNanos - now);
    if (!mayGoOn() && pause == 0) {
      return Long.MAX_VALUE;
    }
    return Math.max(pause, tasks.queue.nextNanos(now));
  }
}
