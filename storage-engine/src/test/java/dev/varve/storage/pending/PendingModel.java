package dev.varve.storage.pending;

import com.google.protobuf.ByteString;
import dev.varve.storage.CommittedTask;
import dev.varve.storage.FailedTask;
import dev.varve.storage.PendingChange;
import dev.varve.storage.PendingContents;
import dev.varve.storage.PendingTask;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/** What a pending store ought to hold, said as plainly as can be. */
final class PendingModel {
  private final TreeMap<Long, PendingTask> tasks = new TreeMap<>();
  private final TreeMap<Long, FailedTask> failed = new TreeMap<>();
  private final TreeMap<Long, CommittedTask> committed = new TreeMap<>();
  private long followed;

  PendingModel() {}

  /** One that holds what a store holds. */
  PendingModel(PendingContents found) {
    found.tasks().forEach(task -> tasks.put(task.id(), task));
    found.failed().forEach(each -> failed.put(each.task().id(), each));
    found.committed().forEach(each -> committed.put(each.id(), each));
    followed = found.followed();
  }

  PendingModel after(List<PendingChange> changes) {
    PendingModel after = new PendingModel(contents());
    changes.forEach(after::apply);
    return after;
  }

  PendingContents contents() {
    return new PendingContents(
        List.copyOf(tasks.values()),
        List.copyOf(failed.values()),
        List.copyOf(committed.values()),
        followed);
  }

  private void apply(PendingChange change) {
    if (change instanceof PendingChange.Accepted accepted) {
      tasks.put(accepted.task().id(), accepted.task());
    } else if (change instanceof PendingChange.Committed inBlock) {
      long id = inBlock.task().id();
      boolean held = tasks.containsKey(id) || failed.containsKey(id);
      tasks.remove(id);
      failed.remove(id);
      if (held && !inBlock.task().idempotencyKey().isEmpty()) {
        committed.put(id, inBlock.task());
      }
    } else if (change instanceof PendingChange.Failed given) {
      PendingTask task = given.failed().task();
      if (tasks.remove(task.id()) != null || failed.containsKey(task.id())) {
        failed.put(task.id(), given.failed());
      }
    } else if (change instanceof PendingChange.Dropped dropped) {
      tasks.remove(dropped.id());
      failed.remove(dropped.id());
    } else if (change instanceof PendingChange.Forgotten forgotten) {
      committed.remove(forgotten.id());
    } else {
      followed = ((PendingChange.Followed) change).height();
    }
  }

  /**
   * Random changes to what is there, and now and then to what is not; new tasks get ids from {@code
   * nextId} up.
   */
  List<PendingChange> changes(Random random, long nextId, int most, int mostTxBytes) {
    List<PendingChange> changes = new ArrayList<>();
    PendingModel now = new PendingModel(contents());
    long next = nextId;
    for (int i = random.nextInt(most); i >= 0; i--) {
      PendingChange change = now.change(random, next, mostTxBytes);
      next += change instanceof PendingChange.Accepted ? 1 + random.nextInt(2) : 0;
      now.apply(change);
      changes.add(change);
    }
    return changes;
  }

  private PendingChange change(Random random, long nextId, int mostTxBytes) {
    // The more there is, the fewer come: a store's bound is for other tests.
    boolean crowded = tasks.size() + failed.size() > 20 + random.nextInt(20);
    return switch (random.nextInt(crowded ? 6 : 12)) {
      case 0 -> new PendingChange.Followed(random.nextInt(1_000_000));
      case 1 -> new PendingChange.Forgotten(some(committed, random));
      case 2 -> new PendingChange.Dropped(some(failed, random));
      case 3 -> failed(some(tasks, random), random);
      case 4, 5 -> committed(some(random.nextInt(5) == 0 ? failed : tasks, random), random);
      default -> new PendingChange.Accepted(task(nextId, random, mostTxBytes));
    };
  }

  private PendingChange failed(long id, Random random) {
    PendingTask task = tasks.containsKey(id) ? tasks.get(id) : task(id, random, 20);
    return new PendingChange.Failed(
        new FailedTask(task, text(random, 40), random.nextInt(9), random.nextLong()));
  }

  private PendingChange committed(long id, Random random) {
    PendingTask task = tasks.get(id);
    if (task == null && failed.containsKey(id)) {
      task = failed.get(id).task();
    }
    return new PendingChange.Committed(
        new CommittedTask(
            id,
            task == null ? bytes(32, random) : task.hash(),
            task == null ? "" : task.idempotencyKey(),
            random.nextInt(1_000_000),
            random.nextInt(100),
            random.nextInt(3),
            random.nextLong()));
  }

  private static long some(Map<Long, ?> of, Random random) {
    if (of.isEmpty() || random.nextInt(20) == 0) {
      return random.nextInt(1, 1000);
    }
    Long[] ids = of.keySet().toArray(Long[]::new);
    return ids[random.nextInt(ids.length)];
  }

  private static PendingTask task(long id, Random random, int mostTxBytes) {
    int txBytes = random.nextInt(random.nextInt(10) == 0 ? mostTxBytes : 1 + mostTxBytes / 20);
    return new PendingTask(
        id,
        bytes(32, random),
        bytes(txBytes, random),
        random.nextBoolean(),
        random.nextBoolean() ? text(random, 20) : "",
        random.nextLong());
  }

  private static ByteString bytes(int count, Random random) {
    byte[] bytes = new byte[count];
    random.nextBytes(bytes);
    return ByteString.copyFrom(bytes);
  }

  private static String text(Random random, int most) {
    StringBuilder text = new StringBuilder();
    for (int i = random.nextInt(most); i >= 0; i--) {
      text.append((char) (' ' + random.nextInt(400)));
    }
    return text.toString();
  }
}
