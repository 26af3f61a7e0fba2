package dev.varve.gateway;

import dev.varve.storage.PendingChange;
import dev.varve.storage.PendingStore;
import dev.varve.storage.StorageException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes what waits for the backup, as much as there is at a time with one force, and only then
 * lets new tasks be found, sent and acknowledged.
 *
 * <p>New tasks that cannot be written are refused; changes of older ones are kept and written
 * again, at first alone, since they free space. Threads: {@link #step} from one at a time.
 */
final class BackupWriter {
  private static final Logger LOG = LoggerFactory.getLogger(BackupWriter.class);

  private final Tasks tasks;
  private final PendingStore store;
  private final Chain chain;
  private final Teller teller;
  private final Backoff backoff;
  private int failures;
  private boolean owedAlone;

  BackupWriter(Tasks tasks, PendingStore store, Chain chain, Teller teller, Backoff backoff) {
    this.tasks = tasks;
    this.store = store;
    this.chain = chain;
    this.teller = teller;
    this.backoff = backoff;
  }

  /** What one write takes. */
  private record Group(List<PendingChange> owed, List<Write> writes) {}

  /** Writes one group; returns whether there was one. */
  boolean step() {
    Group group;
    tasks.lock.lock();
    try {
      group = take();
    } finally {
      tasks.lock.unlock();
    }
    if (group == null) {
      return false;
    }
    try {
      write(group);
    } catch (StorageException e) {
      failed(group, e);
    } catch (RuntimeException e) {
      LOG.error("the uplink's backup failed in a way that it should not", e);
      failed(group, e);
    }
    return true;
  }

  private Group take() {
    long now = tasks.time.nanos();
    if (owedAlone && tasks.owed.isDue(now)) {
      return new Group(tasks.owed.take(), List.of());
    }
    if (tasks.toWrite.isEmpty()) {
      return tasks.owed.isDue(now) ? new Group(tasks.owed.take(), List.of()) : null;
    }
    GatewayConfig.Backup bounds = tasks.config.backup();
    List<Write> writes = new ArrayList<>();
    long bytes = 0;
    int count = 0;
    while (!tasks.toWrite.isEmpty() && count < bounds.groupTasks() && bytes < bounds.groupBytes()) {
      Write write = tasks.toWrite.pollFirst();
      if (write.answers().stream().anyMatch(task -> task.rejected)) {
        reject(write, new UplinkException.Unavailable("the same task could not be kept", null));
        continue;
      }
      writes.add(write);
      count += Math.max(1, write.fresh().size());
      bytes += write.fresh().stream().mapToLong(task -> task.bytes).sum();
    }
    return new Group(tasks.owed.joins(now) ? tasks.owed.take() : List.of(), writes);
  }

  private void write(Group group) {
    List<PendingChange> changes = new ArrayList<>(group.owed);
    if (!group.writes.isEmpty()) {
      // A block up to here cannot have come of what is only written now.
      long height = chainHeight();
      for (Write write : group.writes) {
        changes.addAll(write.first());
        for (Task task : write.fresh()) {
          task.id = store.nextId();
          task.acceptedHeight = height;
          if (task.state == null) {
            changes.add(new PendingChange.Accepted(task.backup()));
          }
        }
      }
    }
    if (!changes.isEmpty()) {
      store.write(changes);
    }
    if (failures > 0) {
      LOG.info("the uplink's backup is written again");
      failures = 0;
    }
    owedAlone = false;
    written(group);
  }

  private long chainHeight() {
    try {
      return chain.height();
    } catch (StorageException | UplinkException e) {
      tasks.lock.lock();
      try {
        return tasks.followed;
      } finally {
        tasks.lock.unlock();
      }
    }
  }

  private void written(Group group) {
    tasks.lock.lock();
    try {
      tasks.owed.written(group.owed);
      for (Write write : group.writes) {
        write.fresh().forEach(tasks::backedUp);
        write.written().run();
      }
      for (Write write : group.writes) {
        List<TaskStatus> answers = write.answers().stream().map(tasks::status).toList();
        teller.tell(() -> write.result().complete(answers));
      }
      tasks.sendWork.signal();
    } finally {
      tasks.lock.unlock();
    }
  }

  private void failed(Group group, RuntimeException cause) {
    failures++;
    if (failures == 1) {
      LOG.warn("the uplink's backup cannot be written: {}", cause.getMessage());
    }
    UplinkException told =
        cause instanceof StorageException.DiskFull
            ? new UplinkException.Busy("the backup is full: " + cause.getMessage())
            : new UplinkException.Unavailable(
                "the backup cannot be written: " + cause.getMessage(), cause);
    tasks.lock.lock();
    try {
      long now = tasks.time.nanos();
      if (!group.owed.isEmpty()) {
        boolean alone = group.writes.isEmpty();
        tasks.owed.putBack(group.owed, alone ? now + backoff.nanos(failures) : now);
        owedAlone = !alone;
      }
      group.writes.forEach(write -> reject(write, told));
    } finally {
      tasks.lock.unlock();
    }
  }

  private void reject(Write write, UplinkException told) {
    write.fresh().forEach(tasks::reject);
    write.undone().run();
    teller.tell(() -> write.result().completeExceptionally(told));
  }

  /** Refuses what waits; with what is owed still to be written. */
  void refuseAll() {
    tasks.lock.lock();
    try {
      while (!tasks.toWrite.isEmpty()) {
        reject(
            tasks.toWrite.pollFirst(),
            new UplinkException.Unavailable("the gateway is stopping", null));
      }
    } finally {
      tasks.lock.unlock();
    }
  }

  /** Writes what is owed, whether due or not. */
  void flush() {
    tasks.lock.lock();
    try {
      if (tasks.owed.isEmpty()) {
        return;
      }
      tasks.owed.hurry();
    } finally {
      tasks.lock.unlock();
    }
    step();
  }

  /** Waits until there is something to write, or a second. */
  void await() throws InterruptedException {
    tasks.lock.lockInterruptibly();
    try {
      long left = Math.min(nanosUntilDue(), TimeUnit.SECONDS.toNanos(1));
      while (left > 0 && tasks.toWrite.isEmpty() && !tasks.closed) {
        left = Math.min(nanosUntilDue(), tasks.backupWork.awaitNanos(left));
      }
    } finally {
      tasks.lock.unlock();
    }
  }

  private long nanosUntilDue() {
    return tasks.owed.nanosUntilDue(tasks.time.nanos());
  }
}
