package dev.varve.gateway;

import com.google.protobuf.ByteString;
import dev.varve.storage.record.TxLocation;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Looks through each committed block for tasks, and has those sent again that are in none.
 *
 * <p>Where a block is not kept any more, each task's place is asked for instead. Errors: those of
 * {@link Chain}, with nothing changed. Threads: {@link #step} and {@link #lookAfter} from one.
 */
final class Follower {
  /** So many blocks are looked through for tasks of which is not known when they were sent. */
  private static final long MAX_UNKNOWN_BLOCKS = 1_000;

  private static final int REPLAYED = 3;
  private static final int MAX_DOUBLINGS = 7;
  private static final int MAX_KEPT_OUT = 100;

  private final Tasks tasks;
  private final Chain chain;
  private final RecentInclusions recent;
  private boolean begun;
  private volatile KeptOut keptOut = new KeptOut(0, List.of());

  Follower(Tasks tasks, Chain chain, RecentInclusions recent) {
    this.tasks = tasks;
    this.chain = chain;
    this.recent = recent;
  }

  /** What the node's cache keeps out of its mempool, as of a height followed. */
  private record KeptOut(long height, List<ByteString> txs) {}

  /** An inclusion with a code other than 0, and what the chain knows of its bytes. */
  private record Fault(Optional<TxLocation> success, String log) {}

  /**
   * Looks through the next block.
   *
   * @param visible the last height that the chain shows
   * @return whether there was one
   */
  boolean step(long visible) {
    if (!begun) {
      begin(visible);
    }
    long next = followed() + 1;
    if (next > visible) {
      return false;
    }
    long floor = chain.floor();
    if (next < floor) {
      gap(next, Math.min(floor - 1, visible));
      return true;
    }
    Optional<List<Chain.Included>> block = chain.included(next);
    if (block.isPresent()) {
      block(next, block.get());
    } else {
      gap(next, next);
    }
    return true;
  }

  private long followed() {
    tasks.lock.lock();
    try {
      return tasks.followed;
    } finally {
      tasks.lock.unlock();
    }
  }

  /** Nothing was sent before the first height followed was written: it may begin anywhere. */
  private void begin(long visible) {
    long floor = chain.floor();
    tasks.lock.lock();
    try {
      if (tasks.followed == 0) {
        boolean skip = tasks.pending.isEmpty() || visible - floor > MAX_UNKNOWN_BLOCKS;
        tasks.followed = skip ? visible : Math.max(0, floor - 1);
        tasks.owed.begin(tasks.followed);
        tasks.backupWork.signal();
      }
    } finally {
      tasks.lock.unlock();
    }
    begun = true;
  }

  /** To be asked before the chain is asked for its height. */
  int doubts() {
    tasks.lock.lock();
    try {
      return tasks.doubts;
    } finally {
      tasks.lock.unlock();
    }
  }

  /** The height up to which there is nothing new to wait for: -1 where the sender waits. */
  long awaited() {
    tasks.lock.lock();
    try {
      return tasks.settledDoubts == tasks.doubts ? tasks.followed : -1;
    } finally {
      tasks.lock.unlock();
    }
  }

  /** Every block that was there when {@link #doubts} was asked is looked through. */
  void caughtUp(int doubts) {
    tasks.lock.lock();
    try {
      tasks.settledDoubts = doubts;
      tasks.sendWork.signal();
    } finally {
      tasks.lock.unlock();
    }
  }

  private void moveTo(long height) {
    tasks.followed = height;
    tasks.followedNanos = tasks.time.nanos();
    tasks.owed.followed(height);
    tasks.followMoved.signalAll();
    tasks.backupWork.signal();
    if (!tasks.config.backup().isShared()) {
      return;
    }
    List<Task> elsewhere =
        tasks.pending.values().stream().filter(task -> isPassed(task, height)).toList();
    elsewhere.forEach(task -> tasks.commit(task, task.foreignHeight, task.index, task.code));
  }

  private static boolean isPassed(Task task, long height) {
    return task.foreignHeight > 0 && task.foreignHeight <= height;
  }

  private void block(long height, List<Chain.Included> block) {
    Map<ByteString, Fault> faults = faults(height, block);
    tasks.lock.lock();
    try {
      for (int i = 0; i < block.size(); i++) {
        Chain.Included each = block.get(i);
        Task task = tasks.included(each.hash(), height);
        if (task == null) {
          recent.add(height, i, each);
        } else if (each.code() == 0) {
          tasks.commit(task, height, i, 0);
        } else if (faults.containsKey(each.hash())) {
          faulty(task, height, i, each.code(), faults.get(each.hash()));
        }
      }
      recent.forgetBelow(height);
      moveTo(height);
    } finally {
      tasks.lock.unlock();
    }
  }

  private void faulty(Task task, long height, int index, int code, Fault fault) {
    if (code == REPLAYED && fault.success.isPresent()) {
      TxLocation at = fault.success.get();
      tasks.commit(task, at.getHeight(), at.getIndex(), 0);
      return;
    }
    task.height = height;
    task.index = index;
    task.code = code;
    tasks.fail(
        task,
        String.format(
            "block %d has it at index %d with code %d%s",
            height, index, code, fault.log.isEmpty() ? "" : ": " + fault.log));
  }

  /** Asked before the lock is taken. */
  private Map<ByteString, Fault> faults(long height, List<Chain.Included> block) {
    Map<ByteString, Fault> faults = new HashMap<>();
    for (int i = 0; i < block.size(); i++) {
      Chain.Included each = block.get(i);
      if (each.code() != 0 && isPending(each.hash())) {
        String log =
            chain.hasRecords()
                ? chain.result(height, i).map(result -> result.getLog()).orElse("")
                : "";
        Optional<TxLocation> success = chain.locate(each.hash()).filter(TxLocation::getSuccess);
        faults.put(each.hash(), new Fault(success, log));
      }
    }
    return faults;
  }

  private boolean isPending(ByteString hash) {
    tasks.lock.lock();
    try {
      return !tasks.byHash.of(hash).isEmpty();
    } finally {
      tasks.lock.unlock();
    }
  }

  /** Blocks that are not kept: one inclusion of each task's bytes in them is known, the last. */
  private void gap(long from, long to) {
    Set<ByteString> hashes = new LinkedHashSet<>();
    tasks.lock.lock();
    try {
      tasks.pending.values().forEach(task -> hashes.add(task.hash));
    } finally {
      tasks.lock.unlock();
    }
    List<ByteString> inGap = new ArrayList<>();
    List<TxLocation> places = new ArrayList<>();
    for (ByteString hash : hashes) {
      Optional<TxLocation> at = chain.locate(hash);
      if (at.isPresent() && at.get().getHeight() >= from && at.get().getHeight() <= to) {
        inGap.add(hash);
        places.add(at.get());
      }
    }
    tasks.lock.lock();
    try {
      for (int i = 0; i < inGap.size(); i++) {
        TxLocation at = places.get(i);
        Task task = tasks.included(inGap.get(i), at.getHeight());
        if (task != null && at.getSuccess()) {
          tasks.commit(task, at.getHeight(), at.getIndex(), 0);
        } else if (task != null) {
          task.height = at.getHeight();
          task.index = at.getIndex();
          tasks.fail(
              task,
              String.format(
                  "block %d, which is not kept any more, had it without success", at.getHeight()));
        }
      }
      moveTo(to);
    } finally {
      tasks.lock.unlock();
    }
  }

  /** One that was sent and of which nothing was heard. */
  private record Overdue(Task task, long number, ByteString tx, boolean counts) {}

  /** Sends again what should have been in a block by now, if it still may be. */
  void lookAfter() {
    for (Overdue each : overdue()) {
      Task task = each.task;
      Admission.Verdict verdict =
          Admission.Verdict.of(chain, each.tx, task.hash, task.acceptedOnce);
      tasks.lock.lock();
      try {
        if (task.sendNumber == each.number) {
          judge(each, verdict);
        }
      } finally {
        tasks.lock.unlock();
      }
    }
    keptOut = findKeptOut();
    tasks.lock.lock();
    try {
      tasks.forgetOld();
    } finally {
      tasks.lock.unlock();
    }
  }

  private KeptOut findKeptOut() {
    long height;
    List<Task> known = new ArrayList<>();
    List<ByteString> txs = new ArrayList<>();
    tasks.lock.lock();
    try {
      height = tasks.followed;
      for (Task task : tasks.queue.underWay()) {
        if (task.knownInRow > 0 && !task.acceptedOnce && known.size() < MAX_KEPT_OUT) {
          known.add(task);
          txs.add(task.tx);
        }
      }
    } finally {
      tasks.lock.unlock();
    }
    List<ByteString> out = new ArrayList<>();
    for (int i = 0; i < known.size(); i++) {
      if (chain.locate(known.get(i).hash).filter(at -> at.getHeight() <= height).isPresent()) {
        out.add(txs.get(i));
      }
    }
    return new KeptOut(height, out);
  }

  /** See {@link Gateway#toPropose}. */
  List<ByteString> toPropose(long height) {
    KeptOut last = keptOut;
    return last.height == height - 1 ? last.txs : List.of();
  }

  private List<Overdue> overdue() {
    GatewayConfig.Retries retries = tasks.config.retries();
    List<Overdue> overdue = new ArrayList<>();
    tasks.lock.lock();
    try {
      long now = tasks.time.nanos();
      for (Task task : tasks.queue.underWay()) {
        boolean byBlocks = tasks.followed - task.sentHeight >= patience(task);
        long quietSince = Math.max(task.sentNanos, tasks.followedNanos);
        boolean byTime = now - quietSince >= retries.resendAfter().toNanos();
        // What is unanswered may still arrive: sent twice, it could get behind a later one.
        if (task.state == TaskState.IN_MEMPOOL && (byBlocks || byTime)) {
          overdue.add(new Overdue(task, task.sendNumber, task.tx, byBlocks));
        }
      }
    } finally {
      tasks.lock.unlock();
    }
    return overdue;
  }

  /**
   * Blocks to wait for. Each time that the node's cache is asked for bytes it holds them for
   * longer: what it refuses for an earlier inclusion is sent less and less often.
   */
  private long patience(Task task) {
    int doublings = Math.min(Math.max(0, task.knownInRow - 1), MAX_DOUBLINGS);
    return (long) tasks.config.retries().resendBlocks() << doublings;
  }

  private void judge(Overdue each, Admission.Verdict verdict) {
    Task task = each.task;
    if (verdict.committedAt().isPresent()) {
      TxLocation at = verdict.committedAt().get();
      // Above what is followed it completes by its block, together with what else that changes.
      if (at.getHeight() <= tasks.followed) {
        tasks.commit(task, at.getHeight(), at.getIndex(), 0);
      }
      return;
    }
    if (verdict.isRefused()) {
      tasks.fail(
          task,
          String.format(
              "the application refuses it with code %d: %s", verdict.code(), verdict.log()));
      return;
    }
    long blocks = tasks.followed - task.sentHeight;
    task.countedAttempts += each.counts ? 1 : 0;
    String heard = task.reason.isEmpty() ? "" : "; the node said: " + task.reason;
    if (task.countedAttempts >= tasks.config.retries().maxAttempts()) {
      tasks.fail(task, "in no block after " + task.attempts + " attempts" + heard);
    } else {
      tasks.again(
          task, (each.counts ? "in none of " + blocks + " blocks" : "in no block yet") + heard, 0);
    }
  }
}
