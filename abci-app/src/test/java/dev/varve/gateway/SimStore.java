package dev.varve.gateway;

import com.google.protobuf.ByteString;
import dev.varve.storage.CommittedTask;
import dev.varve.storage.FailedTask;
import dev.varve.storage.PendingChange;
import dev.varve.storage.PendingContents;
import dev.varve.storage.PendingStats;
import dev.varve.storage.PendingStore;
import dev.varve.storage.PendingTask;
import dev.varve.storage.StorageException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;

/** A backup that outlives its gateway: opened again it has what was written. Fails when told. */
final class SimStore implements PendingStore {
  /** The process dies here. */
  static final class Crash extends Error {
    private static final long serialVersionUID = 1L;
  }

  private final Image image;

  /** Thrown by each write while it is set; nothing is written. */
  volatile StorageException failure;

  /** Thrown while it is set by who asks for others' changes. */
  volatile StorageException othersFailure;

  volatile boolean crashBefore;
  volatile boolean crashAfter;
  volatile boolean maySend = true;
  int writes;

  final Deque<PendingChange> others = new ArrayDeque<>();
  final List<PendingTask> left = new ArrayList<>();

  /** What is on the disk. */
  static final class Image {
    final NavigableMap<Long, PendingTask> tasks = new TreeMap<>();
    final NavigableMap<Long, FailedTask> failed = new TreeMap<>();
    final NavigableMap<Long, CommittedTask> committed = new TreeMap<>();

    /** Every transaction that was ever accepted. */
    final Set<ByteString> accepted = new HashSet<>();

    final AtomicLong lastId = new AtomicLong();
    long followed;

    synchronized boolean wasAccepted(ByteString tx) {
      return accepted.contains(tx);
    }

    synchronized PendingContents contents() {
      return new PendingContents(
          List.copyOf(tasks.values()),
          List.copyOf(failed.values()),
          List.copyOf(committed.values()),
          followed);
    }

    private synchronized void apply(Collection<PendingChange> changes) {
      changes.forEach(this::apply);
    }

    private void apply(PendingChange change) {
      if (change instanceof PendingChange.Accepted accept) {
        tasks.put(accept.task().id(), accept.task());
        accepted.add(accept.task().tx());
      } else if (change instanceof PendingChange.Committed done) {
        boolean held = tasks.remove(done.task().id()) != null;
        if (held && !done.task().idempotencyKey().isEmpty()) {
          committed.put(done.task().id(), done.task());
        }
      } else if (change instanceof PendingChange.Failed fail) {
        if (tasks.remove(fail.failed().task().id()) != null) {
          failed.put(fail.failed().task().id(), fail.failed());
        }
      } else if (change instanceof PendingChange.Dropped drop) {
        tasks.remove(drop.id());
        failed.remove(drop.id());
      } else if (change instanceof PendingChange.Forgotten forget) {
        committed.remove(forget.id());
      } else if (change instanceof PendingChange.Followed reached) {
        followed = reached.height();
      }
    }
  }

  SimStore(Image image) {
    this.image = image;
  }

  @Override
  public PendingContents contents() {
    return image.contents();
  }

  @Override
  public void write(List<PendingChange> changes) {
    if (failure != null) {
      throw failure;
    }
    if (crashBefore) {
      throw new Crash();
    }
    image.apply(changes);
    writes++;
    if (crashAfter) {
      throw new Crash();
    }
  }

  @Override
  public boolean durable() {
    return true;
  }

  @Override
  public long nextId() {
    return image.lastId.incrementAndGet();
  }

  @Override
  public List<PendingChange> othersChanges() {
    if (othersFailure != null) {
      throw othersFailure;
    }
    List<PendingChange> all = new ArrayList<>(others);
    others.clear();
    return all;
  }

  @Override
  public List<PendingTask> takeOver() {
    List<PendingTask> all = new ArrayList<>(left);
    left.clear();
    return all;
  }

  @Override
  public boolean maySend() {
    return maySend;
  }

  @Override
  public PendingStats stats() {
    return new PendingStats("sim", 0, 0, writes);
  }

  @Override
  public void close() {}
}
