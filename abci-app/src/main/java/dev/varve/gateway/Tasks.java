package dev.varve.gateway;

import com.google.protobuf.ByteString;
import dev.varve.storage.CommittedTask;
import dev.varve.storage.FailedTask;
import dev.varve.storage.PendingChange;
import dev.varve.storage.PendingContents;
import dev.varve.storage.PendingTask;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * All tasks, by everything they are looked up by, and the steps from one state to the next.
 *
 * <p>Invariants: a task is in exactly one of {@code accepting}, {@code pending}, {@code failed} and
 * {@code done}; {@code writes} has the keys of pending ones and no others; {@code followed} moves
 * with the tasks that its block completes, in one step.
 *
 * <p>Threads: whoever uses a field or a method holds {@link #lock}; nothing that waits for others
 * is done with it.
 */
final class Tasks {
  final ReentrantLock lock = new ReentrantLock();
  final Condition backupWork = lock.newCondition();
  final Condition sendWork = lock.newCondition();
  final Condition followMoved = lock.newCondition();

  final GatewayConfig config;
  final Time time;
  final boolean durable;
  final SendQueue queue = new SendQueue();
  final Owed owed;
  final Remembered done;
  final Deque<Write> toWrite = new ArrayDeque<>();
  final ByKey accepting = new ByKey();
  final NavigableMap<Long, Task> pending = new TreeMap<>();
  final NavigableMap<Long, Task> failed = new TreeMap<>();
  final ByKey byHash = new ByKey();
  final ByKey failedByHash = new ByKey();
  final ByKey writes = new ByKey();
  final Map<String, Task> byIdempotencyKey = new HashMap<>();

  private final Teller teller;
  private final OrderedTasks ordered = new OrderedTasks();

  // Since the start, of this gateway's own tasks.
  private long committedCount;
  private long failedCount;
  private long droppedCount;
  private long retries;

  /** Of pending tasks, and of those that wait for their backup. */
  long pendingBytes;

  long failedBytes;
  int acceptingCount;
  long followed;

  /** When {@link #followed} last moved. */
  long followedNanos;

  /**
   * Counts the moments since which blocks must be looked through before anything is sent: the
   * start, and each loss of the connection.
   */
  int doubts = 1;

  /** The last of them after which that was done. */
  int settledDoubts;

  boolean closed;

  Tasks(GatewayConfig config, Time time, boolean durable, Teller teller, PendingContents kept) {
    this.config = config;
    this.time = time;
    this.durable = durable;
    this.teller = teller;
    this.followed = kept.followed();
    this.owed = new Owed(config.backup(), kept.followed());
    this.done = new Remembered(config.backup());
    lock.lock();
    try {
      load(kept);
    } finally {
      lock.unlock();
    }
  }

  private void load(PendingContents kept) {
    for (CommittedTask each : kept.committed()) {
      remember(Task.of(each));
    }
    for (FailedTask each : kept.failed()) {
      addFailed(Task.of(each));
    }
    for (PendingTask each : kept.tasks()) {
      Task task = Task.of(each);
      pendingBytes += task.bytes;
      link(task);
    }
  }

  /** A task that the backup has: found by reads, and sent if it is this gateway's. */
  void link(Task task) {
    pending.put(task.id, task);
    byHash.add(task.hash, task.id, task);
    task.writes.keySet().forEach(key -> writes.add(key, task.id, task));
    nameByKey(task);
    enqueue(task);
  }

  /** Has a pending task sent once it waits for no other; another gateway's is only waited for. */
  void enqueue(Task task) {
    if (task.ordered && !task.inOrder) {
      for (Task behind : ordered.add(task)) {
        if (!behind.isUnderWay()) {
          queue.remove(behind);
        }
      }
    }
    makeReady(task);
  }

  /** To be sent as soon as may be, if it waits for no other. */
  void makeReady(Task task) {
    boolean goes = task.waitsFor == 0 && !task.leaving && !task.foreign;
    if (goes && !task.isUnderWay()) {
      queue.addReady(task);
      sendWork.signal();
    }
  }

  private void unlink(Task task) {
    pending.remove(task.id);
    byHash.remove(task.hash, task.id);
    task.writes.keySet().forEach(key -> writes.remove(key, task.id));
    pendingBytes -= task.bytes;
    queue.remove(task);
    task.sendNumber = 0;
    if (task.inOrder) {
      ordered.remove(task).forEach(this::makeReady);
    }
    sendWork.signal();
  }

  private void nameByKey(Task task) {
    if (!task.idempotencyKey.isEmpty()) {
      byIdempotencyKey.put(task.idempotencyKey, task);
    }
  }

  private void forgetKey(Task task) {
    if (!task.idempotencyKey.isEmpty()) {
      byIdempotencyKey.remove(task.idempotencyKey, task);
    }
  }

  /** A pending task is in a block: no longer pending in this very step. */
  void commit(Task task, long height, int index, int code) {
    unlink(task);
    task.commit(height, index, code, time.millis());
    if (!task.foreign) {
      committedCount++;
      owed.add(new PendingChange.Committed(task.remembered()), time.nanos());
      backupWork.signal();
    }
    remember(task);
    changed(task);
  }

  /** A task that ended, found for some time yet. */
  void remember(Task task) {
    nameByKey(task);
    done.add(task);
    forgetOld();
  }

  /** Lets go of what ended too long ago. */
  void forgetOld() {
    for (Task old : done.forget(time.millis())) {
      forgetKey(old);
      if (!old.idempotencyKey.isEmpty() && !old.foreign && old.state == TaskState.COMMITTED) {
        owed.add(new PendingChange.Forgotten(old.id), time.nanos());
        backupWork.signal();
      }
    }
  }

  /** A pending task is given up. */
  void fail(Task task, String reason) {
    unlink(task);
    task.state = TaskState.FAILED;
    task.reason = reason;
    task.endedMs = time.millis();
    addFailed(task);
    if (!task.foreign) {
      failedCount++;
      owed.addUrgent(new PendingChange.Failed(task.failure()), time.nanos());
      backupWork.signal();
    }
    changed(task);
  }

  private void addFailed(Task task) {
    failed.put(task.id, task);
    failedByHash.add(task.hash, task.id, task);
    failedBytes += task.bytes;
    nameByKey(task);
  }

  private void removeFailed(Task task) {
    failed.remove(task.id);
    failedByHash.remove(task.hash, task.id);
    failedBytes -= task.bytes;
  }

  /** Another gateway sends a pending task from now on; ordered ones behind it still wait for it. */
  void letGo(Task task) {
    queue.remove(task);
    task.foreign = true;
    task.sendNumber = 0;
    task.state = TaskState.QUEUED;
    task.reason = "";
    changed(task);
  }

  /** A task that another gateway has, pending; nothing else of this id is. */
  void linkForeign(Task task) {
    Task failure = failed.get(task.id);
    if (failure != null) {
      removeFailed(failure);
      forgetKey(failure);
    }
    task.foreign = true;
    pendingBytes += task.bytes;
    link(task);
  }

  /** A pending or failed task is taken off; the backup knows. */
  void drop(Task task) {
    if (task.state == TaskState.FAILED) {
      removeFailed(task);
    } else {
      unlink(task);
    }
    forgetKey(task);
    droppedCount += task.foreign ? 0 : 1;
    task.leaving = false;
    task.state = TaskState.DROPPED;
    task.endedMs = time.millis();
    task.tx = ByteString.EMPTY;
    task.writes = Map.of();
    done.add(task);
    forgetOld();
    changed(task);
  }

  /** A task under way is to be sent again. */
  void again(Task task, String reason, long pauseNanos) {
    queue.remove(task);
    retries++;
    task.state = TaskState.QUEUED;
    task.reason = reason;
    task.sendNumber = 0;
    if (task.waitsFor == 0 && pauseNanos > 0) {
      queue.addPaused(task, time.nanos() + pauseNanos);
    } else {
      makeReady(task);
    }
    sendWork.signal();
    changed(task);
  }

  /** The task that an inclusion of its bytes completes, or null. */
  Task included(ByteString hash, long height) {
    Task own = null;
    Task foreign = null;
    for (Task task : byHash.of(hash)) {
      if (task.acceptedHeight < height && (task.waitsFor == 0 || task.isUnderWay())) {
        if (task.foreign) {
          foreign = foreign == null ? task : foreign;
        } else if (task.maybeSent) {
          return task;
        } else {
          own = own == null ? task : own;
        }
      }
    }
    return own == null ? foreign : own;
  }

  /** There must be room on the failed list for what is accepted. */
  void requireRoomToFail() {
    GatewayConfig.Limits limits = config.limits();
    requireRoom("tasks on the failed list", failed.size(), 1, limits.maxFailed());
    requireRoom("bytes on the failed list", failedBytes, 1, limits.maxPendingBytes());
  }

  private static void requireRoom(String what, long held, long more, long most) {
    if (held + more > most) {
      throw new UplinkException.Busy(
          String.format("there are %d %s and no room for %d more of %d", held, what, more, most));
    }
  }

  /** A new task that holds a place until its backup is written, if there is one. */
  void addAccepting(Task task, long number) {
    GatewayConfig.Limits limits = config.limits();
    requireRoom("tasks pending", pending.size() + acceptingCount, 1, limits.maxTasks());
    requireRoom("bytes pending", pendingBytes, task.bytes, limits.maxPendingBytes());
    acceptingCount++;
    pendingBytes += task.bytes;
    task.acceptNumber = number;
    accepting.add(task.hash, number, task);
    nameByKey(task);
  }

  /** It has its backup, or needs none: an inclusion of it was there before. */
  void backedUp(Task task) {
    leaveAccepting(task);
    if (task.state == TaskState.COMMITTED) {
      pendingBytes -= task.bytes;
      remember(task);
    } else {
      task.state = TaskState.QUEUED;
      link(task);
    }
    changed(task);
  }

  /** It has none and never was. */
  void reject(Task task) {
    leaveAccepting(task);
    pendingBytes -= task.bytes;
    task.rejected = true;
    forgetKey(task);
  }

  private void leaveAccepting(Task task) {
    accepting.remove(task.hash, task.acceptNumber);
    task.acceptNumber = 0;
    acceptingCount--;
  }

  /** A pending, failed or remembered task. */
  Optional<Task> find(long id) {
    Task task = pending.get(id);
    task = task == null ? failed.get(id) : task;
    return Optional.ofNullable(task == null ? done.get(id) : task);
  }

  List<Task> find(ByteString hash) {
    List<Task> found = new ArrayList<>(byHash.of(hash));
    found.addAll(failedByHash.of(hash));
    found.addAll(done.of(hash));
    return found;
  }

  TaskStatus status(Task task) {
    return task.status(durable);
  }

  UplinkCounts counts() {
    return new UplinkCounts(committedCount, failedCount, droppedCount, retries);
  }

  /** Tells those who want to know of a task's change. */
  void changed(Task task) {
    if (teller.hasListeners()) {
      teller.changed(status(task));
    }
    if (task.waiters.isEmpty() || task.state == TaskState.SENT) {
      return;
    }
    boolean over = !task.isPending();
    List<Task.Waiter> stay = new ArrayList<>();
    for (Task.Waiter waiter : task.waiters) {
      if (over || (waiter.untilTaken() && task.state == TaskState.IN_MEMPOOL)) {
        teller.tell(waiter.told());
      } else {
        stay.add(waiter);
      }
    }
    task.waiters = stay;
  }
}
