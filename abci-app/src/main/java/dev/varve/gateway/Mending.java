package dev.varve.gateway;

import dev.varve.storage.PendingChange;
import dev.varve.storage.PendingStore;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** What operators do to tasks: requeue and drop. Threads: any. */
final class Mending {
  private final Tasks tasks;
  private final Admission admission;
  private final Chain chain;
  private final PendingStore store;

  Mending(Tasks tasks, Admission admission, Chain chain, PendingStore store) {
    this.tasks = tasks;
    this.admission = admission;
    this.chain = chain;
    this.store = store;
  }

  CompletableFuture<TaskStatus> requeue(long id) {
    try {
      Task old = failed(id);
      Admission.Verdict verdict = Admission.Verdict.of(chain, old.tx, old.hash, old.acceptedOnce);
      if (verdict.isRefused()) {
        throw new UplinkException.Refused(verdict.code(), verdict.codespace(), verdict.log());
      }
      return requeue(old);
    } catch (UplinkException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  private Task failed(long id) {
    tasks.lock.lock();
    try {
      return requireStaying(tasks.failed.get(id), id, "failed task");
    } finally {
      tasks.lock.unlock();
    }
  }

  private static Task requireStaying(Task task, long id, String what) {
    if (task == null) {
      throw new UplinkException.NotFound("there is no " + what + " " + id);
    }
    if (task.leaving) {
      throw new UplinkException.Conflict("task " + id + " is being requeued or dropped already");
    }
    return task;
  }

  private CompletableFuture<TaskStatus> requeue(Task old) {
    tasks.lock.lock();
    try {
      admission.requireOpen();
      requireStaying(tasks.failed.get(old.id), old.id, "failed task");
      Task renewed = admission.renew(old);
      old.leaving = true;
      Write write =
          new Write(
              List.of(renewed),
              List.of(renewed),
              List.of(new PendingChange.Dropped(old.id)),
              () -> tasks.drop(old),
              () -> stay(old),
              new CompletableFuture<>());
      return add(write);
    } finally {
      tasks.lock.unlock();
    }
  }

  CompletableFuture<TaskStatus> drop(long id) {
    tasks.lock.lock();
    try {
      admission.requireOpen();
      Task task = tasks.failed.get(id);
      task = requireStaying(task == null ? tasks.pending.get(id) : task, id, "task");
      boolean unsent = task.state == TaskState.QUEUED && !task.maybeSent && !task.foreign;
      if (task.state != TaskState.FAILED && !unsent) {
        throw new UplinkException.Conflict(
            "task " + id + " was sent, or may have been: it can be in a block any moment");
      }
      if (unsent && !store.maySend()) {
        throw new UplinkException.Unavailable(
            "another gateway may have taken task " + id + " over and may be sending it", null);
      }
      Task leaving = task;
      leaving.leaving = true;
      tasks.queue.remove(leaving);
      return add(
          new Write(
              List.of(leaving),
              List.of(),
              List.of(new PendingChange.Dropped(id)),
              () -> drop(leaving),
              () -> stay(leaving),
              new CompletableFuture<>()));
    } catch (UplinkException e) {
      return CompletableFuture.failedFuture(e);
    } finally {
      tasks.lock.unlock();
    }
  }

  private CompletableFuture<TaskStatus> add(Write write) {
    admission.add(write);
    return write.result().thenApply(answers -> answers.get(0));
  }

  /** Someone else may have brought its bytes into a block meanwhile. */
  private void drop(Task task) {
    if (task.state == TaskState.FAILED || task.isPending()) {
      tasks.drop(task);
    }
  }

  private void stay(Task task) {
    task.leaving = false;
    if (task.isPending()) {
      tasks.makeReady(task);
    }
  }
}
