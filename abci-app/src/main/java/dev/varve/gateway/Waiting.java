package dev.varve.gateway;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Those who wait for a task to be taken or done, at most for some time. Threads: any; time-outs
 * come from one of its own, {@code varve-uplink-timer}.
 */
final class Waiting implements AutoCloseable {
  private final Tasks tasks;
  private final Teller teller;
  private final ScheduledThreadPoolExecutor timer;
  private final AtomicInteger waiting = new AtomicInteger();

  Waiting(Tasks tasks, Teller teller) {
    this.tasks = tasks;
    this.teller = teller;
    this.timer =
        new ScheduledThreadPoolExecutor(
            1,
            run -> {
              Thread thread = new Thread(run, "varve-uplink-timer");
              thread.setDaemon(true);
              return thread;
            });
    timer.setRemoveOnCancelPolicy(true);
  }

  CompletableFuture<TaskStatus> until(long id, boolean taken, Duration limit) {
    tasks.lock.lock();
    try {
      Task task =
          tasks.find(id).orElseThrow(() -> new UplinkException.NotFound("there is no task " + id));
      if (!task.isPending() || (taken && task.state == TaskState.IN_MEMPOOL) || tasks.closed) {
        return CompletableFuture.completedFuture(tasks.status(task));
      }
      if (waiting.get() >= tasks.config.limits().maxTasks()) {
        throw new UplinkException.Busy("too many wait for tasks, allowed are " + waiting.get());
      }
      return add(task, taken, limit);
    } catch (UplinkException e) {
      return CompletableFuture.failedFuture(e);
    } finally {
      tasks.lock.unlock();
    }
  }

  private CompletableFuture<TaskStatus> add(Task task, boolean taken, Duration limit) {
    CompletableFuture<TaskStatus> result = new CompletableFuture<>();
    Task.Waiter waiter = new Task.Waiter(taken, () -> result.complete(status(task)));
    task.addWaiter(waiter);
    waiting.incrementAndGet();
    Future<?> timeout =
        timer.schedule(() -> giveUp(task, waiter), limit.toMillis(), TimeUnit.MILLISECONDS);
    return result.whenComplete(
        (status, error) -> {
          waiting.decrementAndGet();
          timeout.cancel(false);
        });
  }

  private void giveUp(Task task, Task.Waiter waiter) {
    tasks.lock.lock();
    try {
      if (task.waiters.remove(waiter)) {
        teller.tell(waiter.told());
      }
    } finally {
      tasks.lock.unlock();
    }
  }

  private TaskStatus status(Task task) {
    tasks.lock.lock();
    try {
      return tasks.status(task);
    } finally {
      tasks.lock.unlock();
    }
  }

  /** Tells all of them how their task stands. */
  void giveUpAll() {
    tasks.lock.lock();
    try {
      for (Task task : tasks.pending.values()) {
        task.waiters.forEach(waiter -> teller.tell(waiter.told()));
        task.waiters = List.of();
      }
    } finally {
      tasks.lock.unlock();
    }
  }

  @Override
  public void close() {
    timer.shutdownNow();
  }
}
